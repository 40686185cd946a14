//! `POST /participant/event`

use serde_json::{Value, json};

use super::chat::Chat;
use super::errors::invalid;
use super::item::{ACKNOWLEDGED, DELIVERED, Item, READ, TYPING};
use super::terms::text;
use crate::connect::answer::ErrorAnswer;

/// Sends an event of the customer.
pub(crate) fn send(chat: &Chat, body: &Value) -> Result<Value, ErrorAnswer> {
    let content_type = text(body, "ContentType");
    match content_type {
        TYPING => chat.signal(&chat.customer, TYPING),
        ACKNOWLEDGED => {}
        DELIVERED | READ => {
            let content: Value = serde_json::from_str(text(body, "Content")).unwrap_or_default();
            if !chat.receive(text(&content, "messageId"), &chat.customer, content_type) {
                let rule = "Content must be JSON with the messageId of a message of the chat";
                return Err(invalid(rule));
            }
        }
        _ => return Err(invalid("ContentType is not one that can be sent as an event")),
    }
    let event = Item::event(&chat.initial_contact_id, &chat.customer, content_type);
    Ok(json!({"Id": event.id, "AbsoluteTime": event.absolute_time}))
}
