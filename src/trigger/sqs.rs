//! SQS messages.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::cause::Cause;
use super::event::EventMembers;
use super::idempotency_key::IdempotencyKey;
use super::payload::{PayloadError, parse_text};
use crate::json;

/// The `eventSource` of SQS messages.
pub(super) const EVENT_SOURCE: &str = "aws:sqs";

/// One message of an SQS batch, or of a pipe whose source is a queue.
pub struct SqsRecord<'a> {
    /// The id under which a failure is reported; absent if this is no record.
    pub message_id: Option<String>,
    /// True if the queue keeps its messages in order.
    pub is_fifo: bool,
    body: Option<Cow<'a, str>>,
    sent_timestamp: Option<Cow<'a, str>>,
    /// The invocation whose event Lambda put into a dead-letter queue.
    failed_request_id: Option<String>,
}

impl<'a> SqsRecord<'a> {
    pub(super) fn new(record: &'a RawValue) -> Self {
        const NAMES: [&str; 5] =
            ["messageId", "eventSourceARN", "body", "messageAttributes", "attributes"];
        let [id, queue, body, attributes, system] = json::members(record, NAMES);
        Self {
            message_id: text(id).filter(|id| !id.is_empty()),
            is_fifo: text(queue).is_some_and(|queue| is_fifo(&queue)),
            body: body.and_then(json::string),
            sent_timestamp: system
                .and_then(|system| json::member(system, "SentTimestamp"))
                .and_then(json::string),
            failed_request_id: attributes.and_then(failed_request_id),
        }
    }

    /// Returns the message in the body: an event or a request, possibly in an
    /// SNS notification.
    pub(super) fn message(&self) -> Result<Box<RawValue>, PayloadError> {
        let message = parse_text(self.body.as_deref().ok_or(PayloadError::NoBody)?)?;
        match notification(&message) {
            Some(text) => parse_text(&text),
            None => Ok(message),
        }
    }

    /// The message as the cause of a chat.
    pub(super) fn cause(&self) -> Cause {
        Cause::of_message(self.message_id.as_deref(), self.sent_timestamp.as_deref())
    }

    /// Returns the identity of the message, which is the same when it is
    /// delivered again. The failed event in a dead-letter queue keeps the id of
    /// its invocation.
    pub(super) fn into_key(self) -> Option<IdempotencyKey> {
        match (self.failed_request_id, self.message_id) {
            (Some(request_id), _) => Some(IdempotencyKey::Invocation { request_id, index: 0 }),
            (None, Some(message_id)) => Some(IdempotencyKey::Sqs { message_id }),
            (None, None) => None,
        }
    }
}

/// Returns true if this is a record that a pipe delivers as it comes from the queue.
pub(super) fn is_record(event: &EventMembers<'_>) -> bool {
    let source = event.event_source.and_then(json::string);
    event.message_id.is_some() && source.is_some_and(|source| source == EVENT_SOURCE)
}

fn text(value: Option<&RawValue>) -> Option<String> {
    value.and_then(json::string).map(Cow::into_owned)
}

/// A FIFO queue's name must end in `.fifo` (SQS developer guide).
fn is_fifo(queue_arn: &str) -> bool {
    queue_arn.strip_suffix(".fifo").is_some()
}

/// The `Message` of an SNS notification (without raw message delivery).
fn notification(message: &RawValue) -> Option<Cow<'_, str>> {
    let [kind, topic, text] = json::members(message, ["Type", "TopicArn", "Message"]);
    let is_notification = json::string(kind?)? == "Notification" && topic.is_some();
    is_notification.then(|| json::string(text?))?
}

/// The `RequestID` that Lambda adds to the messages of a dead-letter queue,
/// beside the `ErrorCode` (Lambda developer guide, "Dead-letter queues").
fn failed_request_id(attributes: &RawValue) -> Option<String> {
    json::member(attributes, "ErrorCode")?;
    let id = json::string(json::at(attributes, &["RequestID", "stringValue"])?)?;
    Some(id.into_owned()).filter(|id| !id.is_empty())
}
