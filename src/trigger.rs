//! Recognizes the event source, and opens the request in its envelope.
//!
//! A payload is recognized by members that only the service in question sets,
//! before anything in it can turn out to be invalid, so that each error is
//! reported in the form that its caller reads.

mod caller;
mod cause;
mod event;
mod event_bridge;
mod http;
mod idempotency_key;
mod payload;
mod sqs;
mod unsupported;

use std::borrow::Cow;

use serde_json::value::RawValue;

pub use self::caller::{Caller, Claims};
pub use self::cause::Cause;
pub use self::event_bridge::EventBridgeEvent;
pub(crate) use self::http::IDEMPOTENCY_KEY;
pub use self::http::{HttpRequest, PayloadFormat};
pub use self::idempotency_key::{IdempotencyKey, InvocationKey};
pub use self::payload::{Payload, PayloadError};
pub use self::sqs::SqsRecord;

use self::event::{EventMembers, RequestContext};
use self::payload::{object, trusted};
use crate::json::{self, Type};

/// The most elements of a list, and messages of a batch: SQS's own limit for a
/// batch (Lambda developer guide, "Using Lambda with Amazon SQS").
const MAX_ELEMENTS: usize = 10_000;

/// The number of times that a failed event may be wrapped in the record of an
/// on-failure destination: once each time it was replayed and failed again.
const MAX_FAILURES: usize = 8;

/// The event source of an invocation, with its event.
pub enum Trigger<'a> {
    /// API Gateway or a function URL.
    Http(HttpRequest<'a>),
    /// An `EventBridge` rule.
    EventBridge(EventBridgeEvent<'a>),
    /// A custom event bus or a pipe: a list of events or requests.
    Batch(Vec<&'a RawValue>),
    /// An SQS event source mapping.
    Sqs(Vec<SqsRecord<'a>>),
    /// A bare request: from Scheduler, Step Functions, the CLI.
    Direct(&'a RawValue),
}

/// One request in the envelope of its event source.
pub enum Envelope<'a> {
    /// An HTTP request.
    Http(HttpRequest<'a>),
    /// An `EventBridge` event.
    EventBridge(EventBridgeEvent<'a>),
    /// An SQS message.
    Sqs(SqsRecord<'a>),
    /// An element of a list, which may be an event, a message or a bare request.
    Element(&'a RawValue),
    /// A bare request.
    Direct(&'a RawValue),
}

impl<'a> Trigger<'a> {
    /// Recognizes the event source of a payload. The failed event in the
    /// record of an on-failure destination is recognized in its place, and
    /// returned with the request id of the invocation that failed.
    ///
    /// # Errors
    ///
    /// Returns an error for an event of a service that is not supported, for a
    /// list that is too long, and for JSON that is neither object nor list.
    pub fn recognize(payload: &'a RawValue) -> Result<(Self, Option<Cow<'a, str>>), PayloadError> {
        recognize(payload, EventMembers::read(payload))
    }

    /// The name in logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http(request) => request.format.name(),
            Self::EventBridge(_) => "eventbridge",
            Self::Batch(_) => "batch",
            Self::Sqs(_) => "sqs",
            Self::Direct(_) => "direct",
        }
    }
}

impl<'a> Envelope<'a> {
    /// Returns the event or the message that the envelope is, without opening it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::EventBridge(event) => event.cause().clone(),
            Self::Sqs(record) => record.cause(),
            Self::Element(element) => cause::of_element(element),
            Self::Http(_) | Self::Direct(_) => Cause::default(),
        }
    }

    /// Returns the request in the envelope. If nothing in it identifies a
    /// repeated request, `key` does.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no JSON object, or if it is an event that
    /// cannot start a chat.
    pub fn open(self, key: InvocationKey<'_>) -> Result<Payload<'a>, PayloadError> {
        match self {
            Self::Http(request) => request.open(key),
            Self::EventBridge(event) => event.open(key.into()),
            Self::Sqs(record) => open_record(record, key.into()),
            Self::Element(element) => open_element(element, key.into()),
            Self::Direct(request) => Ok(trusted(request, key.into())),
        }
    }
}

/// Recognizes an event whose members have been read, or the failed one in it.
fn recognize<'a>(
    mut payload: &'a RawValue,
    mut event: EventMembers<'a>,
) -> Result<(Trigger<'a>, Option<Cow<'a, str>>), PayloadError> {
    let mut failed = None;
    let mut context = event.context();
    for _ in 0..MAX_FAILURES {
        let request_id = context.as_ref().and_then(RequestContext::failed_request_id);
        let (Some(request_id), Some(inner)) = (request_id, event.request_payload) else {
            break;
        };
        failed = Some(request_id).filter(|id| !id.is_empty()).or(failed);
        (payload, event) = (inner, EventMembers::read(inner));
        context = event.context();
    }
    let trigger = match (Type::of(payload), context) {
        (Type::List, _) => list(payload).map(Trigger::Batch),
        (_, Some(context)) => recognize_request(&event, &context),
        _ => recognize_event(object(payload)?, &event),
    }?;
    match (trigger, failed) {
        (Trigger::Http(_), Some(_)) => {
            Err(PayloadError::unsupported("an HTTP request in a destination's record"))
        }
        recognized => Ok(recognized),
    }
}

fn recognize_request<'a>(
    event: &EventMembers<'a>,
    context: &RequestContext<'a>,
) -> Result<Trigger<'a>, PayloadError> {
    if let Some(name) = unsupported::request(event, context) {
        return Err(PayloadError::unsupported(name));
    }
    let v2 = context.http.and_then(|http| json::member(http, "method")).and_then(json::string);
    let v1 = context.http_method.and_then(json::string);
    let (format, method) = v2
        .map(|method| (PayloadFormat::V2, method))
        .or(v1.map(|method| (PayloadFormat::V1, method)))
        .ok_or_else(|| PayloadError::unsupported("a request of an unknown kind"))?;
    Ok(Trigger::Http(HttpRequest::new(format, method, context.authorizer, event)))
}

fn recognize_event<'a>(
    payload: &'a RawValue,
    event: &EventMembers<'a>,
) -> Result<Trigger<'a>, PayloadError> {
    if event.authorized_arn.is_some() {
        return Err(PayloadError::unsupported("an API Gateway authorizer's event"));
    }
    if let (Some(_), Some(source), Some(detail)) = (event.detail_type, event.source, event.detail) {
        return Ok(Trigger::EventBridge(EventBridgeEvent::new(event, source, detail)));
    }
    match event.records.filter(|records| Type::of(records) == Type::List) {
        Some(records) => recognize_records(records),
        None => match unsupported::event(payload) {
            Some(name) => Err(PayloadError::unsupported(name)),
            None => Ok(Trigger::Direct(payload)),
        },
    }
}

