//! An AWS Lambda function that starts Amazon Connect chats.
//!
//! One invocation is a straight line. Each step depends on earlier ones only,
//! and each type is constructed by the step before it only, so that holding a
//! value proves that those steps have passed:
//!
//! ```text
//! RawValue ─recognize▶ Trigger ─open▶ Payload ─parse▶ ChatRequest ─admit▶ StartChat ─start▶ StartedChat ─render▶ Value
//!          trigger                 trigger      request           policy           connect            reply
//! ```
//!
//! [`handler`] walks the line; [`config`] has read the environment before.

mod backoff;
pub mod client_token;
pub mod config;
pub mod connect;
pub mod contacts;
pub mod error;
pub mod field_error;
pub mod handler;
pub mod init_error;
mod json;
pub mod policy;
mod redact;
pub mod reply;
pub mod request;
pub mod results;
pub mod sdk;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
pub mod trigger;
