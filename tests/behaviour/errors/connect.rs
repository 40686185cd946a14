//! Errors of Connect.

use std::time::Duration;

use futures_util::future::join_all;
use local_aws::Fault;
use serde_json::json;

use super::{Row, row};
use support::{asking, body, http_2, options, start, starts, status};

/// Connect's message, which only some callers receive.
const MESSAGE: &str = "User: arn:aws:sts::1:x is not authorized, says Connect";

/// An error of Connect, the answer to callers, and the number of attempts.
struct Case {
    fault: Fault,
    row: Row,
    attempts: usize,
    has_message: bool,
    is_message_logged: bool,
}

fn refused(status: u16, name: &str, row: Row, attempts: usize) -> Case {
    let fault = Fault::status(status, name).message(MESSAGE);
    Case {
        fault,
        has_message: row.status == 400,
        // The SDK drops the message of an error without a name.
        is_message_logged: !name.is_empty(),
        row,
        attempts,
    }
}

fn odd(fault: Fault, row: Row, attempts: usize) -> Case {
    Case { fault, row, attempts, has_message: false, is_message_logged: false }
}

/// Sends a request of an untrusted and one of a trusted caller.
async fn check(case: Case) {
    let name = format!("{:?}", case.fault);
    let aws = start(options()).await;
    aws.connect().inject(case.fault.always());
    let invoked = aws.invoke_json(&http_2("{}")).await;
    let detail = case.row.assert_http(&name, &invoked);
    assert_eq!(starts(&aws).len(), case.attempts, "{name}");
    assert_eq!(detail == MESSAGE, case.has_message, "{name}: {detail}");
    let answer = invoked.payload.to_string();
    assert_eq!(answer.contains("says"), case.has_message, "{name}: {answer}");

    aws.connect().forget_requests();
    let invoked = aws.invoke_json(&asking(&json!({}))).await;
    case.row.assert_direct(&name, &invoked, &detail);
    assert_eq!(starts(&aws).len(), case.attempts, "{name}");

    // One line each, with the name and the message of Connect's error. What
    // somebody has to act on is an error.
    let logs = aws.function().logs();
    let mut lines = logs.iter().filter(|line| line.contains("CloudWatchMetrics"));
    let outcome = format!("\"Outcome\":\"{}\"", case.row.code);
    let needs_operator = case.row.status == 404 || case.row.status >= 500;
    let level = if needs_operator { "\"level\":\"ERROR\"" } else { "\"level\":\"WARN\"" };
    let is_line = |line: &String| {
        line.contains(&outcome)
            && line.contains(level)
            && line.contains(MESSAGE) == case.is_message_logged
    };
    assert!(lines.all(is_line), "{name}: {logs:?}");
}

async fn check_all(cases: Vec<Case>) {
    join_all(cases.into_iter().map(check)).await;
}

#[tokio::test]
async fn errors_that_the_caller_can_fix() {
    let named = |status, name, row| refused(status, name, row, 1);
    let not_found = row(404, "ResourceNotFoundException", None);
    check_all(vec![
        named(400, "InvalidRequestException", row(400, "InvalidRequestException", None)),
        named(400, "InvalidParameterException", row(400, "InvalidParameterException", None)),
        named(404, "ResourceNotFoundException", not_found),
    ])
    .await;
}

#[tokio::test]
async fn errors_that_the_deployer_must_fix() {
    let named = |status, name| refused(status, name, row(502, name, None), 1);
    let html = |status| Fault::raw(status, "text/html", "<html>says nginx</html>");
    let nameless = || row(502, "BadGatewayException", None);
    check_all(vec![
        named(403, "AccessDeniedException"),
        named(403, "UnrecognizedClientException"),
        named(403, "InvalidSignatureException"),
        named(403, "ExpiredTokenException"),
        named(400, "SerializationException"),
        named(409, "ConflictException"),
        named(418, "NewlyInventedException"),
        odd(html(403), nameless(), 1),
        odd(html(404), nameless(), 1),
        refused(400, "", nameless(), 1),
    ])
    .await;
}

#[tokio::test]
async fn errors_that_a_retry_may_resolve() {
    let busy = |name, after| refused(429, name, row(429, name, Some(after)), 3);
    let failed = |status, name: &'static str| {
        let code =
            if name == "InternalServiceException" { name } else { "ServiceUnavailableException" };
        refused(status, name, row(503, code, Some("1")), 3)
    };
    let unavailable = || row(503, "ServiceUnavailableException", Some("1"));
    let html = |status| Fault::raw(status, "text/html", "<html>says nginx</html>");
    let throttling = row(429, "ThrottlingException", Some("1"));
    check_all(vec![
        busy("LimitExceededException", "30"),
        busy("TooManyRequestsException", "1"),
        busy("ThrottlingException", "1"),
        refused(400, "ThrottlingException", throttling, 3),
        failed(500, "InternalServiceException"),
        failed(500, "NewlyInventedException"),
        failed(503, ""),
        odd(html(500), unavailable(), 3),
        odd(html(502), unavailable(), 3),
        odd(Fault::reset(), unavailable(), 3),
    ])
    .await;
}

#[tokio::test]
async fn answers_of_connect_that_are_unusable() {
    let bad = || row(502, "BadGatewayException", None);
    let raw = |body: &str| Fault::raw(200, "application/json", body);
    check_all(vec![
        odd(Fault::garbage(), bad(), 1),
        odd(Fault::empty(), bad(), 1),
        odd(raw("{}"), bad(), 1),
        odd(raw("[]"), bad(), 1),
        odd(raw("null"), bad(), 1),
        odd(raw("{\"ContactId\":7}"), bad(), 1),
        odd(
            raw("{\"ContactId\":\"\",\"ParticipantId\":\"p\",\"ParticipantToken\":\"t\"}"),
            bad(),
            1,
        ),
        odd(Fault::without("ContactId"), bad(), 1),
        odd(Fault::without("ParticipantId"), bad(), 1),
        odd(Fault::without("ParticipantToken"), bad(), 1),
    ])
    .await;
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_ends_with_the_error_of_the_service() {
    for (millis, attempts) in [("100", 3), ("2600", 1), ("60000", 1), ("4294967295", 1), ("x", 3)] {
        let aws = start(options().timeout(Duration::from_secs(3))).await;
        let busy = Fault::status(500, "InternalServiceException");
        aws.connect().inject(busy.header("x-amz-retry-after", millis).always());
        let answer = aws.invoke_json(&http_2("{}")).await.payload;
        let code = body(&answer)["code"].clone();
        assert_eq!((status(&answer), code), (503, json!("InternalServiceException")), "{millis}");
        assert_eq!(starts(&aws).len(), attempts, "{millis}");
    }
}

#[tokio::test]
async fn a_batch_does_not_wait_beyond_the_deadline_either() {
    let aws = start(options().timeout(Duration::from_secs(3))).await;
    let busy = Fault::status(429, "TooManyRequestsException");
    aws.connect().inject(busy.header("x-amz-retry-after", "60000").always());
    let invoked = aws.invoke_json(&json!([asking(&json!({})), asking(&json!({}))])).await;
    assert_eq!(invoked.error_type(), Some("TooManyRequestsException"), "{}", invoked.payload);
    assert_eq!(starts(&aws).len(), 2);
}
