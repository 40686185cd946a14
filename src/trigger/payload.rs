//! A request out of its envelope.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use super::caller::Caller;
use super::cause::Cause;
use super::idempotency_key::IdempotencyKey;
use crate::json::Type;

/// A request out of its envelope, and what the envelope says about it.
pub struct Payload<'a> {
    /// The request: a JSON object.
    pub request: Cow<'a, RawValue>,
    /// The caller.
    pub caller: Caller<'a>,
    /// The identity of the request, which is the same when it is repeated.
    pub key: IdempotencyKey,
    /// The event or the message that holds the request.
    pub cause: Cause,
    /// True if the caller asks for a new chat although one is running
    /// (`Prefer: new-chat`).
    pub prefers_new_chat: bool,
}

/// A payload without a request in it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PayloadError {
    /// The event is one of a service that cannot start a chat here.
    #[error("{0} cannot start a chat")]
    Unsupported(String),
    /// The request is JSON, but no object.
    #[error("the request must be a JSON object, not {0}")]
    NotAnObject(&'static str),
    /// The request is not JSON.
    #[error("invalid JSON at line {line}, column {column}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A list or a batch has more than 10,000 elements.
    #[error("a list may have at most 10000 elements")]
    TooManyElements,
    /// The body is not UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// The body is declared to be base64 and is not.
    #[error("the body is not base64")]
    NotBase64,
    /// The body of an HTTP request is not text.
    #[error("the body is not text")]
    NotText,
    /// An SQS record has no body.
    #[error("the message has no body")]
    NoBody,
    /// The body of an HTTP request has more than 128 KiB.
    #[error("the body is larger than 128 KiB")]
    TooLarge,
    /// The HTTP method is neither `POST` nor `OPTIONS`.
    #[error("the method is not POST")]
    MethodNotAllowed,
}

impl PayloadError {
    /// The longest name of a service in an error, in characters.
    const MAX_NAME: usize = 100;

    /// An event that cannot start a chat. Of its name, which is the sender's
    /// text, only harmless characters are kept.
    pub(super) fn unsupported(name: impl fmt::Display) -> Self {
        let is_harmless = |one: &char| one.is_ascii_alphanumeric() || " :,._/-'".contains(*one);
        Self::Unsupported(
            name.to_string().chars().filter(is_harmless).take(Self::MAX_NAME).collect(),
        )
    }
}

impl Payload<'_> {
    /// Copies what is borrowed from the event.
    pub(super) fn into_owned(self) -> Payload<'static> {
        Payload {
            request: Cow::Owned(self.request.into_owned()),
            caller: Caller::Trusted,
            key: self.key,
            cause: self.cause,
            prefers_new_chat: self.prefers_new_chat,
        }
    }

    /// Names the message that the request came in.
    pub(super) fn within(mut self, message: Cause) -> Self {
        self.cause = self.cause.inside(message);
        self
    }
}

/// Wraps the request of a caller whom IAM allows.
pub(super) fn trusted(request: &RawValue, key: IdempotencyKey) -> Payload<'_> {
    Payload {
        request: Cow::Borrowed(request),
        caller: Caller::Trusted,
        key,
        cause: Cause::default(),
        prefers_new_chat: false,
    }
}

/// Parses text as JSON. The error has a position and no word of the text.
pub(super) fn parse_text(text: &str) -> Result<Box<RawValue>, PayloadError> {
    serde_json::from_str(text)
        .map_err(|error| PayloadError::NotJson { line: error.line(), column: error.column() })
}

/// Returns the value if it is an object.
pub(super) fn object<V: std::ops::Deref<Target = RawValue>>(value: V) -> Result<V, PayloadError> {
    match Type::of(&value) {
        Type::Object => Ok(value),
        other => Err(PayloadError::NotAnObject(other.name())),
    }
}
