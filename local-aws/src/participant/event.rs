//! `POST /participant/event`

use serde::Deserialize;
use serde_json::{Value, json};

use super::chat::Chat;
use super::item::{ACKNOWLEDGED, DELIVERED, Item, READ, TYPING};
use super::refusal::{Refusal, invalid};

const TYPES: [&str; 4] = [TYPING, ACKNOWLEDGED, DELIVERED, READ];

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Request {
    content_type: String,
    content: Option<String>,
}

/// Sends an event of the customer.
pub(crate) fn send(chat: &Chat, request: &Request) -> Result<Value, Refusal> {
    let content_type = request.content_type.as_str();
    if !TYPES.contains(&content_type) {
        return Err(invalid(&format!("ContentType must be one of {}", TYPES.join(", "))));
    }
    let event = match content_type {
        TYPING => chat.signal(&chat.customer, TYPING),
        DELIVERED | READ => {
            let message = message(request.content.as_deref())?;
            if !chat.receive(&message, &chat.customer, content_type) {
                return Err(invalid("Content.messageId is not a message of this chat"));
            }
            receipt(chat, content_type)
        }
        _ => receipt(chat, content_type),
    };
    Ok(json!({"Id": event.id, "AbsoluteTime": event.absolute_time}))
}

fn receipt(chat: &Chat, content_type: &str) -> Item {
    Item::event(&chat.initial_contact_id, &chat.customer, content_type)
}

/// The message that a receipt is for.
fn message(content: Option<&str>) -> Result<String, Refusal> {
    let json: Value = serde_json::from_str(content.unwrap_or_default()).unwrap_or_default();
    let id = json.get("messageId").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| invalid("Content must be JSON with messageId"))
}
