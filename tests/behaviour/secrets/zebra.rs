//! Requests with a zebra in every value, and every way to fail. No zebra may be
//! in the log or in an error.

use std::time::Duration;

use futures_util::future::join_all;
use local_aws::{Fault, LocalAws, Operation};
use serde_json::{Value, json};

use super::{verbose, verified, words};
use support::{assert_failed, header, http_1, http_2, start, status};

const ALL: &str = "Zebra-name, Zebra-attribute, Zebra-message of <b>Zebra</b>, Zebra-segment, \
                   Zebra-nested, arn:aws:x:::Zebra, Zebra-customer, Zebra-token and zebra@x.example";

/// Returns a valid request with every value that must not be logged.
fn request() -> Value {
    json!({
        "ParticipantDetails": {"DisplayName": "Zebra-name"},
        "Attributes": {"a": "Zebra-attribute", "customerName": "Zebra-alias", "short": "Ze"},
        "InitialMessage": {"ContentType": "text/plain", "Content": "Zebra-message of <b>Zebra</b>"},
        "ClientToken": "Zebra-token",
        "CustomerId": "Zebra-customer",
        "SegmentAttributes": {
            "a": "Zebra-segment", "b": {"c": ["Zebra-nested"]}, "d": {"ValueArn": "arn:aws:x:::Zebra"},
        },
    })
}

/// Returns a request with an error in every member.
fn wrong() -> Value {
    let long = "Zebra".repeat(300);
    json!({
        "InstanceId": {"Zebra": 1}, "ContactFlowId": ["Zebra"], "CustomerId": long, "ClientToken": long,
        "ParticipantDetails": {"DisplayName": long}, "customerName": ["Zebra"],
        "Attributes": {"a": {"b": "Zebra"}, "b": null, "c": "Zebra".repeat(10_000)},
        "InitialMessage": {"ContentType": "text/zebra", "Content": "Zebra".repeat(4_000)},
        "ChatDurationInMinutes": "Zebra", "SupportedMessagingContentTypes": ["text/zebra"],
        "PersistentChat": {"RehydrationType": "ZEBRA", "SourceContactId": long},
        "RelatedContactId": long, "ParticipantConfiguration": {"ResponseMode": "ZEBRA"},
        "SegmentAttributes": {"a": long, "b": {"ValueString": "Zebra", "ValueArn": "Zebra"}, "c": {"ValueArn": "Zebra"}},
        "DisconnectOnCustomerExit": ["ZEBRA"], "ConnectionTypes": ["ZEBRA"],
        "ChatStreamingConfiguration": {"StreamingEndpointArn": "Zebra"},
    })
}

/// Returns the request of a verified caller, with secrets in headers, cookies and query.
fn http(body: &str) -> Value {
    let mut event = http_2(body);
    let claims = json!({"sub": "Zebra-customer", "email": "zebra@x.example", "email_verified": true, "groups": ["Zebra"]});
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims}});
    event["headers"]["authorization"] = json!("Bearer Zebra");
    event["headers"]["idempotency-key"] = json!("Zebra-key");
    event["headers"]["user-agent"] = json!("Zebra/1.0");
    event["cookies"] = json!(["session=Zebra"]);
    event["rawQueryString"] = json!("token=Zebra");
    event
}

fn request_with(name: &str, value: &Value) -> Value {
    let mut request = request();
    request[name] = value.clone();
    http(&request.to_string())
}

