//! Support for tests of the function from outside: the function in the stand-in
//! of AWS, events to send to it, and readers of its answers.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a failed test panics")]
#![expect(clippy::must_use_candidate, reason = "a test that ignores a value says so by itself")]

mod answer;
mod event;
pub mod http;

use std::path::PathBuf;

use local_aws::{Invoked, LocalAws, Options};
use serde_json::Value;

pub use crate::answer::{assert_failed, body, expected, header, pointers, split_token, status};
pub use crate::event::{asking, event, folder, http_1, http_2, signed_in};
pub use local_aws::fixtures::{FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID};

/// Returns options for the function, with the two settings that it requires.
pub fn options() -> Options {
    bare_options().env("INSTANCE_ID", INSTANCE_ID).env("CONTACT_FLOW_ID", FLOW_ID)
}

/// Returns options for the function, without any setting.
pub fn bare_options() -> Options {
    Options::new(function())
        .env("RUST_LOG", "trace")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .no_rate_limit()
}

/// Returns the path of the function: the binary that cargo built with the
/// tests, unless the variable `FUNCTION` names another build of it.
#[expect(clippy::disallowed_methods, reason = "the function's own settings are not read here")]
pub fn function() -> PathBuf {
    std::env::var_os("FUNCTION").map_or_else(built_with_the_tests, PathBuf::from)
}

/// Returns the path of the function, which is beside the folder of the tests.
fn built_with_the_tests() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    test.parent().expect("the folder of the test").with_file_name("start-chat-contact")
}

/// Starts the stand-in of AWS and the function in it.
pub async fn start(options: Options) -> LocalAws {
    LocalAws::start(options).await.expect("the stand-in starts")
}

/// Sends an event. Returns the outcome and the bodies of the requests that started chats.
pub async fn send(aws: &LocalAws, event: &Value) -> (Invoked, Vec<Value>) {
    send_text(aws, &event.to_string()).await
}

/// Does the same as [`send`] for an event in this notation.
pub async fn send_text(aws: &LocalAws, event: &str) -> (Invoked, Vec<Value>) {
    aws.connect().forget_requests();
    let invoked = aws.invoke(event).await;
    let starts = starts(aws);
    (invoked, starts)
}

/// Sends an event that starts one chat. Returns the answer and the body of the
/// request that Connect received.
pub async fn chat(aws: &LocalAws, event: &Value) -> (Value, Value) {
    let (invoked, mut starts) = send(aws, event).await;
    assert_eq!(invoked.function_error, None, "{event}: {}", invoked.payload);
    assert_eq!(starts.len(), 1, "{event}: {}", invoked.payload);
    (invoked.payload, starts.remove(0))
}

/// Returns the bodies of the requests that started chats, in the order of their arrival.
pub fn starts(aws: &LocalAws) -> Vec<Value> {
    let requests = aws.connect().requests().into_iter();
    requests.filter(|request| request.path == "/contact/chat").map(|request| request.body).collect()
}

/// Returns method and path of every request that Connect received.
pub fn calls(aws: &LocalAws) -> Vec<String> {
    let requests = aws.connect().requests();
    requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
}
