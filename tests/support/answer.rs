//! Readers of the function's answers, and of what Connect received.

use local_aws::Invoked;
use serde_json::{Value, json};

use crate::{FLOW_ID, INSTANCE_ID};

/// Parses the body of an HTTP answer.
pub fn body(answer: &Value) -> Value {
    let body = answer["body"].as_str().expect("the answer has a body");
    serde_json::from_str(body).expect("the body is JSON")
}

/// Returns a header of an HTTP answer.
pub fn header<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    let headers = answer["headers"].as_object().expect("headers");
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_str())
}

/// Returns the status of an HTTP answer.
pub fn status(answer: &Value) -> u64 {
    answer["statusCode"].as_u64().expect("an HTTP answer")
}

/// Asserts that an invocation failed with this type.
pub fn assert_failed(invoked: &Invoked, error_type: &str) {
    assert_eq!(invoked.error_type(), Some(error_type), "{:?}", invoked.payload);
}

/// Returns the pointers of the field errors that a Lambda function error lists, sorted.
pub fn pointers(invoked: &Invoked) -> Vec<&str> {
    let message = invoked.error_message().unwrap_or_default();
    let field_errors = message.split(" | ").skip(1);
    let mut pointers: Vec<&str> = field_errors
        .map(|error| match error.split_once(": ") {
            Some((pointer, _)) if pointer.starts_with('/') => pointer,
            _ => "",
        })
        .collect();
    pointers.sort_unstable();
    pointers
}

/// Returns what Connect receives for a request with these members and no
/// others, without the client token.
pub fn expected(members: &Value) -> Value {
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

/// Separates a request to Connect from its client token, which differs each time.
pub fn split_token(mut request: Value) -> (Value, String) {
    let members = request.as_object_mut().expect("a request is an object");
    let token = members.remove("ClientToken").expect("a client token");
    (request, token.as_str().expect("a string").to_owned())
}
