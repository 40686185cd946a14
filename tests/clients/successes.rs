//! Requests of the clients that start chats.

use http::Method;
use local_aws::LocalAws;
use serde_json::{Value, json};

use crate::client::{Case, Client, clients};
use crate::{APIS, ORIGIN, assert_readable, options, send, with_authorizer};
use support::http::call;
use support::{expected, split_token, start, starts};

/// Sends one case. Asserts what the client and what Connect receive.
async fn assert_starts(aws: &LocalAws, api: &str, client: &Client, case: &Case, at: &str) {
    aws.connect().forget_requests();
    let answer = send(aws, api, case).await;
    let decoded = client.decode(&answer);
    let decoded = decoded.unwrap_or_else(|error| panic!("{at}: {error}"));
    assert_readable(case, &answer, at);
    assert_eq!(answer.header("content-type"), Some("application/json"), "{at}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{at}");
    let ignored = answer.header("x-ignored-members");
    assert_eq!(ignored, case.ignored.as_deref(), "{at}");
    let mut received = starts(aws);
    assert_eq!(received.len(), 1, "{at}");
    let received = split_token(received.remove(0)).0;
    assert_eq!(received, expected(&case.received), "{at}");
    let types = received["SupportedMessagingContentTypes"].as_array();
    let markdown = types.is_some_and(|types| types.contains(&json!("text/markdown")));
    let features = &decoded["data"]["featurePermissions"];
    assert_eq!(features["MESSAGING_MARKDOWN"], markdown, "{at}");
    assert_eq!(features["ATTACHMENTS"], true, "{at}");
    let contact = decoded["data"]["startChatResult"]["ContactId"].as_str();
    let contact = aws.connect().contact(contact.expect("an id"));
    assert!(contact.is_some(), "{at}: the contact does not exist");
}

#[tokio::test]
async fn every_case_of_every_client_starts_its_chat() {
    let anonymous = start(options().env("ATTACHMENTS", "true")).await;
    let signed_in = start(with_authorizer().env("ATTACHMENTS", "true")).await;
    for (name, client) in clients() {
        assert!(!client.sources.is_empty() && !client.facts.is_empty());
        assert!(!client.name.is_empty() && !client.cases.is_empty());
        for case in &client.cases {
            let aws = match case.customer {
                Some(_) => &signed_in,
                None => &anonymous,
            };
            for api in APIS {
                let at = format!("{name}, {}, {api}", case.name);
                assert_starts(aws, api, &client, case, &at).await;
            }
        }
    }
}

#[tokio::test]
async fn a_preflight_allows_what_each_client_sends() {
    let aws = start(options()).await;
    let mut cases = 0;
    for (name, client) in clients() {
        for case in client.cases {
            let Some(headers) = &case.preflight else {
                continue;
            };
            for api in APIS {
                assert_allows(&aws, &format!("{api}{}", case.path), headers, &name).await;
                cases += 1;
            }
        }
    }
    assert!(cases > 0, "no client sends a preflight");
    assert!(aws.connect().requests().is_empty(), "a preflight started a chat");
}

async fn assert_allows(aws: &LocalAws, path: &str, headers: &[String], at: &str) {
    let wanted = headers.join(",");
    let question = [
        ("Origin", ORIGIN),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", wanted.as_str()),
    ];
    let answer = call(aws, Method::OPTIONS, path, &question, "").await;
    assert_eq!(answer.status, 204, "{at}");
    let allowed = |name: &str| answer.header(name).unwrap_or_default().to_lowercase();
    assert_eq!(allowed("access-control-allow-origin"), ORIGIN, "{at}");
    assert!(allowed("access-control-allow-methods").contains("post"));
    let list = allowed("access-control-allow-headers");
    let list: Vec<&str> = list.split(',').map(str::trim).collect();
    for header in headers {
        assert!(list.contains(&header.as_str()), "{at}: {header}");
    }
}

/// The headers in a case's preflight are those for which a browser sends one.
#[test]
fn a_case_has_a_preflight_exactly_if_a_browser_sends_one() {
    let simple = |name: &str, value: &str| match name.to_lowercase().as_str() {
        "origin" | "accept" => true,
        "content-type" => ["text/plain", "application/x-www-form-urlencoded"]
            .iter()
            .any(|kind| value.starts_with(kind)),
        _ => false,
    };
    for (name, client) in clients() {
        for case in client.cases {
            if !case.headers.contains_key("Origin") {
                assert!(case.preflight.is_none(), "{name} is not a browser");
                continue;
            }
            let headers = case.headers.iter();
            let listed = headers.filter(|(name, value)| !simple(name, value));
            let mut listed: Vec<String> = listed.map(|(name, _)| name.to_lowercase()).collect();
            listed.sort();
            assert_eq!(case.preflight.unwrap_or_default(), listed, "{name}");
        }
    }
}

#[tokio::test]
async fn a_past_chat_requires_a_verified_customer() {
    let aws = start(options()).await;
    let mut cases = 0;
    for (name, client) in clients() {
        for mut case in client.cases.clone() {
            if case.customer.take().is_none() {
                continue;
            }
            for api in APIS {
                let answer = send(&aws, api, &case).await;
                assert_eq!(answer.status, 403, "{name}");
                assert_eq!(client.decode_error(&answer), Ok(()), "{name}");
                assert_readable(&case, &answer, &name);
                let pointer = answer.json()["errors"][0]["pointer"].clone();
                assert_eq!(pointer, Value::from("/PersistentChat"), "{name}");
                cases += 1;
            }
        }
    }
    assert!(cases > 0, "no client continues a past chat");
    assert!(aws.connect().requests().is_empty());
}
