//! `/_local/chats`: the chats as they are, and what can be done to them.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::chat::Chat;
use super::service::Participants;
use super::sockets::Outgoing;
use super::terms::{EndReason, Phase};
use crate::respond;

/// What can be done to a chat.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Action {
    /// The agent ends it.
    AgentEnds,
    /// Its websockets are cut.
    DropConnection,
    /// Its connection tokens expire.
    ExpireToken,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    contact_id: String,
    action: Action,
}

pub(crate) fn router(service: Arc<Participants>) -> Router {
    Router::new().route("/_local/chats", get(list).post(act)).with_state(service)
}

async fn list(State(service): State<Arc<Participants>>) -> Response {
    let chats: Vec<_> = service.chats().iter().map(|chat| describe(chat)).collect();
    respond::json(StatusCode::OK, &json!(chats))
}

/// `{"ContactId": "…", "Action": "agentEnds"}`
async fn act(State(service): State<Arc<Participants>>, body: Bytes) -> Response {
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refused(&error.to_string()),
    };
    let Some(chat) = service.chat(&request.contact_id) else {
        return refused("there is no such chat");
    };
    match request.action {
        Action::AgentEnds => service.end(&chat, EndReason::Agent),
        Action::DropConnection => chat.state().sockets.end(&Outgoing::Cut),
        Action::ExpireToken => service.expire_token(&chat),
    }
    respond::json(StatusCode::OK, &describe(&chat))
}

fn refused(message: &str) -> Response {
    respond::json(StatusCode::BAD_REQUEST, &json!({"message": message}))
}

fn describe(chat: &Chat) -> Value {
    let transcript = chat.transcript();
    let state = chat.state();
    let (phase, reason) = match state.phase {
        Phase::Waiting => ("WAITING", None),
        Phase::Connected => ("CONNECTED", None),
        Phase::CustomerLeft => ("CUSTOMER_LEFT", None),
        Phase::Ended(reason) => ("ENDED", Some(reason.name())),
    };
    json!({
        "ContactId": state.contact_id,
        "InitialContactId": chat.initial_contact_id,
        "ParticipantId": chat.customer.id,
        "DisplayName": chat.customer.name,
        "Agent": state.agent.as_ref().map(|agent| &agent.name),
        "State": phase,
        "DisconnectReason": reason,
        "Websockets": state.sockets.count(),
        "Transcript": transcript,
    })
}
