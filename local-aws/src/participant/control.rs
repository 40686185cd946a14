//! `/_local/chats`: lists chats, and changes them.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::chat::Chat;
use super::service::Participants;
use super::sockets::Outgoing;
use super::terms::{EndReason, Phase, text};
use crate::http::reply;

pub(crate) fn router(service: Arc<Participants>) -> Router {
    Router::new().route("/_local/chats", get(list).post(act)).with_state(service)
}

async fn list(State(service): State<Arc<Participants>>) -> Response {
    let chats: Vec<_> = service.chats().iter().map(|chat| describe(chat)).collect();
    reply::json(StatusCode::OK, &json!(chats))
}

/// `{"ContactId": "…", "Action": "agentEnds"}`
async fn act(State(service): State<Arc<Participants>>, body: Bytes) -> Response {
    let refused = |message| reply::json(StatusCode::BAD_REQUEST, &json!({"message": message}));
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(chat) = service.chat(text(&body, "ContactId")) else {
        return refused("ContactId must be that of a chat");
    };
    match text(&body, "Action") {
        "agentEnds" => service.end(&chat, EndReason::AGENT),
        "dropConnection" => chat.state().sockets.end(&Outgoing::Cut),
        "expireToken" => service.credentials().expire(&chat),
        _ => return refused("Action must be agentEnds, dropConnection or expireToken"),
    }
    reply::json(StatusCode::OK, &describe(&chat))
}

fn describe(chat: &Chat) -> Value {
    let transcript = chat.transcript();
    let state = chat.state();
    let (phase, reason) = match state.phase {
        Phase::Waiting => ("WAITING", None),
        Phase::Connected => ("CONNECTED", None),
        Phase::CustomerLeft => ("CUSTOMER_LEFT", None),
        Phase::Ended(EndReason(reason)) => ("ENDED", Some(reason)),
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
