//! What the `start-chat-contact` function needs of AWS, on loopback: the Lambda Runtime API, API Gateway,
//! Lambda Invoke and Amazon Connect. For development only; nothing of it is shipped.
//!
//! [`LocalAws::start`] starts three servers and the function's process. [`LocalAws::invoke`] and the front's
//! URL reach the function, as AWS would; [`LocalAws::connect`] shows what the function asked of Amazon Connect,
//! and makes it fail on demand; [`LocalAws::function`] is the process. With [`Options::playground`] the front also
//! has a page from which all of this can be tried in a browser.
//!
//! ```text
//! caller ─HTTP──▶ gateway ─┐
//! caller ─Invoke▶ invoke  ─┼▶ lambda ─▶ queue ─▶ runtime_api ─▶ function ─▶ connect
//! test ───────────────────┘
//! ```

mod clock;
mod connect;
mod credentials;
mod deployed;
mod exit;
mod function;
mod gateway;
mod invoke;
mod lambda;
mod launch;
mod local_aws;
mod options;
mod participant;
mod playground;
mod queue;
mod receive;
mod respond;
mod runtime_api;
mod server;
pub mod soak;
mod tls;
mod wire;
pub mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use connect::{
    CONNECTION_TOKEN_PREFIX, Connect, Contact, Fault, Operation, PARTICIPANT_TOKEN_PREFIX, Received,
};
pub use function::Function;
pub use lambda::Invoked;
pub use local_aws::LocalAws;
pub use options::{Narrator, Options, Rate};

/// Locks, whatever happened to the last who did: no state here is left half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
