//! `EventBridge` events.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::idempotency_key::IdempotencyKey;
use super::payload::{Payload, PayloadError, object, trusted};
use crate::json;

/// An event as an `EventBridge` rule, a replay or a bus delivers it.
pub struct EventBridgeEvent<'a> {
    source: Cow<'a, str>,
    id: Option<Cow<'a, str>>,
    detail: &'a RawValue,
}

impl<'a> EventBridgeEvent<'a> {
    pub(super) fn new(
        source: &'a RawValue,
        id: Option<&'a RawValue>,
        detail: &'a RawValue,
    ) -> Self {
        Self {
            source: json::string(source).unwrap_or_default(),
            id: id.and_then(json::string).filter(|id| !id.is_empty()),
            detail,
        }
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
        Ok(trusted(object(self.detail)?, key))
    }
}
