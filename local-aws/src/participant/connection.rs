//! `POST /participant/connection`

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::agent;
use super::chat::Chat;
use super::refusal::{Refusal, invalid};
use super::service::Participants;

const CREDENTIALS: &str = "CONNECTION_CREDENTIALS";
const TYPES: [&str; 2] = ["WEBSOCKET", CREDENTIALS];

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Request {
    #[serde(rename = "Type")]
    types: Option<Vec<String>>,
    connect_participant: Option<bool>,
}

/// Creates a connection of the customer.
pub(crate) fn create(
    service: &Arc<Participants>,
    chat: &Arc<Chat>,
    request: &Request,
) -> Result<Value, Refusal> {
    let connects = request.connect_participant == Some(true);
    let types: Vec<_> = request.types.iter().flatten().map(String::as_str).collect();
    if types.is_empty() && (request.types.is_some() || !connects) {
        return Err(invalid("Type is required without ConnectParticipant"));
    }
    if types.iter().any(|kind| !TYPES.contains(kind)) {
        return Err(invalid("Type must be WEBSOCKET or CONNECTION_CREDENTIALS for a chat"));
    }
    let mut answer = Map::new();
    service.issue(chat, &types, &mut answer);
    if connects {
        agent::connect_customer(service, chat);
    }
    Ok(Value::Object(answer))
}
