//! Events to send.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::FLOW_ID;

/// Returns the path of a file or folder of the repository.
pub fn folder(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(name)
}

/// Parses a file of `events/`.
pub fn event(name: &str) -> Value {
    let file = folder("events").join(name);
    let text = std::fs::read_to_string(&file).expect("the event's file is there");
    serde_json::from_str(&text).expect("the event is JSON")
}

/// Returns the request as a trusted caller sends it: naming the default flow,
/// unless it names one, so that it asks for a chat.
pub fn asking(request: &Value) -> Value {
    const SPELLINGS: [&str; 2] = ["ContactFlowId", "contactFlowId"];
    let is_given = |name| request.get(name).is_some_and(|flow| !flow.is_null() && flow != "");
    let mut asking = request.clone();
    if !SPELLINGS.into_iter().any(is_given) {
        let free = SPELLINGS.into_iter().find(|name| request.get(name).is_none());
        asking[free.expect("at most one spelling is blank")] = json!(FLOW_ID);
    }
    asking
}

/// Returns the HTTP request of payload format 2.0 with this body, as HTTP APIs send it.
pub fn http_2(body: &str) -> Value {
    let mut event = event("http-api.json");
    event["headers"] = json!({"content-type": "application/json", "host": "api.example.com"});
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(false);
    if let Some(context) = event["requestContext"].as_object_mut() {
        context.remove("authorizer");
    }
    event
}

/// Returns the HTTP request of payload format 1.0 with this body, as REST APIs send it.
pub fn http_1(body: &str) -> Value {
    let mut event = event("rest-api.json");
    event["headers"] = json!({"Content-Type": "application/json", "Host": "api.example.com"});
    event["multiValueHeaders"] =
        json!({"Content-Type": ["application/json"], "Host": ["api.example.com"]});
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(false);
    event["requestContext"]["authorizer"] = Value::Null;
    event
}

/// Returns the HTTP request of payload format 2.0 with this body, from a caller
/// whose verified claim `sub` is this.
pub fn signed_in(sub: &str, request: &Value) -> Value {
    let mut event = http_2(&request.to_string());
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": sub}}});
    event
}
