//! Lambda: the function's process, the invocations that wait for it, and the Runtime API that it
//! polls.
//!
//! A caller invokes [`Lambda`], which puts the invocation into the queue. The process takes it
//! from there through the Runtime API (`routes`), and sends the outcome back the same way. If the
//! process dies, `function` starts another one.

mod deployment;
mod exit;
mod function;
mod lambda;
mod launch;
mod log;
mod queue;
mod routes;

pub use function::Function;
pub use lambda::Invoked;

pub(crate) use deployment::{ConnectTarget, Deployment};
pub(crate) use lambda::{Lambda, SYNC_LIMIT};
pub(crate) use queue::Call;
