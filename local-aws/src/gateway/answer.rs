//! The function's answer as an HTTP response, or the reason why it is none.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::Api;
use super::event_v1::extended_id;
use super::request::Incoming;
use crate::lambda::Invoked;
use crate::respond::{self, Reply};

/// What REST APIs understand in an answer; they refuse all else.
const REST_MEMBERS: [&str; 5] =
    ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];
/// What REST APIs rename in an answer.
const REST_REMAPPED: [&str; 7] =
    ["authorization", "connection", "content-md5", "date", "host", "server", "www-authenticate"];
/// What the HTTP library sets itself.
const HOP: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

/// Why API Gateway answers for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The request is too large.
    TooLarge,
    /// The request cannot be made into an event; only ever said locally.
    Refused(String),
    /// The function took too long.
    TimedOut,
    /// The function failed, or its answer is not in the right form.
    Malformed,
}

impl Problem {
    pub(crate) fn response(self, api: Api) -> Response {
        let rest = api == Api::Rest;
        let (status, message) = match self {
            Self::TooLarge if rest => (413, "Request Too Long".to_owned()),
            Self::TooLarge => (413, "Request Entity Too Large".to_owned()),
            Self::Refused(why) => (400, why),
            Self::TimedOut if rest => (504, "Endpoint request timed out".to_owned()),
            Self::TimedOut => (503, "Service Unavailable".to_owned()),
            Self::Malformed if rest => (502, "Internal server error".to_owned()),
            Self::Malformed => (500, "Internal Server Error".to_owned()),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        respond::json(status, &json!({"message": message}))
    }
}

/// The response that the function's answer describes.
pub(crate) fn response(
    api: Api,
    invoked: &Invoked,
    incoming: &Incoming,
) -> Result<Response, Problem> {
    if invoked.function_error.is_some() {
        return Err(Problem::Malformed);
    }
    let payload: Value = serde_json::from_slice(&invoked.raw).map_err(|_| Problem::Malformed)?;
    match payload {
        Value::Object(answer) if answer.contains_key("statusCode") => {
            described(api, &answer, incoming)
        }
        payload if api == Api::HttpV2 => Ok(inferred(payload, incoming)),
        _ => Err(Problem::Malformed),
    }
}

/// Format 2.0 takes any JSON without a status code for the body itself.
fn inferred(payload: Value, incoming: &Incoming) -> Response {
    let body = match payload {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let reply = Reply::new(StatusCode::OK).header("content-type", "application/json");
    identified(reply, Api::HttpV2, incoming).body(body)
}

fn described(
    api: Api,
    answer: &Map<String, Value>,
    incoming: &Incoming,
) -> Result<Response, Problem> {
    if api == Api::Rest && answer.keys().any(|name| !REST_MEMBERS.contains(&name.as_str())) {
        return Err(Problem::Malformed);
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
    Ok(identified(reply, api, incoming).body(body))
}

fn identified(reply: Reply, api: Api, incoming: &Incoming) -> Reply {
    match api {
        Api::Rest => reply
            .header("x-amzn-requestid", &incoming.request_id)
            .header("x-amz-apigw-id", &extended_id(incoming))
            .header("x-amzn-trace-id", &incoming.trace_id),
        Api::HttpV1 | Api::HttpV2 => reply.header("apigw-requestid", &extended_id(incoming)),
    }
}

/// A number, or a string of one.
fn status(code: Option<&Value>) -> Result<StatusCode, Problem> {
    let code = match code {
        Some(Value::String(code)) => code.parse().ok(),
        Some(code) => code.as_u64().and_then(|code| u16::try_from(code).ok()),
        None => None,
    };
    code.filter(|code| (200..=599).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or(Problem::Malformed)
}

fn headers(api: Api, answer: &Map<String, Value>) -> Result<Vec<(String, String)>, Problem> {
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
        for value in values.as_array().ok_or(Problem::Malformed)? {
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
    if headers.iter().all(valid) { Ok(headers) } else { Err(Problem::Malformed) }
}

fn object(value: Option<&Value>) -> Result<Vec<(&String, &Value)>, Problem> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(entries)) => Ok(entries.iter().collect()),
        Some(_) => Err(Problem::Malformed),
    }
}

fn scalar(value: &Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(Problem::Malformed),
    }
}

/// HTTP APIs decode base64; a REST API without binary media types hands it on as it is.
fn body(api: Api, answer: &Map<String, Value>) -> Result<Vec<u8>, Problem> {
    let is_base64 = match answer.get("isBase64Encoded") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => api != Api::Rest,
        Some(_) => return Err(Problem::Malformed),
    };
    match answer.get("body") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(body)) if is_base64 => {
            STANDARD.decode(body).map_err(|_| Problem::Malformed)
        }
        Some(Value::String(body)) => Ok(body.clone().into_bytes()),
        Some(_) => Err(Problem::Malformed),
    }
}
