//! `POST /participant/connection` and `POST /participant/disconnect`

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::agent;
use super::chat::Chat;
use super::errors::invalid;
use super::service::Participants;
use super::terms::{EndReason, strings};
use crate::connect::answer::ErrorAnswer;

const TYPES: [&str; 2] = ["WEBSOCKET", "CONNECTION_CREDENTIALS"];

/// Creates a connection of the customer.
pub(crate) fn create(
    service: &Arc<Participants>,
    chat: &Arc<Chat>,
    body: &Value,
) -> Result<Value, ErrorAnswer> {
    let connects = body.get("ConnectParticipant") == Some(&Value::Bool(true));
    let types = strings(body, "Type");
    let is_absent = body.get("Type").is_none_or(Value::is_null);
    if types.is_empty() && !(is_absent && connects) {
        return Err(invalid("Type is required without ConnectParticipant"));
    }
    if types.iter().any(|kind| !TYPES.contains(kind)) {
        return Err(invalid("Type must be WEBSOCKET or CONNECTION_CREDENTIALS for a chat"));
    }
    let mut answer = Map::new();
    service.credentials().issue(chat, &types, &mut answer);
    if connects {
        agent::connect_customer(service, chat);
    }
    Ok(Value::Object(answer))
}

/// Disconnects the customer. The chat ends at once if there is no agent, or if the agent is
/// disconnected automatically.
pub(crate) fn end(service: &Participants, chat: &Chat) -> Value {
    chat.leave();
    let is_alone = chat.state().agent.is_none();
    if is_alone || chat.terms.disconnects_agent {
        service.end(chat, EndReason::CUSTOMER);
    }
    json!({})
}
