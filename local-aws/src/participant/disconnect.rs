//! `POST /participant/disconnect`

use serde_json::{Value, json};

use super::chat::Chat;
use super::service::Participants;
use super::terms::EndReason;

/// Disconnects the customer. If no agent is there, or the agent is not to stay, the chat ends.
pub(crate) fn leave(service: &Participants, chat: &Chat) -> Value {
    chat.leave();
    let is_alone = chat.state().agent.is_none();
    if is_alone || chat.terms.disconnects_agent {
        service.end(chat, EndReason::Customer);
    }
    json!({})
}