/// Returns requests that do not reach Connect, with their statuses.
fn refused() -> Vec<(Value, u64)> {
    let with = |path: &[&str], value: Value| {
        let mut event = http(&request().to_string());
        let place = path.iter().fold(&mut event, |event, name| &mut event[*name]);
        *place = value;
        event
    };
    let claims = ["requestContext", "authorizer", "jwt", "claims"];
    let base64 = |text| {
        let mut event = http(text);
        event["isBase64Encoded"] = json!(true);
        event
    };
    let persistent = json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "Zebra"});
    let topic = json!({"StreamingEndpointArn": "arn:aws:sns:x:1:Zebra"});
    let mut no_claims = http_1(&request().to_string());
    no_claims["headers"]["Authorization"] = json!("Bearer Zebra");
    vec![
        (http(&wrong().to_string()), 400),
        (request_with("Attributes", &json!("Zebra")), 400),
        (http("{\"Attributes\": {\"a\": \"Zebra\"}"), 400),
        (http("Zebra"), 400),
        (http("\"Zebra\""), 400),
        (http("[\"Zebra\"]"), 400),
        (http("{\"Stripes\": \"Zebra\"}"), 400),
        (base64("Zebra!"), 400),
        (base64("WmVicmH/WmVicmE="), 400),
        (with(&["headers", "idempotency-key"], json!("Zebra\n")), 400),
        (with(&claims, json!({"sub": {"a": "Zebra"}, "email": "zebra@x.example"})), 401),
        (no_claims, 401),
        (request_with("InstanceId", &json!("Zebra")), 403),
        (request_with("ContactFlowId", &json!("Zebra")), 403),
        (request_with("CustomerId", &json!("Zebra-other")), 403),
        (request_with("Attributes", &json!({"Email": "Zebra"})), 403),
        (request_with("SegmentAttributes", &json!({"connect:X": "Zebra"})), 403),
        (request_with("ChatStreamingConfiguration", &topic), 403),
        (request_with("PersistentChat", &persistent), 403),
        (request_with("RelatedContactId", &json!("Zebra/")), 403),
        (with(&["headers", "origin"], json!("https://zebra.example")), 403),
        (with(&["requestContext", "http", "method"], json!("ZEBRA")), 405),
        (http(&"Zebra".repeat(30_000)), 413),
    ]
}

