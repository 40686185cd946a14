//! The function's answer as an HTTP response, and the errors of API Gateway itself.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::api::Api;
use super::event_v1::extended_id;
use super::request::ApiRequest;
use crate::http::{Reply, reply};
use crate::runtime_api::Invoked;

/// The members that a REST API accepts in an answer; others are an error.
const REST_MEMBERS: [&str; 5] =
    ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];
/// The headers that REST APIs rename.
const REST_REMAPPED: [&str; 7] =
    ["authorization", "connection", "content-md5", "date", "host", "server", "www-authenticate"];
/// The headers that the HTTP library sets.
const HOP: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

/// An error of API Gateway itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GatewayError {
    /// The request is too large.
    TooLarge,
    /// The claims header is invalid. API Gateway has no such error.
    InvalidClaims(String),
    /// The function took too long.
    TimedOut,
    /// The function failed, or its answer is not a valid proxy response.
    InvalidAnswer,
}

impl GatewayError {
    pub(crate) fn response(self, api: Api) -> Response {
        let rest = api == Api::Rest;
        let (status, message) = match self {
            Self::TooLarge if rest => (413, "Request Too Long".to_owned()),
            Self::TooLarge => (413, "Request Entity Too Large".to_owned()),
            Self::InvalidClaims(message) => (400, message),
            Self::TimedOut if rest => (504, "Endpoint request timed out".to_owned()),
            Self::TimedOut => (503, "Service Unavailable".to_owned()),
            Self::InvalidAnswer if rest => (502, "Internal server error".to_owned()),
            Self::InvalidAnswer => (500, "Internal Server Error".to_owned()),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        reply::json(status, &json!({"message": message}))
    }
}

/// The response that an answer of the function describes.
pub(crate) fn response(
    api: Api,
    invoked: &Invoked,
    request: &ApiRequest,
) -> Result<Response, GatewayError> {
    if invoked.function_error.is_some() {
        return Err(GatewayError::InvalidAnswer);
    }
    let payload: Value =
        serde_json::from_slice(&invoked.raw).map_err(|_| GatewayError::InvalidAnswer)?;
    match payload {
        Value::Object(answer) if answer.contains_key("statusCode") => {
            proxy_response(api, &answer, request)
        }
        payload if api == Api::HttpV2 => Ok(inferred_response(payload, request)),
        _ => Err(GatewayError::InvalidAnswer),
    }
}

/// The response of format 2.0 for an answer without a status code: the answer is the body.
fn inferred_response(payload: Value, request: &ApiRequest) -> Response {
    let body = match payload {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let reply = Reply::new(StatusCode::OK).header("content-type", "application/json");
    with_ids(reply, Api::HttpV2, request).body(body)
}

fn proxy_response(
    api: Api,
    answer: &Map<String, Value>,
    request: &ApiRequest,
) -> Result<Response, GatewayError> {
    if api == Api::Rest && answer.keys().any(|name| !REST_MEMBERS.contains(&name.as_str())) {
        return Err(GatewayError::InvalidAnswer);
    }
    let mut reply = Reply::new(status(answer.get("statusCode"))?);
    for (name, value) in headers(api, answer)? {
        let name = name.to_ascii_lowercase();
        if api == Api::Rest && REST_REMAPPED.contains(&name.as_str()) {
            reply = reply.header(&format!("x-amzn-remapped-{name}"), &value);
        } else if !HOP.contains(&name.as_str()) {
            reply = reply.header(&name, &value);
        }
    }
    if !reply.has("content-type") {
        let default =
            if api == Api::Rest { "application/json" } else { "text/plain; charset=utf-8" };
        reply = reply.header("content-type", default);
    }
    let body = body(api, answer)?;
    Ok(with_ids(reply, api, request).body(body))
}

fn with_ids(reply: Reply, api: Api, request: &ApiRequest) -> Reply {
    match api {
        Api::Rest => reply
            .header("x-amzn-requestid", &request.request_id)
            .header("x-amz-apigw-id", &extended_id(request))
            .header("x-amzn-trace-id", &request.trace_id),
        Api::HttpV1 | Api::HttpV2 => reply.header("apigw-requestid", &extended_id(request)),
    }
}

/// The status, from a number or a string of digits.
fn status(code: Option<&Value>) -> Result<StatusCode, GatewayError> {
    let code = match code {
        Some(Value::String(code)) => code.parse().ok(),
        Some(code) => code.as_u64().and_then(|code| u16::try_from(code).ok()),
        None => None,
    };
    code.filter(|code| (200..=599).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or(GatewayError::InvalidAnswer)
}

fn headers(api: Api, answer: &Map<String, Value>) -> Result<Vec<(String, String)>, GatewayError> {
    let mut headers = Vec::new();
    for (name, value) in object(answer.get("headers"))? {
        headers.push((name.clone(), scalar(value)?));
    }
    let lists = match api {
        Api::HttpV2 => Vec::new(),
        Api::HttpV1 | Api::Rest => object(answer.get("multiValueHeaders"))?,
    };
    for (name, values) in lists {
        headers.retain(|(single, _)| !single.eq_ignore_ascii_case(name));
        for value in values.as_array().ok_or(GatewayError::InvalidAnswer)? {
            headers.push((name.clone(), scalar(value)?));
        }
    }
    if let (Api::HttpV2, Some(Value::Array(cookies))) = (api, answer.get("cookies")) {
        for cookie in cookies {
            headers.push(("set-cookie".to_owned(), scalar(cookie)?));
        }
    }
    let valid = |(name, value): &(String, String)| {
        HeaderName::try_from(name.as_str()).is_ok() && HeaderValue::try_from(value.as_str()).is_ok()
    };
    if headers.iter().all(valid) { Ok(headers) } else { Err(GatewayError::InvalidAnswer) }
}

fn object(value: Option<&Value>) -> Result<Vec<(&String, &Value)>, GatewayError> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(entries)) => Ok(entries.iter().collect()),
        Some(_) => Err(GatewayError::InvalidAnswer),
    }
}

fn scalar(value: &Value) -> Result<String, GatewayError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(GatewayError::InvalidAnswer),
    }
}

/// The body. HTTP APIs decode base64; a REST API without binary media types does not.
fn body(api: Api, answer: &Map<String, Value>) -> Result<Vec<u8>, GatewayError> {
    let is_base64 = match answer.get("isBase64Encoded") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => api != Api::Rest,
        Some(_) => return Err(GatewayError::InvalidAnswer),
    };
    match answer.get("body") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(body)) if is_base64 => {
            STANDARD.decode(body).map_err(|_| GatewayError::InvalidAnswer)
        }
        Some(Value::String(body)) => Ok(body.clone().into_bytes()),
        Some(_) => Err(GatewayError::InvalidAnswer),
    }
}
