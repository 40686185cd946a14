//! HTTP requests of API Gateway and of function URLs.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::caller::{Caller, Claims};
use super::cause::Cause;
use super::event::EventMembers;
use super::idempotency_key::{IdempotencyKey, InvocationKey};
use super::payload::{Payload, PayloadError, object, parse_text};
use crate::json::{self, Type};

/// The HTTP header that identifies a request
/// (IETF draft "The Idempotency-Key HTTP Header Field").
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The largest body of an untrusted caller, in bytes: four times what the
/// API's largest members can fill.
const MAX_BODY: usize = 128 * 1024;

/// The payload format of an HTTP integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadFormat {
    /// REST APIs, and HTTP APIs that ask for payload format 1.0.
    V1,
    /// HTTP APIs and function URLs: payload format 2.0.
    V2,
}

impl PayloadFormat {
    /// The name in logs and metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V1 => "http-1.0",
            Self::V2 => "http-2.0",
        }
    }
}

/// One HTTP request. Reading it from its event cannot fail.
pub struct HttpRequest<'a> {
    /// The format of the request and of its response.
    pub format: PayloadFormat,
    /// The `Origin` header.
    pub origin: Option<String>,
    method: Cow<'a, str>,
    idempotency_key: Option<String>,
    prefers_new_chat: bool,
    claims: Claims<'a>,
    body: Option<&'a RawValue>,
    is_base64: bool,
}

impl<'a> HttpRequest<'a> {
    pub(super) fn new(
        format: PayloadFormat,
        method: Cow<'a, str>,
        authorizer: Option<&'a RawValue>,
        event: &EventMembers<'a>,
    ) -> Self {
        const NAMES: [&str; 3] = ["origin", IDEMPOTENCY_KEY, "prefer"];
        let [origin, key, prefer] = headers(event.headers, event.multi_value_headers, NAMES);
        Self {
            format,
            origin,
            method,
            idempotency_key: key.filter(|key| !key.is_empty()),
            prefers_new_chat: prefer.is_some_and(|prefer| prefers_new_chat(&prefer)),
            claims: Claims::new(authorizer.and_then(|found| claims(format, found))),
            body: event.body,
            is_base64: event.is_base64_encoded.is_some_and(|flag| flag.get() == "true"),
        }
    }

    /// Returns true if this is a browser's CORS preflight request.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS"
    }

    /// Returns the request in the body. An absent or empty body is `{}`.
    pub(super) fn open(self, key: InvocationKey<'_>) -> Result<Payload<'a>, PayloadError> {
        if self.method != "POST" {
            return Err(PayloadError::MethodNotAllowed);
        }
        let text = self.text()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let text = if text.trim_ascii().is_empty() { "{}" } else { text };
        Ok(Payload {
            request: Cow::Owned(object(parse_text(text)?)?),
            caller: Caller::Untrusted(self.claims),
            key: IdempotencyKey::Http {
                header: self.idempotency_key,
                request_id: key.request_id.to_owned(),
            },
            cause: Cause::default(),
            prefers_new_chat: self.prefers_new_chat,
        })
    }

    fn text(&self) -> Result<Cow<'a, str>, PayloadError> {
        let body = match self.body {
            None => Cow::Borrowed(""),
            Some(body) if Type::of(body) == Type::Null => Cow::Borrowed(""),
            Some(body) => json::string(body).ok_or(PayloadError::NotText)?,
        };
        if !self.is_base64 {
            return within_limit(body.len()).map(|()| body);
        }
        within_limit((body.len() / 4 * 3).saturating_sub(2))?;
        let bytes = STANDARD.decode(body.as_bytes()).map_err(|_| PayloadError::NotBase64)?;
        within_limit(bytes.len())?;
        String::from_utf8(bytes).map(Cow::Owned).map_err(|_| PayloadError::NotUtf8)
    }
}

/// Returns true if a `Prefer` header (RFC 7240) asks for a new chat.
fn prefers_new_chat(prefer: &str) -> bool {
    let preferences = prefer.split(',').map(|one| one.split(';').next().unwrap_or_default());
    preferences.map(str::trim).any(|one| one.eq_ignore_ascii_case("new-chat"))
}

fn within_limit(bytes: usize) -> Result<(), PayloadError> {
    if bytes > MAX_BODY { Err(PayloadError::TooLarge) } else { Ok(()) }
}

/// Returns the values of these headers, whatever the case of their names.
fn headers<const N: usize>(
    single: Option<&RawValue>,
    multiple: Option<&RawValue>,
    names: [&str; N],
) -> [Option<String>; N] {
    let mut found = values(single, names);
    for (value, multiple) in found.iter_mut().zip(values(multiple, names)) {
        *value = multiple.or(value.take());
    }
    found
}

/// Joins repeated headers by commas, as HTTP APIs do.
fn values<const N: usize>(headers: Option<&RawValue>, names: [&str; N]) -> [Option<String>; N] {
    let mut values = [const { None::<String> }; N];
    let Some(headers) = headers else {
        return values;
    };
    let _: Option<()> = json::for_each_member(headers, |name, value| {
        let place = names.iter().position(|wanted| wanted.eq_ignore_ascii_case(&name));
        if let Some(slot) = place.and_then(|place| values.get_mut(place)) {
            for text in texts(value) {
                *slot = Some(slot.take().map_or(text.clone().into(), |old| old + "," + &text));
            }
        }
    });
    values
}

/// A header's value, or its list of values.
fn texts(value: &RawValue) -> Vec<Cow<'_, str>> {
    match json::elements(value, usize::MAX) {
        Ok(list) if !list.is_empty() => list.into_iter().filter_map(json::string).collect(),
        _ => json::string(value).into_iter().collect(),
    }
}

/// Returns what the authorizer verified: the claims of a JWT authorizer or a
/// user pool, or the context that a Lambda authorizer returned.
fn claims(format: PayloadFormat, authorizer: &RawValue) -> Option<&RawValue> {
    match format {
        PayloadFormat::V1 => {
            json::member(authorizer, "claims").filter(|found| is_object(found)).or(Some(authorizer))
        }
        PayloadFormat::V2 => json::at(authorizer, &["jwt", "claims"])
            .filter(|found| is_object(found))
            .or_else(|| json::member(authorizer, "lambda")),
    }
}

fn is_object(value: &RawValue) -> bool {
    Type::of(value) == Type::Object
}
