//! A client's request, with the names of its headers as the client wrote them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use uuid::Uuid;

use crate::clock;
use crate::server::Connection;

/// The header that stands for an authorizer: JSON claims. For local use only.
const CLAIMS_HEADER: &str = "x-local-claims";

/// The headers of a request, as they were written.
#[derive(Clone, Debug, Default)]
struct Written(Vec<(String, String)>);

/// Keeps the headers' names as the client wrote them: the HTTP library lowers their case.
pub(crate) async fn keep_names(
    ConnectInfo(connection): ConnectInfo<Connection>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let head = connection.control.take_head();
    if let Some(written) = written(&head, request.method().as_str()) {
        request.extensions_mut().insert(Written(written));
    }
    let response = next.run(request).await;
    connection.control.listen();
    response
}

/// The headers of a request's head; `None` if these are not the bytes of such a head.
fn written(head: &[u8], method: &str) -> Option<Vec<(String, String)>> {
    let head = String::from_utf8_lossy(head);
    let (head, _) = head.split_once("\r\n\r\n")?;
    let (first, headers) = head.split_once("\r\n")?;
    first.strip_prefix(method)?.strip_prefix(' ')?;
    let header = |line: &str| {
        line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
    };
    headers.split("\r\n").map(header).collect()
}

/// What a client sent, and what API Gateway knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) protocol: String,
    /// Names as written.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) source_ip: String,
    pub(crate) claims: Option<Value>,
    pub(crate) request_id: String,
    pub(crate) trace_id: String,
}

impl Incoming {
    pub(crate) fn new(head: &Parts, body: &[u8], source: IpAddr) -> Result<Self, String> {
        let mut headers = match head.extensions.get::<Written>() {
            Some(written) => written.0.clone(),
            None => lowered(head),
        };
        let claims = take_claims(&mut headers)?;
        let trace_id = clock::trace_id();
        for (name, value) in forwarded(&source.to_string(), &trace_id) {
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

    /// The last value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |(given, _): &&(String, String)| given.eq_ignore_ascii_case(name);
        self.headers.iter().rev().find(named).map(|(_, value)| value.as_str())
    }

    /// The host that the client named, without a port.
    pub(crate) fn domain(&self) -> &str {
        self.header("host").and_then(|host| host.split(':').next()).unwrap_or_default()
    }

    /// The path, decoded.
    pub(crate) fn decoded_path(&self) -> String {
        percent_decode_str(&self.path).decode_utf8_lossy().into_owned()
    }

    /// The body as an HTTP API hands it on, and whether it is base64.
    pub(crate) fn http_api_body(&self) -> Option<(String, bool)> {
        if self.body.is_empty() {
            return None;
        }
        if is_text(self.header("content-type").unwrap_or_default()) {
            return Some((String::from_utf8_lossy(&self.body).into_owned(), false));
        }
        Some((STANDARD.encode(&self.body), true))
    }

    /// The query's parameters in order, decoded.
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

fn lowered(head: &Parts) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}

fn forwarded(source: &str, trace_id: &str) -> [(&'static str, String); 4] {
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

/// Whether HTTP APIs hand a body of this content type on as text. All else is base64, forms and absent types too.
fn is_text(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = ["application/json", "application/xml", "application/javascript"];
    media.starts_with("text/") || text.contains(&media.as_str())
}

/// Values by name, in order.
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
    fn what_http_apis_take_for_text() {
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

    #[test]
    fn a_head_is_taken_as_written() {
        let head = b"POST /a HTTP/1.1\r\nHost: x:1\r\nX-API-Key:  k \r\n\r\n{}";
        let headers = [("Host", "x:1"), ("X-API-Key", "k")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .to_vec();
        assert_eq!(written(head, "POST"), Some(headers));
        assert_eq!(written(head, "GET"), None);
        assert_eq!(written(b"POST /a HTTP/1.1\r\nHost", "POST"), None);
    }
}
