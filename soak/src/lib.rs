//! A chaos test of the `start-chat-contact` function: every kind of event, while Amazon Connect
//! fails in every way, with an account of each chat.
//!
//! [`Soak::run`] gives every request a marker of its own, which ends up in the attributes of its
//! chat. A request that fails is delivered again, with the same identity, if its event source
//! would do so. In the end each request must have led to exactly one chat, or to none if it had
//! to be rejected, and each answer must have named the right chat.
//!
//! The event bus and the table fail as well. Each chat of an event must have been published with
//! its cause (`publications`), and a customer whose devices had the table must have had one chat at
//! a time (`customer_accounts`).
//!
//! ```text
//! samples, generated, customers ─▶ load ─▶ function ─▶ local-aws (with the faults of fault_schedule)
//!                                    │
//!                                    └▶ verify (each answer) ─▶ accounts (each chat) ─▶ report
//! ```

mod accounting;
mod causes;
mod customer_accounts;
mod customers;
mod delivery;
mod fault_kinds;
mod fault_schedule;
mod generated;
mod ids;
mod load;
mod markers;
mod metrics;
mod monitor;
mod publications;
mod report;
mod run;
mod samples;
mod verify;

pub use report::Report;
pub use run::Soak;
