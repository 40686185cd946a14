//! Who invoked the function, and what they ask it.
//!
//! A payload is recognised by keys that only the service in question sets, and
//! before anything in it can be found wrong, so that each failure is told in
//! its caller's language.

mod caller;
mod event;
mod http;
mod key;
mod unsupported;

use serde_json::{Map, Value};

pub use self::caller::{Caller, Claims};
pub use self::event::{EventBridgeEvent, SqsRecord};
pub(crate) use self::http::IDEMPOTENCY_KEY;
pub use self::http::{Format, HttpCall};
pub use self::key::Key;

use crate::json::type_name;

/// Who invoked the function.
pub enum Trigger {
    /// API Gateway or a function URL.
    Http(HttpCall),
    /// An `EventBridge` rule.
    EventBridge(EventBridgeEvent),
    /// A custom event bus or a pipe: a list of events or requests.
    Batch(Vec<Value>),
    /// An SQS event source mapping.
    Sqs(Vec<SqsRecord>),
    /// Anyone who sends a bare request: Scheduler, Step Functions, the CLI.
    Direct(Map<String, Value>),
}

/// A request out of its envelope, and what the envelope says of it.
pub struct Payload {
    /// The members of the request.
    pub request: Map<String, Value>,
    /// Who asks.
    pub caller: Caller,
    /// What makes it the same request when it comes again.
    pub key: Key,
}

/// Why there is no request to be had from a payload.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unreadable {
    /// It is a service's event that this function does not serve.
    #[error("{0} cannot start a chat")]
    Unsupported(String),
    /// The request is JSON, but no object.
    #[error("the request must be a JSON object, not {0}")]
    NotAnObject(&'static str),
    /// The request is not JSON.
    #[error("the request is not JSON, from line {line}, column {column} on")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// It is nested deeper than 128 levels.
    #[error("the request is nested deeper than 128 levels")]
    TooDeep,
    /// The body is not text.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// The body is declared to be base64 and is not.
    #[error("the body is not base64")]
    NotBase64,
    /// The body of an HTTP request is something else than text in its event.
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
    Method,
}

impl Trigger {
    /// Tells who invoked the function.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for an event of a service that this function does not
    /// serve, named in the error, and for JSON that is neither object nor list.
    pub fn recognize(payload: Value) -> Result<Self, Unreadable> {
        match payload {
            Value::Array(items) => Ok(Self::Batch(items)),
            Value::Object(event) => recognize_object(event),
            other => Err(Unreadable::NotAnObject(type_name(&other))),
        }
    }

    /// Its name in logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http(call) => call.format.name(),
            Self::EventBridge(_) => "eventbridge",
            Self::Batch(_) => "batch",
            Self::Sqs(_) => "sqs",
            Self::Direct(_) => "direct",
        }
    }
}

fn recognize_object(event: Map<String, Value>) -> Result<Trigger, Unreadable> {
    if let Some(service) = unsupported::service(&event) {
        return Err(Unreadable::Unsupported(service));
    }
    if let Some(format) = Format::of(&event) {
        return Ok(Trigger::Http(HttpCall::read(format, event)));
    }
    Ok(match EventBridgeEvent::read(event) {
        Ok(event) => Trigger::EventBridge(event),
        Err(mut event) => match event.remove("Records") {
            Some(Value::Array(records)) => Trigger::Sqs(SqsRecord::read_all(&records)),
            _ => Trigger::Direct(event),
        },
    })
}

/// Opens an element of a batch or the body of a message: an `EventBridge`
/// event, or a bare request that goes by `key`.
///
/// # Errors
///
/// [`Unreadable`] for anything else.
pub fn open_element(element: Value, key: Key) -> Result<Payload, Unreadable> {
    match Trigger::recognize(element)? {
        Trigger::EventBridge(event) => event.open(key),
        Trigger::Direct(request) => Ok(trusted(request, key)),
        Trigger::Batch(_) => Err(Unreadable::NotAnObject("a list")),
        Trigger::Http(_) => Err(Unreadable::Unsupported("an HTTP request in a batch".into())),
        Trigger::Sqs(_) => Err(Unreadable::Unsupported("an SQS batch in a batch".into())),
    }
}

/// A request of someone whom IAM let in.
#[must_use]
pub fn trusted(request: Map<String, Value>, key: Key) -> Payload {
    Payload { request, caller: Caller::Trusted, key }
}

/// How deep JSON may be nested: as deep as `serde_json` reads it.
const DEPTH: usize = 128;

/// Parses text as JSON.
///
/// # Errors
///
/// [`Unreadable::NotJson`], which has a position and no word of the text.
pub fn parse_json(text: &str) -> Result<Value, Unreadable> {
    let value = serde_json::from_str(text)
        .map_err(|error| Unreadable::NotJson { line: error.line(), column: error.column() })?;
    // A member of serde_json's own, which a caller can send too, begins the
    // count of levels anew.
    if is_deeper(&value, DEPTH + 1) {
        return Err(Unreadable::TooDeep);
    }
    Ok(value)
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(left) = levels.checked_sub(1) else {
        return true;
    };
    match value {
        Value::Array(items) => items.iter().any(|item| is_deeper(item, left)),
        Value::Object(members) => members.values().any(|member| is_deeper(member, left)),
        _ => false,
    }
}

fn object(value: Value) -> Result<Map<String, Value>, Unreadable> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(Unreadable::NotAnObject(type_name(&other))),
    }
}
