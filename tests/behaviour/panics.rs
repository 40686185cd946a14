//! A panic ends neither the environment nor the answer.

use local_aws::Options;
use serde_json::json;

use support::{body, event, function, http_2, options, start};

/// Returns options for the function with a bug (`tests/panics`).
fn buggy() -> Options {
    let panics = function().with_file_name("panics");
    assert!(panics.exists(), "{} is not built; `make test` builds it", panics.display());
    let options = options().env("ALLOWED_ORIGINS", "https://shop.example");
    Options { function: Some(panics), ..options }
}

#[tokio::test]
async fn a_panic_becomes_an_answer_and_the_environment_survives() {
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
async fn a_panic_is_a_function_error_for_events() {
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
async fn a_panic_is_logged_with_its_location_only() {
    let aws = start(buggy()).await;
    aws.invoke_json(&http_2("{}")).await;
    let logs = aws.function().logs().join("\n");
    assert!(logs.contains("\"message\":\"panic\""), "{logs}");
    assert!(!logs.contains("secret"), "{logs}");
}
