//! An AWS Lambda function that starts Amazon Connect chats.
//!
//! One invocation is a straight line. Nobody calls upward, and each type is
//! built by the step on its left only, so holding it proves what came before:
//!
//! ```text
//! Value ─recognize▶ Trigger ─open▶ Payload ─parse▶ ChatRequest ─admit▶ StartChat ─start▶ StartedChat ─render▶ Value
//!       trigger                 trigger      request           policy           connect            reply
//! ```
//!
//! [`handler`] walks the line; [`config`] has read the environment before.

pub mod config;
pub mod connect;
pub mod error;
pub mod handler;
pub mod idempotency;
pub mod init_error;
mod json;
mod pace;
pub mod policy;
pub mod problem;
pub mod reply;
pub mod request;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
pub mod trigger;