fn recognize_records(records: &RawValue) -> Result<Trigger<'_>, PayloadError> {
    let elements = list(records)?;
    match unsupported::records(elements.first().copied()) {
        Some(name) => Err(PayloadError::unsupported(name)),
        None => Ok(Trigger::Sqs(elements.into_iter().map(SqsRecord::new).collect())),
    }
}

fn list(value: &RawValue) -> Result<Vec<&RawValue>, PayloadError> {
    json::elements(value, MAX_ELEMENTS).map_err(|json::TooLong| PayloadError::TooManyElements)
}

/// Opens an element of a list or the body of a message. If nothing in it
/// identifies a repeated request, `key` does.
fn open_element(element: &RawValue, key: IdempotencyKey) -> Result<Payload<'_>, PayloadError> {
    let event = EventMembers::read(element);
    if sqs::is_record(&event) {
        return open_record(SqsRecord::new(element), key);
    }
    let (trigger, failed) = recognize(element, event)?;
    let key =
        failed.map_or(key, |request_id| InvocationKey { request_id: &request_id, index: 0 }.into());
    match trigger {
        Trigger::EventBridge(event) => event.open(key),
        Trigger::Direct(request) => Ok(trusted(request, key)),
        Trigger::Batch(_) => Err(PayloadError::NotAnObject(Type::List.name())),
        Trigger::Http(_) => Err(PayloadError::unsupported("an HTTP request in a batch")),
        Trigger::Sqs(_) => Err(PayloadError::unsupported("an SQS batch in a batch")),
    }
}

/// Opens a message, which goes by its own id if what is in it has none.
fn open_record(
    record: SqsRecord<'_>,
    key: IdempotencyKey,
) -> Result<Payload<'static>, PayloadError> {
    let message = record.message()?;
    let cause = record.cause();
    let payload = open_element(&message, record.into_key().unwrap_or(key))?;
    Ok(payload.into_owned().within(cause))
}
