//! Every error, as HTTP callers and as event sources receive it.

mod connect;

use local_aws::fixtures::{CUSTOMER_ID, RUNNING_CONTACT_ID};
use local_aws::{Fault, Invoked};
use serde_json::{Value, json};

use support::{
    asking, assert_failed, body, chat, event, header, http_1, http_2, options, send, start, starts,
};

/// A row of the table of errors.
struct Row {
    status: u16,
    code: &'static str,
    retry_after: Option<&'static str>,
}

const fn row(status: u16, code: &'static str, retry_after: Option<&'static str>) -> Row {
    Row { status, code, retry_after }
}

impl Row {
    /// Asserts an HTTP answer. Returns its detail.
    fn assert_http(&self, name: &str, invoked: &Invoked) -> String {
        let answer = &invoked.payload;
        assert_eq!(invoked.function_error, None, "{name}");
        assert_eq!(answer["statusCode"], self.status, "{name}: {answer}");
        assert_eq!(header(answer, "content-type"), Some("application/problem+json"), "{name}");
        assert_eq!(header(answer, "cache-control"), Some("no-store"), "{name}");
        assert_eq!(header(answer, "retry-after"), self.retry_after, "{name}");
        assert_eq!(
            header(answer, "www-authenticate"),
            (self.status == 401).then_some("Bearer"),
            "{name}"
        );
        assert_eq!(
            header(answer, "allow"),
            (self.status == 405).then_some("POST,OPTIONS"),
            "{name}"
        );
        let request_id = header(answer, "x-request-id").expect("a request id");
        assert_eq!(request_id, invoked.request_id, "{name}");
        let problem = body(answer);
        let text = |pointer: &str| problem.pointer(pointer).and_then(Value::as_str);
        assert_eq!(
            text("/type"),
            Some(format!("urn:start-chat-contact:{}", self.code).as_str()),
            "{name}"
        );
        assert_eq!(problem["status"], self.status, "{name}");
        assert_eq!(text("/code"), Some(self.code), "{name}");
        assert_eq!(text("/requestId"), Some(request_id), "{name}");
        assert!(text("/title").is_some_and(|title| !title.is_empty()), "{name}");
        let detail = text("/detail").expect("a detail").to_owned();
        assert!(detail.ends_with('.') || self.status == 400, "{name}: {detail}");
        let sample = json!({
            "code": self.code, "message": detail, "statusCode": self.status, "requestId": request_id,
        });
        assert_eq!(problem["data"], json!({"Error": sample}), "{name}");
        detail
    }

    /// Asserts a Lambda function error of the same code and detail.
    fn assert_direct(&self, name: &str, invoked: &Invoked, detail: &str) {
        assert_eq!(invoked.error_type(), Some(self.code), "{name}: {}", invoked.payload);
        let message = invoked.error_message().unwrap_or_default();
        assert!(message.starts_with(detail), "{name}: {message}");
    }
}

fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).expect("the member") = value;
    event
}

fn from(claims: &Value, request: &Value) -> Value {
    let mut event = http_2(&request.to_string());
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims}});
    event
}

