//! `POST /participant/message`

use serde::Deserialize;
use serde_json::{Value, json};

use super::chat::Chat;
use super::refusal::{Refusal, denied, invalid};
use super::script::{MARKDOWN, PLAIN, RESPONSE};
use super::service::Participants;

const TYPES: [&str; 4] = [PLAIN, MARKDOWN, "application/json", RESPONSE];
const CONTENT_BYTES: usize = 16_384;
const CLIENT_TOKEN: usize = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Request {
    content_type: String,
    content: String,
    client_token: Option<String>,
}

/// Sends a message of the customer.
pub(crate) fn send(
    service: &Participants,
    chat: &Chat,
    request: &Request,
) -> Result<Value, Refusal> {
    check(chat, request)?;
    let token = request.client_token.as_deref().filter(|token| !token.is_empty());
    let sent = chat.send((&request.content_type, &request.content), token).ok_or_else(denied)?;
    service.tell_message(chat, &chat.customer, &request.content);
    Ok(json!({"Id": sent.id, "AbsoluteTime": sent.absolute_time}))
}

fn check(chat: &Chat, request: &Request) -> Result<(), Refusal> {
    let content_type = request.content_type.as_str();
    if !TYPES.contains(&content_type) {
        return Err(invalid(&format!("ContentType must be one of {}", TYPES.join(", "))));
    }
    if !chat.terms.allows(content_type) {
        return Err(invalid(
            "ContentType is not among the SupportedMessagingContentTypes of the chat",
        ));
    }
    if request.content.is_empty() || request.content.len() > CONTENT_BYTES {
        return Err(invalid("Content must have 1 to 16384 bytes"));
    }
    if request.client_token.as_ref().is_some_and(|token| token.len() > CLIENT_TOKEN) {
        return Err(invalid("ClientToken must have at most 500 characters"));
    }
    Ok(())
}
