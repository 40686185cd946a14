//! The event or message that asks for a chat.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;
use serde_json::value::RawValue;

use super::event::EventMembers;
use crate::json;

/// The longest text that is kept of each member, in characters.
const MAX: usize = 256;

/// The event or the message that asks for a chat, as its sender identified it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cause {
    /// The `source` of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The `detail-type` of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_type: Option<String>,
    /// The `id` of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The `time` of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The `messageId` of the SQS message.
    #[serde(rename = "messageId", skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The `SentTimestamp` of the SQS message: epoch milliseconds.
    #[serde(skip)]
    pub sent_timestamp: Option<String>,
}

impl Cause {
    /// Reads the members of an event.
    pub(super) fn of_event(event: &EventMembers<'_>) -> Self {
        Self {
            source: text(event.source),
            detail_type: text(event.detail_type),
            id: text(event.id),
            time: text(event.time),
            ..Self::default()
        }
    }

    /// A message with this id, sent at this time (epoch milliseconds).
    pub(super) fn of_message(message_id: Option<&str>, sent_timestamp: Option<&str>) -> Self {
        Self {
            message_id: message_id.map(cut),
            sent_timestamp: sent_timestamp.map(cut),
            ..Self::default()
        }
    }

    /// The event in a message: what the event does not say, the message does.
    pub(super) fn inside(self, message: Self) -> Self {
        Self {
            source: self.source.or(message.source),
            detail_type: self.detail_type.or(message.detail_type),
            id: self.id.or(message.id),
            time: self.time.or(message.time),
            message_id: self.message_id.or(message.message_id),
            sent_timestamp: self.sent_timestamp.or(message.sent_timestamp),
        }
    }

    /// Returns the age of the event, or else of the message; `None` if neither
    /// says when it was sent.
    #[must_use]
    pub fn age(&self, now: SystemTime) -> Option<Duration> {
        let sent = self.time.as_deref().and_then(event_time).or_else(|| self.message_time())?;
        Some(now.duration_since(sent).unwrap_or_default())
    }

    fn message_time(&self) -> Option<SystemTime> {
        let millis = self.sent_timestamp.as_ref()?.parse().ok()?;
        UNIX_EPOCH.checked_add(Duration::from_millis(millis))
    }
}

fn event_time(text: &str) -> Option<SystemTime> {
    let time = DateTime::from_str(text, Format::DateTimeWithOffset).ok()?;
    SystemTime::try_from(time).ok()
}

fn text(value: Option<&RawValue>) -> Option<String> {
    let text = value.and_then(json::string)?;
    Some(cut(&text)).filter(|text| !text.is_empty())
}

fn cut(text: &str) -> String {
    text.chars().take(MAX).collect()
}

/// Returns the cause that an element of a list names, if it is an event.
pub(super) fn of_element(element: &RawValue) -> Cause {
    let event = EventMembers::read(element);
    match event.message_id.filter(|_| event.detail_type.is_none()).and_then(json::string) {
        Some(message_id) => Cause::of_message(Some(Cow::as_ref(&message_id)), None),
        None => Cause::of_event(&event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_millis(1_764_000_000_500);

    fn age(time: Option<&str>, sent: Option<&str>) -> Option<Duration> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let cause = Cause { time: owned(time), sent_timestamp: owned(sent), ..Cause::default() };
        cause.age(UNIX_EPOCH + NOW)
    }

    #[test]
    fn an_event_is_as_old_as_it_says_or_else_as_its_message() {
        let second = Some(Duration::from_millis(1_500));
        for (time, sent, expected) in [
            (None, None, None),
            (Some("2025-11-24T15:59:59Z"), None, second),
            (Some("2025-11-24T16:59:59+01:00"), None, second),
            (Some("2025-11-24T15:59:59Z"), Some("1763999990000"), second),
            (None, Some("1763999999000"), second),
            (Some("yesterday"), Some("1763999999000"), second),
            (Some("yesterday"), Some("soon"), None),
            (None, Some("-1"), None),
            (None, Some("18446744073709551615"), Some(Duration::ZERO)),
            (Some("2125-11-24T15:59:59Z"), None, Some(Duration::ZERO)),
            (Some("0000-01-01T00:00:00Z"), None, age(Some("0000-01-01T00:00:00Z"), None)),
        ] {
            assert_eq!(age(time, sent), expected, "{time:?} {sent:?}");
        }
    }
}
