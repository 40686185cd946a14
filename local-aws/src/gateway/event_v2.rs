//! The event of an HTTP API with payload format 2.0.

use serde_json::{Map, Value, json};

use super::request::{Incoming, grouped};
use crate::clock;
use crate::world::ACCOUNT_ID;

const API_ID: &str = "local2api0";

/// The event for this request.
pub(crate) fn event(incoming: &Incoming) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": incoming.decoded_path(),
        "rawQueryString": incoming.query,
        "headers": headers(incoming),
        "requestContext": context(incoming),
        "isBase64Encoded": false,
    });
    let cookies = cookies(incoming);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let parameters = joined(incoming.parameters());
    if !parameters.is_empty() {
        event["queryStringParameters"] = Value::Object(parameters);
    }
    if let Some((body, is_base64)) = incoming.http_api_body() {
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(is_base64);
    }
    event
}

fn context(incoming: &Incoming) -> Value {
    let mut context = json!({
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": incoming.domain(),
        "domainPrefix": incoming.domain().split('.').next(),
        "http": {
            "method": incoming.method,
            "path": incoming.decoded_path(),
            "protocol": incoming.protocol,
            "sourceIp": incoming.source_ip,
            "userAgent": incoming.header("user-agent").unwrap_or_default(),
        },
        "requestId": incoming.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": clock::common_log_now(),
        "timeEpoch": clock::millis(clock::since_epoch()),
    });
    if let Some(claims) = &incoming.claims {
        context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    }
    context
}

/// Names in lower case, values of one name joined; cookies have a member of their own.
fn headers(incoming: &Incoming) -> Map<String, Value> {
    let lowered =
        incoming.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    joined(lowered.filter(|(name, _)| name != "cookie"))
}

fn joined(pairs: impl IntoIterator<Item = (String, String)>) -> Map<String, Value> {
    grouped(pairs).into_iter().map(|(name, values)| (name, json!(values.join(",")))).collect()
}

fn cookies(incoming: &Incoming) -> Vec<&str> {
    let headers = incoming.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    headers
        .flat_map(|(_, value)| value.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .collect()
}
