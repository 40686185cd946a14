//! What the tests share: local AWS with the function in it, and events to send.

use std::path::PathBuf;

use local_aws::{Invoked, LocalAws, Options, Received};
use serde_json::{Value, json};

/// The ids that local AWS knows.
pub(crate) use local_aws::fixtures::{FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID};

/// Options for the binary under test, with the two settings it must have.
pub(crate) fn options() -> Options {
    bare_options().env("INSTANCE_ID", INSTANCE_ID).env("CONTACT_FLOW_ID", FLOW_ID)
}

/// The binary under test: cargo's, unless `FUNCTION` names another build of it.
#[expect(clippy::disallowed_methods, reason = "the function's own settings are not read here")]
pub(crate) fn binary() -> PathBuf {
    let built = || PathBuf::from(env!("CARGO_BIN_EXE_start-chat-contact"));
    std::env::var_os("FUNCTION").map_or_else(built, PathBuf::from)
}

/// Options for the binary under test, without any setting.
pub(crate) fn bare_options() -> Options {
    Options::new(binary())
        .env("RUST_LOG", "trace")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .no_rate_limit()
}

pub(crate) async fn start(options: Options) -> LocalAws {
    LocalAws::start(options).await.expect("local AWS starts")
}

/// A file of `events/`, parsed.
pub(crate) fn event(name: &str) -> Value {
    let file = folder("events").join(name);
    let text = std::fs::read_to_string(&file).expect("the event's file is there");
    serde_json::from_str(&text).expect("the event is JSON")
}

pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The HTTP request of payload format 2.0 with this body, as HTTP APIs send it.
pub(crate) fn http_2(body: &str) -> Value {
    let mut event = event("http-api.json");
    event["headers"] = json!({"content-type": "application/json", "host": "api.example.com"});
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(false);
    if let Some(context) = event["requestContext"].as_object_mut() {
        context.remove("authorizer");
    }
    event
}

/// The HTTP request of payload format 1.0 with this body, as REST APIs send it.
pub(crate) fn http_1(body: &str) -> Value {
    let mut event = event("rest-api.json");
    event["headers"] = json!({"Content-Type": "application/json", "Host": "api.example.com"});
    event["multiValueHeaders"] =
        json!({"Content-Type": ["application/json"], "Host": ["api.example.com"]});
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(false);
    event["requestContext"]["authorizer"] = Value::Null;
    event
}

/// The JSON in the body of an HTTP answer.
pub(crate) fn body(answer: &Value) -> Value {
    let body = answer["body"].as_str().expect("the answer has a body");
    serde_json::from_str(body).expect("the body is JSON")
}

/// The bodies of the requests that started chats, in the order of their arrival.
pub(crate) fn starts(aws: &LocalAws) -> Vec<Value> {
    let requests = aws.connect().requests();
    let starts = requests.iter().filter(|request| request.path == "/contact/chat");
    starts.map(|request: &Received| request.body.clone()).collect()
}

/// Asserts that an invocation failed with this type.
pub(crate) fn assert_failed(invoked: &Invoked, error_type: &str) {
    assert_eq!(invoked.error_type(), Some(error_type), "{:?}", invoked.payload);
}

/// Sends one event. The outcome, and the bodies with which it started chats.
pub(crate) async fn send(aws: &LocalAws, event: &Value) -> (Invoked, Vec<Value>) {
    aws.connect().forget_requests();
    let invoked = aws.invoke_json(event).await;
    let starts = starts(aws);
    (invoked, starts)
}

/// Sends one event that starts one chat. The answer, and what Connect received.
pub(crate) async fn chat(aws: &LocalAws, event: &Value) -> (Value, Value) {
    let (invoked, mut starts) = send(aws, event).await;
    assert_eq!(invoked.function_error, None, "{event}: {}", invoked.payload);
    assert_eq!(starts.len(), 1, "{event}: {}", invoked.payload);
    (invoked.payload, starts.remove(0))
}

/// What Connect receives for a request with these members and no others, but
/// for the client token.
pub(crate) fn expected(members: &Value) -> Value {
    let mut body = json!({
        "InstanceId": INSTANCE_ID,
        "ContactFlowId": FLOW_ID,
        "ParticipantDetails": {"DisplayName": "Customer"},
        "Attributes": {"customerName": "Customer"},
    });
    for (name, value) in members.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// A request to Connect without its client token, which is told apart.
pub(crate) fn split_token(mut request: Value) -> (Value, String) {
    let members = request.as_object_mut().expect("a request is an object");
    let token = members.remove("ClientToken").expect("a client token");
    (request, token.as_str().expect("a string").to_owned())
}

/// A header of an HTTP answer.
pub(crate) fn header<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    let headers = answer["headers"].as_object().expect("headers");
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_str())
}

/// Where the problems stand that a Lambda function error lists, sorted.
pub(crate) fn pointers(invoked: &Invoked) -> Vec<&str> {
    let message = invoked.error_message().unwrap_or_default();
    let problems = message.split(" | ").skip(1);
    let mut pointers: Vec<&str> = problems
        .map(|problem| match problem.split_once(": ") {
            Some((pointer, _)) if pointer.starts_with('/') => pointer,
            _ => "",
        })
        .collect();
    pointers.sort_unstable();
    pointers
}

/// The HTTP request of payload format 2.0 with this body, of a caller with
/// this verified `sub`.
pub(crate) fn signed_in(sub: &str, request: &Value) -> Value {
    let mut event = http_2(&request.to_string());
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": sub}}});
    event
}

/// The status of an HTTP answer.
pub(crate) fn status(answer: &Value) -> u64 {
    answer["statusCode"].as_u64().expect("an HTTP answer")
}

/// The method and the path of every request that Connect received.
pub(crate) fn calls(aws: &LocalAws) -> Vec<String> {
    let requests = aws.connect().requests();
    let calls = requests.iter().map(|one| format!("{} {}", one.method, one.path));
    calls.collect()
}
