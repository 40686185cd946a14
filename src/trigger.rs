//! Recognizes the event source, and opens the request in its envelope.
//!
//! A payload is recognized by members that only the service in question sets,
//! before anything in it can turn out to be invalid, so that each error is
//! reported in the form that its caller reads.

mod caller;
mod event_bridge;
mod http;
mod idempotency_key;
mod payload;
mod sqs;
mod unsupported;

use std::borrow::Cow;

use serde_json::value::RawValue;

pub use self::caller::{Caller, Claims};
pub use self::event_bridge::EventBridgeEvent;
pub(crate) use self::http::IDEMPOTENCY_KEY;
pub use self::http::{HttpRequest, PayloadFormat};
pub use self::idempotency_key::{IdempotencyKey, InvocationKey};
pub use self::payload::{Payload, PayloadError};
pub use self::sqs::SqsRecord;

use self::payload::{object, trusted};
use crate::json::{self, Type};

/// The most elements of a list, and messages of a batch: SQS's own limit for a
/// batch (Lambda developer guide, "Using Lambda with Amazon SQS").
const MAX_ELEMENTS: usize = 10_000;

/// How often a failed event may have been wrapped in the record of an
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
        let (event, request_id) = unwrap_failures(payload);
        let trigger = match Type::of(event) {
            Type::List => json::elements(event, MAX_ELEMENTS)
                .map(Self::Batch)
                .map_err(|json::TooLong| PayloadError::TooManyElements),
            _ => recognize_object(object(event)?),
        }?;
        match (trigger, request_id) {
            (Self::Http(_), Some(_)) => {
                Err(PayloadError::unsupported("an HTTP request in a destination's record"))
            }
            recognized => Ok(recognized),
        }
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

/// The failed event in the record of an on-failure destination, and the id of
/// the invocation that failed (Lambda developer guide, "Retain records of
/// Lambda asynchronous invocations").
fn failed_event(record: &RawValue) -> Option<(&RawValue, Option<Cow<'_, str>>)> {
    let [context, payload] = json::members(record, ["requestContext", "requestPayload"]);
    let [condition, request_id] = json::members(context?, ["condition", "requestId"]);
    let has_failed = json::string(condition?)? != "Success";
    let request_id = request_id.and_then(json::string).filter(|id| !id.is_empty());
    payload.filter(|_| has_failed).map(|payload| (payload, request_id))
}

fn unwrap_failures(payload: &RawValue) -> (&RawValue, Option<Cow<'_, str>>) {
    let mut unwrapped = (payload, None);
    for _ in 0..MAX_FAILURES {
        match failed_event(unwrapped.0) {
            Some((event, request_id)) => unwrapped = (event, request_id.or(unwrapped.1)),
            None => break,
        }
    }
    unwrapped
}

/// Recognizes one event or request.
fn recognize_object(event: &RawValue) -> Result<Trigger<'_>, PayloadError> {
    const NAMES: [&str; 7] =
        ["requestContext", "methodArn", "routeArn", "Records", "detail-type", "source", "detail"];
    let [context, method_arn, route_arn, records, detail_type, source, detail] =
        json::members(event, NAMES);
    let is_given = |value: Option<&RawValue>| value.is_some_and(|value| value.get() != "null");
    if is_given(method_arn) || is_given(route_arn) {
        return Err(PayloadError::unsupported("an API Gateway authorizer's event"));
    }
    if let Some(context) = context.filter(|context| Type::of(context) == Type::Object) {
        return recognize_request(event, context);
    }
    if let (Some(_), Some(source), Some(detail)) = (detail_type, source, detail) {
        let id = json::member(event, "id");
        return Ok(Trigger::EventBridge(EventBridgeEvent::new(source, id, detail)));
    }
    match records.filter(|records| Type::of(records) == Type::List) {
        Some(records) => recognize_records(records),
        None => match unsupported::event(event) {
            Some(name) => Err(PayloadError::unsupported(name)),
            None => Ok(Trigger::Direct(event)),
        },
    }
}

fn recognize_request<'a>(
    event: &'a RawValue,
    context: &'a RawValue,
) -> Result<Trigger<'a>, PayloadError> {
    if let Some(name) = unsupported::request(context) {
        return Err(PayloadError::unsupported(name));
    }
    let (format, method, authorizer) = http_context(context)
        .ok_or_else(|| PayloadError::unsupported("a request of an unknown kind"))?;
    Ok(Trigger::Http(HttpRequest::new(format, method, authorizer, event)))
}

fn recognize_records(records: &RawValue) -> Result<Trigger<'_>, PayloadError> {
    let elements = json::elements(records, MAX_ELEMENTS)
        .map_err(|json::TooLong| PayloadError::TooManyElements)?;
    match unsupported::records(elements.first().copied()) {
        Some(name) => Err(PayloadError::unsupported(name)),
        None => Ok(Trigger::Sqs(elements.into_iter().map(SqsRecord::new).collect())),
    }
}

/// The payload format, the method and the authorizer in a request's context.
fn http_context(context: &RawValue) -> Option<(PayloadFormat, Cow<'_, str>, Option<&RawValue>)> {
    let [method, http, authorizer] = json::members(context, ["httpMethod", "http", "authorizer"]);
    let v2 = http.and_then(|http| json::member(http, "method")).and_then(json::string);
    let v1 = method.and_then(json::string).map(|method| (PayloadFormat::V1, method));
    let (format, method) = v2.map(|method| (PayloadFormat::V2, method)).or(v1)?;
    Some((format, method, authorizer))
}

/// Opens an element of a list or the body of a message. If nothing in it
/// identifies a repeated request, `key` does.
fn open_element(element: &RawValue, key: IdempotencyKey) -> Result<Payload<'_>, PayloadError> {
    if sqs::is_record(element) {
        return open_record(SqsRecord::new(element), key);
    }
    let (trigger, failed) = Trigger::recognize(element)?;
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
    open_element(&message, record.into_key().unwrap_or(key)).map(Payload::into_owned)
}
