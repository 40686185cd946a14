//! The work of every candidate: one HTTP event, with a local AWS around it.

use local_aws::fixtures::{FLOW_ID, INSTANCE_ID};
use local_aws::{Invoked, LocalAws, Options};
use serde_json::{Value, json};

const EVENT: &str = include_str!("../../events/http-api.json");

/// The options of a local AWS with TLS and without limits, with the settings of every candidate.
pub(crate) fn options(options: Options) -> Options {
    options
        .tls(true)
        .no_rate_limit()
        .quota(usize::MAX)
        .env("INSTANCE_ID", INSTANCE_ID)
        .env("CONTACT_FLOW_ID", FLOW_ID)
        .env("ALLOWED_ORIGINS", "https://shop.example.com")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
}

/// A local AWS for a process that the caller starts.
pub(crate) async fn local_aws() -> Result<LocalAws, String> {
    let local = LocalAws::start(options(Options::without_function())).await;
    local.map_err(|error| error.to_string())
}

/// An API Gateway event (HTTP API, payload format 2.0) with a request that every candidate supports.
pub(crate) fn event() -> Value {
    let body = json!({
        "ParticipantDetails": {"DisplayName": "Ana Souza"},
        "Attributes": {"customerName": "Ana Souza", "page": "/orders/4711", "cartItems": "3"},
        "InitialMessage": {"ContentType": "text/plain", "Content": "Where is my order 4711?"},
        "SupportedMessagingContentTypes": ["text/plain", "text/markdown"],
    });
    http(&body)
}

/// The event with another body.
pub(crate) fn http(body: &Value) -> Value {
    let mut event: Value = serde_json::from_str(EVENT).unwrap_or_default();
    event["body"] = Value::String(body.to_string());
    // One candidate cannot parse claims that are not strings, and with an idempotency key all requests
    // would be one chat.
    if let Some(context) = event["requestContext"].as_object_mut() {
        context.remove("authorizer");
    }
    if let Some(headers) = event["headers"].as_object_mut() {
        headers.retain(|name, _| name != "idempotency-key" && name != "authorization");
        headers.insert("origin".to_owned(), json!("https://shop.example.com"));
    }
    event
}

/// Checks that an answer contains a chat.
///
/// # Errors
///
/// Returns an error with the answer if it does not.
pub(crate) fn check_started(invoked: &Invoked) -> Result<(), String> {
    let body = invoked.payload["body"].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let token = &body["data"]["startChatResult"]["ParticipantToken"];
    if invoked.payload["statusCode"] == 200 && token.is_string() {
        Ok(())
    } else {
        Err(format!("no chat was started: {}", invoked.payload))
    }
}
