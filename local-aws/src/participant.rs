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

pub(crate) use control::router as control_router;
pub(crate) use routes::router;
pub(crate) use service::Participants;
