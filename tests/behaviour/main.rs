//! Tests of the function from outside: the real binary between a Runtime API and
//! an HTTP server in Connect's place. A test sends events, and asserts the answers
//! and the requests that Connect received.

#![expect(clippy::expect_used, reason = "a test that cannot go on panics")]

mod any_json;
mod attacks;
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
mod proxy;
mod resilience;
mod results;
mod returning;
mod runtime;
mod secrets;
mod settings;
mod soak;
mod sweep;
mod threats;
mod triggers;
