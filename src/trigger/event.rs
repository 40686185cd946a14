//! `EventBridge` events and SQS messages.

use serde_json::{Map, Value};

use super::{Key, Payload, Unreadable, object, open_element, parse_json, trusted};
use crate::json::str_at;

/// An event as an `EventBridge` rule, a replay or a bus delivers it.
pub struct EventBridgeEvent {
    source: Option<String>,
    id: Option<String>,
    detail: Value,
}

impl EventBridgeEvent {
    /// Reads an event; gives the object back where it is none.
    pub(super) fn read(mut event: Map<String, Value>) -> Result<Self, Map<String, Value>> {
        let members = ["detail-type", "source", "detail"];
        if !members.iter().all(|name| event.contains_key(*name)) {
            return Err(event);
        }
        let text = |name| str_at(&event, &[name]).map(str::to_owned);
        Ok(Self {
            source: text("source"),
            id: text("id").filter(|id| !id.is_empty()),
            detail: event.remove("detail").unwrap_or_default(),
        })
    }

    /// The request in its `detail`. An event without an id goes by `key`.
    ///
    /// # Errors
    ///
    /// [`Unreadable::NotAnObject`] where the detail is none, and
    /// [`Unreadable::Unsupported`] for Connect's own events: a chat emits such
    /// events, so one that they start would start the next.
    pub fn open(self, key: Key) -> Result<Payload, Unreadable> {
        if self.source.as_deref() == Some("aws.connect") {
            return Err(Unreadable::Unsupported("an event of Amazon Connect".into()));
        }
        let key = match (self.source, self.id) {
            (Some(source), Some(id)) => Key::EventBridge { source, id },
            _ => key,
        };
        Ok(trusted(object(self.detail)?, key))
    }
}

/// One message of an SQS batch.
pub struct SqsRecord {
    /// Under which its failure is reported; absent from what is no record.
    pub message_id: Option<String>,
    /// Whether its queue keeps messages in order.
    pub is_fifo: bool,
    body: Option<String>,
}

impl SqsRecord {
    pub(super) fn read_all(records: &[Value]) -> Vec<Self> {
        let text = |record: &Value, name| {
            let text = record.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let records = records.iter().map(|record| Self {
            message_id: text(record, "messageId").filter(|id| !id.is_empty()),
            is_fifo: text(record, "eventSourceARN").is_some_and(|queue| is_fifo(&queue)),
            body: text(record, "body"),
        });
        records.collect()
    }

    /// The request in its body.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] where the body is neither an event nor a request.
    pub fn open(self, otherwise: Key) -> Result<Payload, Unreadable> {
        let body = self.body.as_deref().ok_or(Unreadable::NoBody)?;
        let sqs = |message_id| Key::Sqs { message_id };
        let key = self.message_id.map_or(otherwise, sqs);
        open_element(parse_json(body)?, key)
    }
}

/// A FIFO queue's name ends so, and must (SQS developer guide).
fn is_fifo(queue_arn: &str) -> bool {
    queue_arn.strip_suffix(".fifo").is_some()
}
