//! Amazon Connect's participant service: the chats themselves, with a scripted agent.
//!
//! ```text
//! HTTP ──────▶ routes ─▶ connection, message, event, transcript ─┐
//! websocket ─▶ socket ───────────────────────────────────────────┼─▶ service ─▶ chat
//!              agent ────────────────────────────────────────────┤      └─▶ contacts of `connect`
//! StartChatContact, StopContact ─────────────────────────────────┘
//! ```
//!
//! A `Chat` is pure state. `service` keeps the chats, and changes the contacts accordingly.

mod agent;
mod chat;
mod connection;
mod control;
mod credentials;
mod errors;
mod event;
mod item;
mod message;
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

/// The routes of the service.
pub(crate) fn router(service: &Arc<Participants>, options: &Options) -> Router {
    routes::router(service, options)
}

/// The routes that list chats and change them, for programs on this machine.
pub(crate) fn control_router(service: Arc<Participants>) -> Router {
    control::router(service)
}
