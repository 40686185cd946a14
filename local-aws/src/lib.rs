//! What the `start-chat-contact` function needs of AWS, on loopback: the Lambda Runtime API, API
//! Gateway, Lambda's Invoke API, Amazon Connect, EventBridge and DynamoDB. For development only;
//! none of it is shipped.
//!
//! [`LocalAws::start`] starts the servers and the function's process. [`LocalAws::invoke`] and
//! [`LocalAws::api_gateway_url`] reach the function as AWS would; [`LocalAws::connect`] has the
//! requests that Amazon Connect received, and makes it fail on demand; [`LocalAws::function`] is
//! the process. [`LocalAws::event_bus`] and [`LocalAws::table`] have what it published and keeps.
//! With [`Options::playground`], API Gateway also serves a page to try all of this in
//! a browser.
//!
//! ```text
//! caller ─HTTP─▶ gateway ─┐
//! test ───invoke──────────┴▶ runtime_api ─▶ function's process ─▶ connect
//! ```

mod api_error;
mod clock;
mod connect;
mod credentials;
mod dynamodb;
mod event_bridge;
pub mod fixtures;
mod gateway;
mod http;
mod local_aws;
mod lock;
mod observer;
mod options;
mod participant;
mod playground;
mod process_stats;
mod runtime_api;

pub use connect::{
    CONNECTION_TOKEN_PREFIX, Connect, Contact, Fault, Operation, PARTICIPANT_TOKEN_PREFIX, Received,
};
pub use dynamodb::Table;
pub use event_bridge::EventBus;
pub use local_aws::LocalAws;
pub use observer::Observer;
pub use options::{Options, Rate};
pub use process_stats::{ProcessMemory, ended_children_cpu_time};
pub use runtime_api::{Function, Invoked};
