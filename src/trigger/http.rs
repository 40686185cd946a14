//! Requests of API Gateway and of function URLs.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Caller, Claims, Key, Payload, Unreadable, object, parse_json};
use crate::json::{str_at, value_at};

/// The HTTP header that names a request
/// (IETF draft "The Idempotency-Key HTTP Header Field").
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The largest body a stranger may send, in bytes: four times what the API's
/// largest members can fill.
const MAX_BODY: usize = 128 * 1024;

/// The payload format of an HTTP integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// REST APIs, and HTTP APIs that ask for payload format 1.0.
    V1,
    /// HTTP APIs and function URLs: payload format 2.0.
    V2,
}

impl Format {
    /// The format of an event, told by where it has its method.
    pub(super) fn of(event: &Map<String, Value>) -> Option<Self> {
        if str_at(event, &["requestContext", "http", "method"]).is_some() {
            Some(Self::V2)
        } else {
            str_at(event, &["requestContext", "httpMethod"]).map(|_| Self::V1)
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V1 => "http-1.0",
            Self::V2 => "http-2.0",
        }
    }
}

/// One HTTP request. Whatever is in its event, reading it does not fail.
pub struct HttpCall {
    /// How to answer it.
    pub format: Format,
    /// The `Origin` header.
    pub origin: Option<String>,
    method: String,
    idempotency_key: Option<String>,
    claims: Map<String, Value>,
    body: Value,
    is_base64: bool,
}

impl HttpCall {
    pub(super) fn read(format: Format, mut event: Map<String, Value>) -> Self {
        let method = match format {
            Format::V1 => str_at(&event, &["requestContext", "httpMethod"]),
            Format::V2 => str_at(&event, &["requestContext", "http", "method"]),
        };
        Self {
            format,
            origin: header(&event, "origin"),
            method: method.unwrap_or_default().to_owned(),
            idempotency_key: header(&event, IDEMPOTENCY_KEY).filter(|key| !key.is_empty()),
            claims: claims(format, &event),
            is_base64: event.get("isBase64Encoded") == Some(&Value::Bool(true)),
            body: event.remove("body").unwrap_or_default(),
        }
    }

    /// Whether it is a browser's question before the request proper.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS"
    }

    /// The request in its body. No body is the request `{}`.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for another method than `POST`, a body over 128 KiB, and
    /// one that is not a JSON object.
    pub fn open(&mut self) -> Result<Payload, Unreadable> {
        if self.method != "POST" {
            return Err(Unreadable::Method);
        }
        let text = self.text()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let request =
            if text.trim_ascii().is_empty() { Map::new() } else { object(parse_json(text)?)? };
        Ok(Payload {
            request,
            caller: Caller::Stranger(Claims::new(std::mem::take(&mut self.claims))),
            key: Key::Http { header: self.idempotency_key.take() },
        })
    }

    fn text(&self) -> Result<Cow<'_, str>, Unreadable> {
        let body = match &self.body {
            Value::Null => "",
            Value::String(body) => body,
            _ => return Err(Unreadable::NotText),
        };
        if !self.is_base64 {
            return within_limit(body.len()).map(|()| Cow::Borrowed(body));
        }
        within_limit((body.len() / 4 * 3).saturating_sub(2))?;
        let bytes = STANDARD.decode(body).map_err(|_| Unreadable::NotBase64)?;
        within_limit(bytes.len())?;
        let text = String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
        Ok(Cow::Owned(text))
    }
}

fn within_limit(bytes: usize) -> Result<(), Unreadable> {
    if bytes > MAX_BODY {
        return Err(Unreadable::TooLarge);
    }
    Ok(())
}

/// A header's value, whatever the case of its name. A repeated header's values
/// are joined by commas, as HTTP APIs do themselves.
fn header(event: &Map<String, Value>, name: &str) -> Option<String> {
    let values = |member: &str| -> Vec<&str> {
        let headers = event.get(member).and_then(Value::as_object);
        let named = headers.into_iter().flatten();
        let named = named.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.flat_map(|(_, value)| texts(value)).collect()
    };
    let mut found = values("multiValueHeaders");
    if found.is_empty() {
        found = values("headers");
    }
    (!found.is_empty()).then(|| found.join(","))
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What the authorizer that API Gateway ran has verified: a JWT authorizer's
/// or a user pool's claims, or what a Lambda authorizer returned as context.
fn claims(format: Format, event: &Map<String, Value>) -> Map<String, Value> {
    const AUTHORIZER: [&str; 2] = ["requestContext", "authorizer"];
    let at = |path: &[&str]| {
        let path = [&AUTHORIZER, path].concat();
        value_at(event, &path).and_then(Value::as_object)
    };
    let found = match format {
        Format::V1 => at(&["claims"]).or_else(|| at(&[])),
        Format::V2 => at(&["jwt", "claims"]).or_else(|| at(&["lambda"])),
    };
    found.cloned().unwrap_or_default()
}
