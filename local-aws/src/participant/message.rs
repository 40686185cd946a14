//! `POST /participant/message`

use serde_json::{Value, json};

use super::chat::Chat;
use super::errors::{denied, invalid};
use super::script::{MARKDOWN, PLAIN, RESPONSE};
use super::service::Participants;
use super::terms::text;
use crate::connect::answer::ErrorAnswer;

const TYPES: [&str; 4] = [PLAIN, MARKDOWN, "application/json", RESPONSE];

/// Sends a message of the customer.
pub(crate) fn send(
    service: &Participants,
    chat: &Chat,
    body: &Value,
) -> Result<Value, ErrorAnswer> {
    let (content_type, content) = (text(body, "ContentType"), text(body, "Content"));
    let client_token = text(body, "ClientToken");
    let rules = [
        (TYPES.contains(&content_type), "ContentType is not one that can be sent"),
        (chat.terms.allows(content_type), "ContentType is not one that the chat was started with"),
        ((1..=16_384).contains(&content.len()), "Content must have 1 to 16384 bytes"),
        (client_token.len() <= 500, "ClientToken must have at most 500 characters"),
    ];
    if let Some((_, rule)) = rules.into_iter().find(|(is_kept, _)| !is_kept) {
        return Err(invalid(rule));
    }
    let sent = chat.send((content_type, content), client_token).ok_or_else(denied)?;
    service.notify_message(chat, &chat.customer, content);
    Ok(json!({"Id": sent.id, "AbsoluteTime": sent.absolute_time}))
}
