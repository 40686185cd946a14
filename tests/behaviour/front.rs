//! HTTP requests through API Gateway.

use std::collections::BTreeSet;

use http::Method;
use local_aws::LocalAws;
use serde_json::json;

use support::http::{Answer, call};
use support::{expected, options, split_token, start, starts};

/// An HTTP API with payload format 2.0, one with 1.0, and a REST API.
const PATHS: [&str; 4] = ["/", "/any/stage/chat?x=1", "/v1/chat", "/rest/chat"];

const REQUEST: &str = r#"{"ParticipantDetails":{"DisplayName":"Zoë"}}"#;

async fn post(
    aws: &LocalAws,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> Answer {
    call(aws, Method::POST, path, headers, body).await
}

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];
const BYTES: [(&str, &str); 1] = [("Content-Type", "application/octet-stream")];

#[tokio::test]
async fn a_post_starts_a_chat_under_any_content_type() {
    let aws = start(options()).await;
    let sent = expected(&json!({
        "ParticipantDetails": {"DisplayName": "Zoë"},
        "Attributes": {"customerName": "Zoë"},
    }));
    for path in PATHS {
        for headers in [
            &JSON[..],
            &BYTES,
            &[("content-type", "Application/json"), ("content-encoding", "amz-1.0")],
            &[("content-type", "text/plain;charset=UTF-8")],
            &[("content-type", "application/x-www-form-urlencoded")],
            &[],
        ] {
            aws.connect().forget_requests();
            let answer = post(&aws, path, headers, REQUEST).await;
            assert_eq!(answer.status, 200, "{path} {headers:?}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.header("x-request-id").is_some());
            let result = answer.json()["data"]["startChatResult"].clone();
            assert!(result["ParticipantToken"].is_string(), "{path} {headers:?}");
            let received = starts(&aws).remove(0);
            assert_eq!(split_token(received).0, sent, "{path} {headers:?}");
        }
        aws.connect().forget_requests();
        assert_eq!(post(&aws, path, &[], "").await.status, 200, "{path}");
        let received = starts(&aws).remove(0);
        assert_eq!(split_token(received).0, expected(&json!({})), "{path}");
    }
}

#[tokio::test]
async fn preflights_are_answered_and_other_methods_refused() {
    let aws = start(options().env("ALLOWED_ORIGINS", "https://shop.example")).await;
    let origin = [("Origin", "https://shop.example")];
    for path in PATHS {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = call(&aws, method.clone(), path, &origin, "").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("POST,OPTIONS"), "{method} {path}");
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, Some("https://shop.example"), "{method} {path}");
            assert_eq!(answer.json()["code"], "MethodNotAllowedException", "{method} {path}");
        }
        let answer = call(&aws, Method::OPTIONS, path, &origin, "").await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{path}");
        let methods = answer.header("access-control-allow-methods");
        assert_eq!(methods, Some("POST,OPTIONS"), "{path}");
    }
    assert!(aws.connect().requests().is_empty());
}

#[tokio::test]
async fn a_body_may_have_128_kib() {
    let aws = start(options()).await;
    let padded = |bytes: usize| format!("{REQUEST}{}", " ".repeat(bytes - REQUEST.len()));
    for path in PATHS {
        for headers in [&JSON, &BYTES] {
            for (bytes, status) in [(131_072, 200), (131_073, 413), (1_000_000, 413)] {
                let answer = post(&aws, path, headers, padded(bytes)).await;
                assert_eq!(answer.status, status, "{path} {headers:?} {bytes}");
                let code = answer.json()["code"].clone();
                assert_eq!(code == "PayloadTooLargeException", status == 413, "{path} {code}");
            }
        }
    }
    assert_eq!(aws.connect().chats(), PATHS.len() * 2);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_answered_with_json() {
    let aws = start(options()).await;
    let invalid: [&[u8]; 5] = [b"\xff\xfe", b"{\"Username\":", b"Username=Ana", b"<x/>", b"[]"];
    for path in PATHS {
        for body in invalid {
            for headers in [&JSON, &BYTES] {
                let answer = post(&aws, path, headers, body).await;
                assert_eq!(answer.status, 400, "{path} {body:?}");
                let kind = answer.header("content-type");
                assert_eq!(kind, Some("application/problem+json"), "{path} {body:?}");
                let problem = answer.json();
                assert_eq!(problem["code"], "ValidationException", "{path} {body:?}");
                let request_id = problem["requestId"].as_str();
                assert_eq!(answer.header("x-request-id"), request_id, "{path} {body:?}");
            }
        }
    }
    // API Gateway passes these on as Base64, so the function can see that.
    let answer = post(&aws, "/", &BYTES, b"{\"Username\":\"\xff\"}").await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["errors"][0]["detail"].to_string().contains("UTF-8"));
    assert!(aws.connect().requests().is_empty());
}

#[tokio::test]
async fn a_repeated_request_is_the_same_chat() {
    let aws = start(options()).await;
    let mut ids = BTreeSet::new();
    for path in PATHS {
        for name in ["Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"] {
            let headers = [JSON[0], (name, "7c0b8f5e")];
            ids.insert(post(&aws, path, &headers, REQUEST).await.contact_id());
        }
    }
    assert_eq!((ids.len(), aws.connect().chats()), (1, 1));
    let other = [JSON[0], ("Idempotency-Key", "another")];
    let twice = [JSON[0], ("Idempotency-Key", "a"), ("Idempotency-Key", "b")];
    for headers in [&JSON[..], &JSON, &other, &twice] {
        ids.insert(post(&aws, "/", headers, REQUEST).await.contact_id());
    }
    assert_eq!((ids.len(), aws.connect().chats()), (5, 5));
    for path in ["/v1/", "/rest/"] {
        ids.insert(post(&aws, path, &twice, REQUEST).await.contact_id());
    }
    assert_eq!((ids.len(), aws.connect().chats()), (5, 5));
}
