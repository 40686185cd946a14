//! The function from outside: the real binary between a real Runtime API and a
//! real HTTP server in Connect's place. Events go in, and the requests that
//! Connect received and the answers come out.

#![expect(clippy::expect_used, reason = "a test that cannot go on panics")]

mod any_json;
mod batches;
mod clients;
mod cors;
mod credentials;
mod docs;
mod errors;
mod events;
mod front;
mod idempotency;
mod identity;
mod init;
mod limits;
mod members;
mod panics;
mod provisioned;
mod resilience;
mod secrets;
mod soak;
mod threats;
mod triggers;
