//! The smaller members, one function each.

use serde::Serialize;

use super::limits::{CONTACT_ID, DURATION_MINUTES, TOPIC_ARN};
use super::object::ObjectReader;
use super::value::{Located, Value};

/// The past chat to continue, and how much of it to show.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PersistentChat {
    pub(crate) rehydration_type: RehydrationType,
    pub(crate) source_contact_id: String,
}

/// The part of a past chat to show.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RehydrationType {
    /// The entire past session, named by its initial contact.
    EntirePastSession,
    /// From the named contact on.
    FromSegment,
}

/// The way in which responses are sent to the participant.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ResponseMode {
    /// Piece by piece.
    Incremental,
    /// As a whole.
    Complete,
}

/// A part of the response that is returned besides the participant token.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ConnectionType {
    /// The URL of a websocket.
    Websocket,
    /// A connection token.
    ConnectionCredentials,
}

pub(super) fn duration(value: &Value<'_, '_>) -> Option<Located<i32>> {
    let minutes = i32::try_from(value.integer(&DURATION_MINUTES)?).ok()?;
    Some(value.locate(minutes))
}

/// A chat to continue: a named one, or the customer's latest.
pub(super) type PastChat = (Option<Located<PersistentChat>>, Option<Located<RehydrationType>>);

/// Without a contact, the customer's latest chat is meant, if that is known.
pub(super) fn persistent_chat(value: &Value<'_, '_>, knows_latest_chats: bool) -> Option<PastChat> {
    const TYPES: [(&str, RehydrationType); 2] = [
        ("ENTIRE_PAST_SESSION", RehydrationType::EntirePastSession),
        ("FROM_SEGMENT", RehydrationType::FromSegment),
    ];
    let reader = ObjectReader::new(value, &["RehydrationType", "SourceContactId"]);
    match (reader.has("RehydrationType"), reader.has("SourceContactId")) {
        (false, false) => return None,
        (false, true) => {
            value.error("RehydrationType is required with SourceContactId");
            return None;
        }
        (true, false) if !knows_latest_chats => {
            value.error("SourceContactId is required with RehydrationType");
            return None;
        }
        (true, _) => {}
    }
    let rehydration_type = reader.parse("RehydrationType", |value| value.enum_value(&TYPES));
    let names_contact = reader.has("SourceContactId");
    let source_contact_id = reader.non_empty("SourceContactId", &CONTACT_ID);
    if !names_contact {
        return Some((None, Some(value.locate(rehydration_type?))));
    }
    let named = PersistentChat {
        rehydration_type: rehydration_type?,
        source_contact_id: source_contact_id?,
    };
    Some((Some(value.locate(named)), None))
}

pub(super) fn response_mode(value: &Value<'_, '_>) -> Option<ResponseMode> {
    const MODES: [(&str, ResponseMode); 2] =
        [("INCREMENTAL", ResponseMode::Incremental), ("COMPLETE", ResponseMode::Complete)];
    let reader = ObjectReader::new(value, &["ResponseMode"]);
    let mode = reader.member("ResponseMode").filter(|mode| !mode.is_empty_string());
    mode.and_then(|mode| mode.enum_value(&MODES))
}

/// `DisconnectOnCustomerExit` has one element, and one value for it.
pub(super) fn disconnect_agent(value: &Value<'_, '_>) -> Option<bool> {
    let elements = value.list()?;
    let is_agent =
        matches!(elements.as_slice(), [only] if value.element(0, only).is_string("AGENT"));
    if !is_agent {
        value.error("must be [\"AGENT\"]");
    }
    Some(is_agent)
}

pub(super) fn connection_types(value: &Value<'_, '_>) -> Option<Vec<ConnectionType>> {
    const TYPES: [(&str, ConnectionType); 2] = [
        ("WEBSOCKET", ConnectionType::Websocket),
        ("CONNECTION_CREDENTIALS", ConnectionType::ConnectionCredentials),
    ];
    let mut types = Vec::new();
    for (index, raw) in value.list()?.into_iter().enumerate() {
        let element = value.element(index, raw);
        match element.enum_value(&TYPES) {
            Some(one) if types.contains(&one) => element.error("is repeated"),
            Some(one) => types.push(one),
            None => {}
        }
    }
    Some(types)
}

/// The ARN of a standard (not a FIFO) SNS topic
/// (API reference, `ChatStreamingConfiguration`).
pub(super) fn streaming_endpoint(value: &Value<'_, '_>) -> Option<Located<String>> {
    let reader = ObjectReader::new(value, &["StreamingEndpointArn"]);
    let member = reader.required("StreamingEndpointArn")?;
    let arn = member.located(&TOPIC_ARN)?;
    let parts: Vec<&str> = arn.value.split(':').collect();
    let is_topic = matches!(parts.as_slice(), ["arn", partition, "sns", region, account, topic]
        if [partition, region, account, topic].iter().all(|part| !part.is_empty())
            && topic.strip_suffix(".fifo").is_none());
    if !is_topic {
        member.error("must be the ARN of a standard SNS topic");
    }
    is_topic.then_some(arn)
}