#[tokio::test]
async fn faulty_requests_do_not_reach_connect() {
    let aws = start(options()).await;
    let base64 = |text: &str| with(http_2(text), "/isBase64Encoded", json!(true));
    let invalid = row(400, "ValidationException", None);
    let method = |method: &str| with(http_2("{}"), "/requestContext/http/method", json!(method));
    let get = with(http_1("{}"), "/requestContext/httpMethod", json!("GET"));
    let large = http_1(&" ".repeat(131_073));
    let not_allowed = row(405, "MethodNotAllowedException", None);
    let too_large = row(413, "PayloadTooLargeException", None);
    for (name, event, row) in [
        ("not JSON", http_2("{\"ContactFlowId\": secret}"), &invalid),
        ("cut short", http_1("{\"ContactFlowId\":\"secret"), &invalid),
        ("two values", http_1("{} {}"), &invalid),
        ("a list", http_2("[{}]"), &invalid),
        ("null", http_2("null"), &invalid),
        ("text", http_2("\"secret\""), &invalid),
        ("not base64", base64("{}"), &invalid),
        ("not UTF-8", base64("eyJVc2VybmFtZSI6Iv8ifQ=="), &invalid),
        ("a rule", http_2("{\"ChatDurationInMinutes\":1}"), &invalid),
        ("an unknown object", http_2("{\"secret\":1}"), &invalid),
        ("a flow", http_2("{\"ContactFlowId\":\"secret\"}"), &row(403, "ForbiddenException", None)),
        ("GET", get, &not_allowed),
        ("PUT", method("PUT"), &not_allowed),
        ("post", method("post"), &not_allowed),
        ("large", large, &too_large),
        ("large in base64", base64(&"ICAg".repeat(43_691)), &too_large),
    ] {
        let (invoked, starts) = send(&aws, &event).await;
        let detail = row.assert_http(name, &invoked);
        let answer = invoked.payload["body"].to_string();
        assert!(!answer.contains("secret"), "{name}: {answer}");
        let fixed = body(&invoked.payload)["errors"].is_null();
        assert_eq!(fixed, [405, 413].contains(&row.status), "{name}: {detail}");
        assert!(starts.is_empty(), "{name}");
    }
    let position = body(&send(&aws, &http_2("{\"a\": x}")).await.0.payload);
    let position = position["errors"][0]["detail"].to_string();
    assert!(position.contains("column 7"), "{position}");
}

#[tokio::test]
async fn missing_claims_and_active_chats_have_their_own_codes() {
    let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    let persistent = json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": RUNNING_CONTACT_ID}});
    for (name, event, row) in [
        ("no claims", http_2("{}"), row(401, "UnauthorizedException", None)),
        (
            "another claim",
            from(&json!({"email": "x"}), &json!({})),
            row(401, "UnauthorizedException", None),
        ),
        (
            "running",
            from(&json!({"sub": CUSTOMER_ID}), &persistent),
            row(409, "ConflictException", None),
        ),
    ] {
        let (invoked, starts) = send(&aws, &event).await;
        row.assert_http(name, &invoked);
        assert!(starts.is_empty(), "{name}");
    }
    let (answer, _) = chat(&aws, &from(&json!({"sub": CUSTOMER_ID}), &json!({}))).await;
    assert_eq!(answer["statusCode"], 200);
}

#[tokio::test]
async fn event_sources_receive_the_detail_and_every_field_error() {
    let aws = start(options()).await;
    let request = json!({"ContactFlowId": 1, "chatDurationInMinutes": 1});
    let mut rule = event("eventbridge-rule.json");
    rule["detail"] = request.clone();
    let (answer, _) = send(&aws, &http_2(&request.to_string())).await;
    let problem = body(&answer.payload);
    let mut texts = vec![problem["detail"].as_str().expect("a detail").to_owned()];
    for error in problem["errors"].as_array().expect("a list") {
        let text = |name: &str| error[name].as_str().expect("text");
        texts.push(format!("{}: {}", text("pointer"), text("detail")));
    }
    let message = texts.join(" | ");
    for event in [request, rule] {
        let (invoked, _) = send(&aws, &event).await;
        assert_failed(&invoked, "ValidationException");
        assert_eq!(invoked.error_message(), Some(message.as_str()));
        let members = invoked.payload.as_object().expect("an object").len();
        assert!(members >= 2, "{}", invoked.payload);
    }
}

#[tokio::test]
async fn a_timeout_is_reported_before_lambda_gives_up() {
    let aws = start(options().timeout(std::time::Duration::from_secs(2))).await;
    aws.connect().inject(Fault::black_hole().always());
    let row = row(504, "TimeoutException", None);
    let (invoked, _) = send(&aws, &http_2("{}")).await;
    let detail = row.assert_http("black hole", &invoked);
    let (invoked, _) = send(&aws, &asking(&json!({}))).await;
    row.assert_direct("black hole", &invoked, &detail);
    assert_eq!(starts(&aws).len(), 1);
    assert_eq!(aws.function().starts(), 1, "the process was killed");
}
