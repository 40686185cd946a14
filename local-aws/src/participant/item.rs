//! The messages and events of a transcript, and their frames on a websocket.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::clock;

pub(crate) const TOPIC: &str = "aws/chat";

pub(crate) const TYPING: &str = "application/vnd.amazonaws.connect.event.typing";
pub(crate) const DELIVERED: &str = "application/vnd.amazonaws.connect.event.message.delivered";
pub(crate) const READ: &str = "application/vnd.amazonaws.connect.event.message.read";
pub(crate) const ACKNOWLEDGED: &str =
    "application/vnd.amazonaws.connect.event.connection.acknowledged";
pub(crate) const JOINED: &str = "application/vnd.amazonaws.connect.event.participant.joined";
pub(crate) const LEFT: &str = "application/vnd.amazonaws.connect.event.participant.left";
pub(crate) const TRANSFERRED: &str = "application/vnd.amazonaws.connect.event.transfer.succeeded";
pub(crate) const ENDED: &str = "application/vnd.amazonaws.connect.event.chat.ended";
const METADATA: &str = "application/vnd.amazonaws.connect.event.message.metadata";

/// A sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Participant {
    #[serde(rename = "ParticipantId")]
    pub(crate) id: String,
    #[serde(rename = "DisplayName")]
    pub(crate) name: String,
    #[serde(rename = "ParticipantRole")]
    role: &'static str,
}

impl Participant {
    pub(crate) fn customer(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), role: "CUSTOMER" }
    }

    pub(crate) fn agent(name: &str) -> Self {
        Self { id: Uuid::new_v4().to_string(), name: name.to_owned(), role: "AGENT" }
    }

    pub(crate) fn system() -> Self {
        Self { role: "SYSTEM", ..Self::agent("SYSTEM_MESSAGE") }
    }
}

/// The times when a recipient got and read a message.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Receipt {
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_timestamp: Option<String>,
    recipient_participant_id: String,
}

/// The metadata of a message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    message_id: String,
    receipts: Vec<Receipt>,
}

/// A message or an event, with the names of `GetTranscript`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Item {
    pub(crate) id: String,
    #[serde(rename = "Type")]
    kind: &'static str,
    pub(crate) absolute_time: String,
    pub(crate) content_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    #[serde(flatten)]
    sender: Participant,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_metadata: Option<Metadata>,
    /// The contact that it belongs to, in the current session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_id: Option<String>,
    /// The contact that it belongs to, in a past session.
    #[serde(skip_serializing_if = "Option::is_none")]
    related_contact_id: Option<String>,
}

impl Item {
    /// An event, now.
    pub(crate) fn event(contact: &str, sender: &Participant, content_type: &str) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            kind: "EVENT",
            absolute_time: clock::iso8601_in(Duration::ZERO),
            content_type: content_type.to_owned(),
            content: None,
            sender: sender.clone(),
            message_metadata: None,
            contact_id: Some(contact.to_owned()),
            related_contact_id: None,
        }
    }

    /// A message, now.
    pub(crate) fn message(contact: &str, sender: &Participant, kind: &str, text: &str) -> Self {
        let event = Self::event(contact, sender, kind);
        let metadata = Metadata { message_id: event.id.clone(), receipts: Vec::new() };
        let (content, message_metadata) = (Some(text.to_owned()), Some(metadata));
        Self { kind: "MESSAGE", content, message_metadata, ..event }
    }

    /// Marks it as part of a past session.
    pub(crate) fn of_the_past(mut self) -> Self {
        self.related_contact_id = self.contact_id.take().or(self.related_contact_id);
        self
    }

    /// Adds a receipt. Returns the event to send, or `None` if the receipt is not new.
    pub(crate) fn receive(&mut self, recipient: &Participant, content_type: &str) -> Option<Self> {
        let receipts = &mut self.message_metadata.as_mut()?.receipts;
        let known =
            receipts.iter().position(|known| known.recipient_participant_id == recipient.id);
        let mut receipt = known.map(|known| receipts.remove(known)).unwrap_or_default();
        recipient.id.clone_into(&mut receipt.recipient_participant_id);
        let Receipt { read_timestamp, delivered_timestamp, .. } = &mut receipt;
        let time = if content_type == READ { read_timestamp } else { delivered_timestamp };
        let is_new = time.is_none();
        time.get_or_insert_with(|| clock::iso8601_in(Duration::ZERO));
        receipts.push(receipt.clone());
        let event = Self::event(self.contact_id.as_deref()?, recipient, METADATA);
        let metadata = Metadata { message_id: self.id.clone(), receipts: vec![receipt] };
        let message_metadata = Some(metadata);
        is_new.then_some(Self { kind: "MESSAGEMETADATA", message_metadata, ..event })
    }

    /// The frame that carries the item.
    pub(crate) fn frame(&self, initial_contact_id: &str) -> String {
        let mut content = json!(self);
        content["InitialContactId"] = json!(initial_contact_id);
        let content = content.to_string();
        json!({"topic": TOPIC, "contentType": "application/json", "content": content}).to_string()
    }
}
