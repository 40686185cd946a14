//! New chats: their contact, and the answer to their start.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::contact::Contact;
use super::{rules, tokens};

/// The contact of a new chat. It inherits the attributes of the contact that it relates to.
pub(crate) fn contact(id: &str, body: &Value, related: Option<&Contact>) -> Contact {
    let mut contact = Contact::chat(id);
    contact.customer_id = body.get("CustomerId").and_then(Value::as_str).map(str::to_owned);
    contact.attributes = related.map(|related| related.attributes.clone()).unwrap_or_default();
    for (name, value) in rules::members(body, "Attributes") {
        contact.attributes.insert(name, value.as_str().unwrap_or_default().to_owned());
    }
    contact.segment_attributes = rules::members(body, "SegmentAttributes");
    contact
        .segment_attributes
        .entry("connect:Subtype")
        .or_insert_with(|| json!({"ValueString": "connect:Chat"}));
    contact
}

/// The answer to the start of a chat, without connections.
pub(crate) fn answer(id: &str, continued: Option<String>, body: &Value) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("ContactId".to_owned(), json!(id));
    answer.insert("ParticipantId".to_owned(), json!(Uuid::new_v4().to_string()));
    answer.insert("ParticipantToken".to_owned(), json!(tokens::participant()));
    if let Some(continued) = continued {
        answer.insert("ContinuedFromContactId".to_owned(), json!(continued));
    }
    if body.get("ChatStreamingConfiguration").is_some_and(|streaming| !streaming.is_null()) {
        answer.insert("StreamingId".to_owned(), json!(Uuid::new_v4().to_string()));
    }
    answer
}
