//! Tests with the requests of public chat clients, over HTTP.
//!
//! A JSON file of this folder describes what each client sends and reads, with
//! the sources of each fact. Every case of every file goes to an HTTP API of
//! either payload format and to a REST API. The answer is decoded as strictly as
//! the client does. The files in `reports/` hold single requests from public
//! reports, with their right answers.

#![expect(clippy::expect_used, reason = "a test that cannot go on panics")]

mod client;
mod decode;
mod failures;
mod repeats;
mod reports;
mod successes;
use http::Method;
use local_aws::{LocalAws, Options};

use crate::client::Case;
use support::http::{Answer, call};

/// An HTTP API with payload format 2.0, one with 1.0, and a REST API.
const APIS: [&str; 3] = ["/", "/v1/", "/rest/"];

/// The origin of the clients that run in browsers.
const ORIGIN: &str = "https://shop.example";

/// Returns options for a deployment without an authorizer.
fn options() -> Options {
    support::options().env("ALLOWED_ORIGINS", ORIGIN)
}

/// Returns options for a deployment with an authorizer.
fn with_authorizer() -> Options {
    options().env("CUSTOMER_ID_CLAIM", "sub")
}

/// Sends a client's request to one of the APIs.
async fn send(aws: &LocalAws, api: &str, case: &Case) -> Answer {
    send_text(aws, api, case, case.text()).await
}

/// Sends a client's headers with another body.
async fn send_text(aws: &LocalAws, api: &str, case: &Case, text: impl Into<Vec<u8>>) -> Answer {
    let customer = case.customer.as_ref();
    let claims = customer.map(|sub| serde_json::json!({ "sub": sub }).to_string());
    let headers = case.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
    let claims = claims.iter().map(|json| ("X-Local-Claims", json.as_str()));
    let headers: Vec<_> = headers.chain(claims).collect();
    let path = format!("{api}{}", case.path);
    call(aws, Method::POST, &path, &headers, text).await
}

/// Asserts that a page may read the answer, which every client in a browser needs.
fn assert_readable(case: &Case, answer: &Answer, at: &str) {
    let allowed = answer.header("access-control-allow-origin");
    let origin = case.headers.get("Origin").map(String::as_str);
    assert_eq!(allowed, origin, "{at}");
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{at}");
}
