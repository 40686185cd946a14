//! Lambda's Invoke API.

use std::io;
use std::time::Duration;

use crate::support::{Answered, send, with_function};
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

async fn invoke(
    local: &LocalAws,
    name: &str,
    headers: &[(&str, &str)],
    payload: &[u8],
) -> io::Result<Answered> {
    send(
        &local.api_gateway_url(),
        "POST",
        &format!("/2015-03-31/functions/{name}/invocations"),
        headers,
        payload,
    )
    .await
}

async fn echo() -> io::Result<LocalAws> {
    with_function(Options::without_function(), |event| match event.get("fail") {
        Some(_) => Err(json!({"errorType": "E", "errorMessage": "m"})),
        None => Ok(json!({"echo": event})),
    })
    .await
}

#[tokio::test]
async fn an_answer() -> io::Result<()> {
    let local = echo().await?;
    for name in [
        "start-chat-contact",
        "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Astart-chat-contact",
    ] {
        let answered = invoke(&local, name, &[], b"{\"a\":1}").await?;
        assert_eq!((answered.status, answered.json()), (200, json!({"echo": {"a": 1}})));
        assert_eq!(answered.header("x-amz-executed-version"), Some("$LATEST"));
        assert_eq!(answered.header("x-amz-function-error"), None);
    }
    assert_eq!(invoke(&local, "_", &[], b"").await?.json(), json!({"echo": {}}));
    Ok(())
}

#[tokio::test]
async fn a_failure() -> io::Result<()> {
    let local = echo().await?;
    let answered = invoke(&local, "_", &[("X-Amz-Log-Type", "Tail")], b"{\"fail\":1}").await?;
    assert_eq!(
        (answered.status, answered.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    assert_eq!(answered.json(), json!({"errorType": "E", "errorMessage": "m"}));
    assert_eq!(answered.header("x-amz-log-result"), Some(""));
    Ok(())
}

#[tokio::test]
async fn rejections() -> io::Result<()> {
    let local = echo().await?;
    let too_large = [("Content-Length", "6291457")];
    let unknown = [("X-Amz-Invocation-Type", "Strange")];
    for (name, headers, payload, status, kind) in [
        ("another", &[][..], &b"{}"[..], 404, "ResourceNotFoundException"),
        ("_", &[], b"{not json", 400, "InvalidRequestContentException"),
        ("_", &unknown, b"{}", 400, "InvalidParameterValueException"),
        ("_", &too_large, b"", 413, "RequestTooLargeException"),
    ] {
        let answered = invoke(&local, name, headers, payload).await?;
        assert_eq!((answered.status, answered.header("x-amzn-errortype")), (status, Some(kind)));
        assert_eq!(answered.json()["Type"], "User");
    }
    Ok(())
}

#[tokio::test]
async fn a_dry_run() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    assert_eq!(
        invoke(&local, "_", &[("X-Amz-Invocation-Type", "DryRun")], b"{}").await?.status,
        204
    );
    Ok(())
}

#[tokio::test]
async fn an_event_is_tried_three_times_under_one_id() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    let event = [("X-Amz-Invocation-Type", "Event")];
    let answered = invoke(&local, "_", &event, b"{}").await?;
    assert_eq!((answered.status, answered.text().as_str()), (202, ""));
    let api = local.runtime_api();
    for _ in 0..3 {
        let next = send(&api, "GET", "/2018-06-01/runtime/invocation/next", &[], b"").await?;
        let id = next.header("lambda-runtime-aws-request-id").unwrap_or_default();
        assert_eq!(Some(id), answered.header("x-amzn-requestid"));
        let path = format!("/2018-06-01/runtime/invocation/{id}/error");
        send(&api, "POST", &path, &[], b"{\"errorType\":\"E\"}").await?;
    }
    let fourth = send(&api, "GET", "/2018-06-01/runtime/invocation/next", &[], b"");
    assert!(tokio::time::timeout(Duration::from_secs(2), fourth).await.is_err());
    Ok(())
}

#[tokio::test]
async fn the_clients_context_reaches_the_runtime() -> io::Result<()> {
    let local =
        LocalAws::start(Options::without_function().timeout(Duration::from_millis(200))).await?;
    let poll = async {
        let api = local.runtime_api();
        send(&api, "GET", "/2018-06-01/runtime/invocation/next", &[], b"").await
    };
    let context = [("X-Amz-Client-Context", "eyJjdXN0b20iOnt9fQ==")];
    let (_, work) = tokio::join!(invoke(&local, "_", &context, b"{}"), poll);
    assert_eq!(work?.header("lambda-runtime-client-context"), Some("{\"custom\":{}}"));
    Ok(())
}

#[tokio::test]
async fn two_instances_run_side_by_side() -> io::Result<()> {
    let (one, two) =
        (echo().await?, with_function(Options::without_function(), |_| Ok(json!("two"))).await?);
    assert_eq!(one.invoke_json(&json!(1)).await.payload, json!({"echo": 1}));
    assert_eq!(two.invoke_json(&Value::Null).await.payload, json!("two"));
    Ok(())
}