/// Returns failures of Connect, with the statuses that they lead to.
fn faults() -> Vec<(Fault, u64)> {
    let quoting = |status, code: &str| {
        let message = format!("1 validation error detected: {ALL} and 'Ze'");
        Fault::status(status, code).message(message).always()
    };
    let token = r#"{"ContactId":"c","ParticipantId":"p","ParticipantToken":"Zebra"#;
    let raw = |status, body: &str| Fault::raw(status, "application/json", body).always();
    vec![
        (quoting(400, "InvalidRequestException"), 400),
        (quoting(400, "InvalidParameterException"), 400),
        (quoting(400, "ValidationException"), 502),
        (quoting(403, "AccessDeniedException"), 502),
        (quoting(404, "ResourceNotFoundException"), 404),
        (quoting(410, ""), 502),
        (quoting(429, "LimitExceededException"), 429),
        (quoting(429, "ThrottlingException"), 429),
        (quoting(429, "TooManyRequestsException"), 429),
        (quoting(500, "InternalServiceException"), 503),
        (quoting(503, ""), 503),
        (raw(500, "<html>Zebra</html>"), 503),
        (raw(403, "<html>Zebra</html>"), 502),
        (raw(200, "<html>Zebra</html>"), 502),
        (raw(200, token), 502),
        (raw(200, r#"{"ContactId":"c","ParticipantToken":"Zebra"}"#), 502),
        (raw(200, r#"{"ContactId":{"Zebra":1},"ParticipantToken":"Zebra"}"#), 502),
        (Fault::reset().always(), 503),
    ]
}

/// What the log says of a refused origin, which whoever reads it needs to know.
const REFUSED_ORIGIN: &str = "the origin https://zebra.example is not allowed";

fn has_zebra(text: &str) -> bool {
    let text = text.to_lowercase();
    // The second is Base64 of the first.
    text.contains("zebra") || text.contains("wmvicm")
}

/// Asserts that no zebra is in the log, which has a line for each chat.
fn assert_none_logged(aws: &LocalAws, chats: usize, format: &str) {
    let lines = aws.function().logs();
    let chat_lines = lines.iter().filter(|line| line.contains("CloudWatchMetrics"));
    assert_eq!(chat_lines.count(), chats, "{lines:#?}");
    for line in &lines {
        assert!(!has_zebra(&line.replace(REFUSED_ORIGIN, "")), "{line}");
        assert!(!words(line, format == "JSON").contains("'Ze'"), "{line}");
    }
}

fn settings(format: &str) -> local_aws::Options {
    verified(verbose(format)).env("ALLOWED_ORIGINS", "https://shop.example")
}

async fn assert_refusals_hide(format: &str) {
    let aws = start(settings(format)).await;
    let refused = refused();
    for (event, expected) in &refused {
        let invoked = aws.invoke_json(event).await;
        let answer = &invoked.payload;
        assert_eq!(status(answer), *expected, "{event}: {answer}");
        assert!(!has_zebra(&answer.to_string()), "{answer}");
    }
    let mut trusted = wrong();
    let invoked = aws.invoke_json(&trusted).await;
    assert_failed(&invoked, "ValidationException");
    assert!(!has_zebra(&invoked.payload.to_string()), "{}", invoked.payload);
    trusted = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": wrong().to_string()}]});
    let failed = aws.invoke_json(&trusted).await.payload;
    assert_eq!(failed["batchItemFailures"][0]["itemIdentifier"], "m");
    assert_none_logged(&aws, refused.len() + 2, format);
    let lines = aws.function().logs();
    let named = lines.iter().filter(|line| line.contains(REFUSED_ORIGIN));
    assert_eq!(named.count(), 1, "{lines:#?}");
}

/// Asserts that a failure of Connect reveals nothing. Returns the log.
async fn assert_fault_hides(fault: Fault, expected: u64, format: &str) -> Vec<String> {
    let aws = start(settings(format)).await;
    aws.connect().inject(fault.on(Operation::StartChatContact));
    let answer = aws.invoke_json(&http(&request().to_string())).await.payload;
    assert_eq!(status(&answer), expected, "{answer}");
    // Connect's message about a request is for the caller who sent it.
    assert_eq!(has_zebra(&answer.to_string()), expected == 400, "{answer}");
    let mut trusted = request();
    trusted["Attributes"]["Email"] = json!("zebra@x.example");
    let answer = aws.invoke_json(&trusted).await.payload.to_string();
    assert_eq!(has_zebra(&answer), expected == 400, "{answer}");
    assert_none_logged(&aws, 2, format);
    aws.function().logs()
}

async fn assert_faults_hide(format: &str) {
    let faults = faults().into_iter();
    let logs = faults.map(|(fault, expected)| assert_fault_hides(fault, expected, format));
    let lines = join_all(logs).await.concat();
    let kept =
        |line: &&String| line.contains("1 validation error detected: [redacted], [redacted]");
    // Nine faults have a name, and so a message. Each was met twice.
    assert_eq!(lines.iter().filter(kept).count(), 18, "{lines:#?}");
}

#[tokio::test]
async fn a_refusal_repeats_no_value_in_the_json_log() {
    assert_refusals_hide("JSON").await;
}

#[tokio::test]
async fn a_refusal_repeats_no_value_in_the_text_log() {
    assert_refusals_hide("Text").await;
}

#[tokio::test]
async fn values_that_connect_quotes_are_not_in_the_json_log() {
    assert_faults_hide("JSON").await;
}

#[tokio::test]
async fn values_that_connect_quotes_are_not_in_the_text_log() {
    assert_faults_hide("Text").await;
}

#[tokio::test]
async fn a_timeout_and_a_success_log_no_value() {
    for format in ["JSON", "Text"] {
        let aws = start(settings(format).timeout(Duration::from_secs(2))).await;
        let event = http(&request().to_string());
        let answer = aws.invoke_json(&event).await.payload;
        assert_eq!(status(&answer), 200, "{answer}");
        assert_eq!(header(&answer, "x-ignored-members"), None);
        aws.connect().inject(Fault::black_hole().always());
        let answer = aws.invoke_json(&event).await.payload;
        assert_eq!(status(&answer), 504, "{answer}");
        assert!(!has_zebra(&answer.to_string()), "{answer}");
        assert_none_logged(&aws, 2, format);
    }
}
