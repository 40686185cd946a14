//! What `lambda_runtime` does with what it cannot read, which no layer of the
//! function sees: docs/operations.md says so.

use std::process::Stdio;
use std::time::Duration;

use http::Method;
use local_aws::LocalAws;
use serde_json::Value;

use support::http::call;
use support::{function, options, start};

const REQUEST: &str = r#"{"ParticipantDetails":{"DisplayName":"Ana"}}"#;

/// Invokes the function with a client context in base64. Returns the answer.
async fn invoke(aws: &LocalAws, client_context: &str) -> Value {
    let path = "/2015-03-31/functions/start-chat-contact/invocations";
    let headers = [("X-Amz-Client-Context", client_context)];
    call(aws, Method::POST, path, &headers, REQUEST).await.json()
}

#[tokio::test]
async fn a_client_context_of_strings_is_accepted() {
    let aws = start(options()).await;
    // {"custom":{"a":"b"}}
    let answer = invoke(&aws, "eyJjdXN0b20iOnsiYSI6ImIifX0=").await;
    assert!(answer["ContactId"].is_string(), "{answer}");
    assert_eq!(aws.function().starts(), 1);
}

#[tokio::test]
async fn a_client_context_of_objects_ends_the_process_and_the_next_one_serves() {
    let aws = start(options()).await;
    // {"custom":{"a":{"b":1}}}
    let answer = invoke(&aws, "eyJjdXN0b20iOnsiYSI6eyJiIjoxfX19").await;
    assert_eq!(answer["errorType"], "Runtime.ExitError", "{answer}");
    assert!(aws.connect().requests().is_empty());
    let answer = invoke(&aws, "").await;
    assert!(answer["ContactId"].is_string(), "{answer}");
    assert_eq!(aws.function().starts(), 2);
}

#[tokio::test]
async fn a_process_without_a_runtime_api_exits() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let refused = unused.local_addr().expect("its address").to_string();
    drop(unused);
    for concurrency in ["1", "8"] {
        let mut process = tokio::process::Command::new(function());
        process.env_clear().envs([
            ("AWS_LAMBDA_RUNTIME_API", refused.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "f"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_MAX_CONCURRENCY", concurrency),
            ("AWS_REGION", "us-east-1"),
            ("INSTANCE_ID", support::INSTANCE_ID),
            ("CONTACT_FLOW_ID", support::FLOW_ID),
        ]);
        let process = process.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let output = tokio::time::timeout(Duration::from_secs(10), process.output());
        let output = output.await.expect("it exits").expect("it starts");
        assert!(!output.status.success(), "{concurrency}");
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(log.contains("stopped") && log.len() < 4_096, "{concurrency}: {log}");
    }
}
