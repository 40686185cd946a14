//! The Lambda Runtime API.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{Answered, send, with_function};
use futures_util::future::join_all;
use local_aws::{LocalAws, Options};
use serde_json::json;

async fn next(local: &LocalAws) -> io::Result<Answered> {
    send(&local.runtime_api(), "GET", "/2018-06-01/runtime/invocation/next", &[], b"").await
}

async fn post(local: &LocalAws, path: &str, body: &[u8]) -> io::Result<Answered> {
    send(&local.runtime_api(), "POST", &format!("/2018-06-01/runtime/{path}"), &[], body).await
}

#[tokio::test]
async fn an_invocation_comes_with_all_its_headers() -> io::Result<()> {
    let local =
        LocalAws::start(Options::without_function().timeout(Duration::from_secs(7))).await?;
    let (invoked, ()) = tokio::join!(local.invoke("{\"a\":1}"), async {
        let work = next(&local).await.expect("work");
        assert_eq!(work.text(), "{\"a\":1}");
        let id = work.header("lambda-runtime-aws-request-id").expect("an id").to_owned();
        let deadline: u128 = work
            .header("lambda-runtime-deadline-ms")
            .and_then(|ms| ms.parse().ok())
            .expect("a number");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis();
        assert!((5_000..=7_000).contains(&(deadline - now)), "{deadline} at {now}");
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:start-chat-contact";
        assert_eq!(work.header("lambda-runtime-invoked-function-arn"), Some(arn));
        assert!(
            work.header("lambda-runtime-trace-id")
                .is_some_and(|trace| trace.starts_with("Root=1-"))
        );
        let answered = post(&local, &format!("invocation/{id}/response"), b"{\"b\":2}")
            .await
            .expect("an answer");
        assert_eq!(answered.status, 202);
        let again =
            post(&local, &format!("invocation/{id}/response"), b"{}").await.expect("an answer");
        assert_eq!(
            (again.status, again.json()["errorType"].as_str()),
            (400, Some("InvalidRequestID"))
        );
    });
    assert_eq!(invoked.payload, json!({"b": 2}));
    assert_eq!(invoked.function_error, None);
    Ok(())
}

#[tokio::test]
async fn an_error_reaches_the_caller() -> io::Result<()> {
    let failure = json!({"errorType": "ValidationException", "errorMessage": "no"});
    let answer = failure.clone();
    let local = with_function(Options::without_function(), move |_| Err(answer.clone())).await?;
    let invoked = local.invoke_json(&json!({})).await;
    assert_eq!(invoked.function_error.as_deref(), Some("Unhandled"));
    assert_eq!(
        (invoked.error_type(), invoked.error_message()),
        (Some("ValidationException"), Some("no"))
    );
    assert_eq!(invoked.payload, failure);
    Ok(())
}

#[tokio::test]
async fn a_response_over_6_mb_is_refused() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    let (invoked, ()) = tokio::join!(local.invoke("{}"), async {
        let work = next(&local).await.expect("work");
        let id = work.header("lambda-runtime-aws-request-id").expect("an id").to_owned();
        let path = format!("/2018-06-01/runtime/invocation/{id}/response");
        let headers = [("Content-Length", "6291657")];
        let answered =
            send(&local.runtime_api(), "POST", &path, &headers, b"").await.expect("an answer");
        assert_eq!(answered.status, 413);
    });
    assert_eq!(invoked.error_type(), Some("Function.ResponseSizeTooLarge"));
    Ok(())
}

#[tokio::test]
async fn many_polls_wait_at_once() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    for _ in 0..4 {
        crate::support::poll(&local, |event| Ok(json!({"echo": event})));
    }
    let answers = join_all((0..20).map(|n| local.invoke(n.to_string()))).await;
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.payload, json!({"echo": n}));
    }
    Ok(())
}

#[tokio::test]
async fn an_invocation_times_out_at_its_deadline() -> io::Result<()> {
    let options = Options::without_function().timeout(Duration::from_millis(300));
    let local = with_function(options, |_| Ok(serde_json::Value::Null)).await?;
    let invoked = local.invoke("{}").await;
    let message =
        format!("RequestId: {} Error: Task timed out after 0.30 seconds", invoked.request_id);
    assert_eq!(invoked.payload, json!({"errorType": "Sandbox.Timedout", "errorMessage": message}));
    assert_eq!(invoked.function_error.as_deref(), Some("Unhandled"));
    Ok(())
}

#[tokio::test]
async fn an_init_error_reaches_the_caller() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    let failure = json!({"errorType": "ConfigError", "errorMessage": "INSTANCE_ID is not set"});
    let (invoked, ()) = tokio::join!(local.invoke("{}"), async {
        let answered =
            post(&local, "init/error", failure.to_string().as_bytes()).await.expect("an answer");
        assert_eq!(answered.status, 202);
    });
    assert_eq!(invoked.error_type(), Some("ConfigError"));
    assert_eq!(local.function().init_error(), Some(failure));
    Ok(())
}
