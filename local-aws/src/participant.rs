//! Amazon Connect's participant service: the chats themselves, with a scripted agent at the other end.
//!
//! ```text
//! HTTP ──────▶ routes ─▶ connection, message, event, transcript ─┐
//! websocket ─▶ socket ───────────────────────────────────────────┼─▶ service ─▶ chat
//!              agent ────────────────────────────────────────────┤      └─▶ contacts of `connect`
//! StartChatContact, StopContact ─────────────────────────────────┘
//! ```
//!
//! A `Chat` is state alone. `Participants` has the chats, and changes elsewhere what their course changes there.

mod agent;
mod chat;
mod connection;
mod control;
mod credentials;
mod event;
mod item;
mod message;
mod refusal;
mod routes;
mod script;
mod seed;
mod service;
mod socket;
mod sockets;
mod terms;
mod transcript;

use std::sync::Arc;

use axum::Router;

pub(crate) use service::Participants;

use crate::options::Options;

/// The service itself, and the local controls of its chats.
pub(crate) fn router(service: Arc<Participants>, options: &Options) -> Router {
    routes::router(&service, options).merge(control::router(service))
}
