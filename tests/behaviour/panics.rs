//! A bug must not take the environment down, nor the answer away.

use local_aws::Options;
use serde_json::json;

use crate::support::{binary, body, event, http_2, options, start};

/// The function with a bug (`tests/panics`), of the same build as the
/// binary under test.
fn buggy() -> Options {
    let function = binary();
    let profile = function.parent().expect("the profile's folder");
    let function = profile.join("panics");
    let path = function.display();
    assert!(function.exists(), "{path} is not built; `make test` does it");
    Options { function: Some(function), ..options().env("ALLOWED_ORIGINS", "https://shop.example") }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_environment_goes_on() {
    let aws = start(buggy()).await;
    let mut request = http_2("{}");
    request["headers"]["origin"] = json!("https://shop.example");
    let failed = aws.invoke_json(&request).await.payload;
    assert_eq!(failed["statusCode"], 500, "{failed}");
    assert_eq!(failed["headers"]["access-control-allow-origin"], "https://shop.example");
    assert_eq!(body(&failed)["code"], "InternalError");
    let started = aws.invoke_json(&request).await.payload;
    assert_eq!(started["statusCode"], 200, "{started}");
    assert_eq!(aws.function().starts(), 1);
}

#[tokio::test]
async fn a_panic_is_a_function_error_to_events() {
    let aws = start(buggy()).await;
    let rule = event("eventbridge-rule.json");
    let failed = aws.invoke_json(&rule).await;
    assert_eq!(failed.error_type(), Some("InternalError"));
    let started = aws.invoke_json(&rule).await;
    assert_eq!(started.function_error, None, "{}", started.payload);
}

#[tokio::test]
async fn a_panic_in_a_batch_fails_its_own_element_only() {
    let aws = start(buggy()).await;
    let bus = json!([event("scheduler.json"), event("scheduler.json")]);
    let failed = aws.invoke_json(&bus).await;
    assert_eq!(failed.error_type(), Some("InternalError"));
    let message = failed.error_message().unwrap_or_default();
    assert!(message.starts_with("1 of 2 failed: /0 "), "{message}");
    assert_eq!(aws.connect().chats(), 1);
}

#[tokio::test]
async fn a_panic_says_where_and_nothing_else() {
    let aws = start(buggy()).await;
    aws.invoke_json(&http_2("{}")).await;
    let logs = aws.function().logs().join("\n");
    assert!(logs.contains("\"message\":\"panic\""), "{logs}");
    assert!(!logs.contains("secret"), "{logs}");
}
