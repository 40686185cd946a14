//! `EventBridge` events.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::cause::Cause;
use super::event::EventMembers;
use super::idempotency_key::IdempotencyKey;
use super::payload::{Payload, PayloadError, object, trusted};
use crate::json;

/// An event as an `EventBridge` rule, a replay or a bus delivers it.
pub struct EventBridgeEvent<'a> {
    source: Cow<'a, str>,
    id: Option<Cow<'a, str>>,
    cause: Cause,
    detail: &'a RawValue,
}

impl<'a> EventBridgeEvent<'a> {
    pub(super) fn new(
        event: &EventMembers<'a>,
        source: &'a RawValue,
        detail: &'a RawValue,
    ) -> Self {
        Self {
            source: json::string(source).unwrap_or_default(),
            id: event.id.and_then(json::string).filter(|id| !id.is_empty()),
            cause: Cause::of_event(event),
            detail,
        }
    }

    /// The event as the cause of a chat.
    pub(super) fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Returns the request in the `detail`. An event without an id goes by `key`.
    ///
    /// AWS's own events are refused: a rule whose pattern is too wide must not
    /// open chats, and a chat emits such events itself.
    pub(super) fn open(self, key: IdempotencyKey) -> Result<Payload<'a>, PayloadError> {
        if self.source.starts_with("aws.") && !self.source.starts_with("aws.partner/") {
            return Err(PayloadError::unsupported(format_args!("an event of {}", self.source)));
        }
        let key = match self.id {
            Some(id) if !self.source.is_empty() => IdempotencyKey::EventBridge {
                source: self.source.into_owned(),
                id: id.into_owned(),
            },
            _ => key,
        };
        Ok(trusted(object(self.detail)?, key).within(self.cause))
    }
}
