//! What the tests share: local AWS with the function in it, and events to send.

use std::path::PathBuf;

use local_aws::{Invoked, LocalAws, Options, Received};
use serde_json::{Value, json};

/// The ids that local AWS knows.
pub(crate) use local_aws::world::{FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID};

/// Options for the binary under test, with the two settings it must have.
pub(crate) fn options() -> Options {
    bare_options()
        .env("INSTANCE_ID", INSTANCE_ID)
        .env("CONTACT_FLOW_ID", FLOW_ID)
}

/// Options for the binary under test, without any setting.
pub(crate) fn bare_options() -> Options {
    Options::new(env!("CARGO_BIN_EXE_start-chat-contact"))
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
    let starts = requests
        .iter()
        .filter(|request| request.path == "/contact/chat");
    starts
        .map(|request: &Received| request.body.clone())
        .collect()
}

/// Asserts that an invocation failed with this type.
pub(crate) fn assert_failed(invoked: &Invoked, error_type: &str) {
    assert_eq!(
        invoked.error_type(),
        Some(error_type),
        "{:?}",
        invoked.payload
    );
}
