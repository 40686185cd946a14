//! The event of an HTTP API with payload format 2.0.

use serde_json::{Map, Value, json};

use super::request::{ApiRequest, grouped};
use crate::clock;
use crate::fixtures::ACCOUNT_ID;

const API_ID: &str = "local2api0";

/// The event of a request.
pub(crate) fn event(request: &ApiRequest) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.decoded_path(),
        "rawQueryString": request.query,
        "headers": headers(request),
        "requestContext": context(request),
        "isBase64Encoded": false,
    });
    let cookies = cookies(request);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let parameters = joined(request.parameters());
    if !parameters.is_empty() {
        event["queryStringParameters"] = Value::Object(parameters);
    }
    if let Some((body, is_base64)) = request.http_api_body() {
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(is_base64);
    }
    event
}

fn context(request: &ApiRequest) -> Value {
    let mut context = json!({
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": request.domain(),
        "domainPrefix": request.domain().split('.').next(),
        "http": {
            "method": request.method,
            "path": request.decoded_path(),
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent").unwrap_or_default(),
        },
        "requestId": request.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": clock::common_log_now(),
        "timeEpoch": clock::millis(clock::since_epoch()),
    });
    if let Some(claims) = &request.claims {
        context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    }
    context
}

/// The headers with names in lower case and the values of each name joined. Cookies have a member
/// of their own.
fn headers(request: &ApiRequest) -> Map<String, Value> {
    let lowered =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    joined(lowered.filter(|(name, _)| name != "cookie"))
}

fn joined(pairs: impl IntoIterator<Item = (String, String)>) -> Map<String, Value> {
    grouped(pairs).into_iter().map(|(name, values)| (name, json!(values.join(",")))).collect()
}

fn cookies(request: &ApiRequest) -> Vec<&str> {
    let headers = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    headers
        .flat_map(|(_, value)| value.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .collect()
}
