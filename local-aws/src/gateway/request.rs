//! A client's request, with what API Gateway adds to it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use uuid::Uuid;

use super::raw_headers::RawHeaders;
use crate::clock;

/// The header with the claims, as JSON, that an authorizer would have verified.
const CLAIMS_HEADER: &str = "x-local-claims";

/// A client's request, with what API Gateway adds to it.
#[derive(Clone, Debug)]
pub(crate) struct ApiRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) protocol: String,
    /// The headers, with names as the client wrote them.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) source_ip: String,
    pub(crate) claims: Option<Value>,
    pub(crate) request_id: String,
    pub(crate) trace_id: String,
}

impl ApiRequest {
    pub(crate) fn new(head: &Parts, body: &[u8], source: IpAddr) -> Result<Self, String> {
        let mut headers = match head.extensions.get::<RawHeaders>() {
            Some(raw) => raw.0.clone(),
            None => parsed_headers(head),
        };
        let claims = take_claims(&mut headers)?;
        let trace_id = clock::trace_id();
        for (name, value) in forwarding_headers(&source.to_string(), &trace_id) {
            headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value));
        }
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("connection"));
        Ok(Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            protocol: format!("{:?}", head.version),
            headers,
            body: body.to_vec(),
            source_ip: source.to_string(),
            claims,
            request_id: Uuid::new_v4().to_string(),
            trace_id,
        })
    }

    /// The last value of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |(given, _): &&(String, String)| given.eq_ignore_ascii_case(name);
        self.headers.iter().rev().find(named).map(|(_, value)| value.as_str())
    }

    /// The host without its port.
    pub(crate) fn domain(&self) -> &str {
        self.header("host").and_then(|host| host.split(':').next()).unwrap_or_default()
    }

    /// The path, decoded.
    pub(crate) fn decoded_path(&self) -> String {
        percent_decode_str(&self.path).decode_utf8_lossy().into_owned()
    }

    /// The body in the event of an HTTP API, and whether it is base64.
    pub(crate) fn http_api_body(&self) -> Option<(String, bool)> {
        if self.body.is_empty() {
            return None;
        }
        if is_text(self.header("content-type").unwrap_or_default()) {
            return Some((String::from_utf8_lossy(&self.body).into_owned(), false));
        }
        Some((STANDARD.encode(&self.body), true))
    }

    /// The query parameters in order, decoded.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let decoded = |part: &str| {
            let spaced = part.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
        };
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(k, v)| (decoded(k), decoded(v)))
            .collect()
    }
}

fn parsed_headers(head: &Parts) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}

fn forwarding_headers(source: &str, trace_id: &str) -> [(&'static str, String); 4] {
    [
        ("X-Amzn-Trace-Id", trace_id.to_owned()),
        ("X-Forwarded-For", source.to_owned()),
        ("X-Forwarded-Port", "443".to_owned()),
        ("X-Forwarded-Proto", "https".to_owned()),
    ]
}

fn take_claims(headers: &mut Vec<(String, String)>) -> Result<Option<Value>, String> {
    let Some(at) = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case(CLAIMS_HEADER))
    else {
        return Ok(None);
    };
    let (_, json) = headers.remove(at);
    serde_json::from_str(&json)
        .map(Some)
        .map_err(|error| format!("{CLAIMS_HEADER} is not JSON: {error}"))
}

/// Returns true if HTTP APIs pass on a body of this type as text. All others become base64,
/// including forms and bodies without a type.
fn is_text(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = ["application/json", "application/xml", "application/javascript"];
    media.starts_with("text/") || text.contains(&media.as_str())
}

/// The values of each name, in order.
pub(crate) fn grouped(
    pairs: impl IntoIterator<Item = (String, String)>,
) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        groups.entry(name).or_default().push(value);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_that_http_apis_treat_as_text() {
        for (content_type, text) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain;charset=UTF-8", true),
            ("application/xml", true),
            ("application/javascript", true),
            ("application/x-www-form-urlencoded", false),
            ("application/octet-stream", false),
            ("", false),
        ] {
            assert_eq!(is_text(content_type), text, "{content_type}");
        }
    }
}
