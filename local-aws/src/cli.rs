//! The command line: `invoke` sends one event, `serve` runs until Ctrl-C.

mod common_args;
mod invoke;
pub(crate) mod output;
mod serve;
mod settings;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use common_args::CommonArgs;

/// The end of `--help`.
const SETTINGS: &str = "\
The function's settings are taken from this shell's environment if they are set there
(INSTANCE_ID, CONTACT_FLOW_ID, ALLOWED_CONTACT_FLOW_IDS, ALLOWED_ORIGINS, CUSTOMER_ID_CLAIM,
ATTRIBUTE_CLAIMS, RUST_LOG, AWS_LAMBDA_MAX_CONCURRENCY …). The instance and the flows default to
those of the stand-in, RESULT_BUS to chat-results, and for `serve` CONTACT_TABLE to chat-contacts;
an empty value turns these off. AWS_ENDPOINT_URL_EVENTBRIDGE and AWS_ENDPOINT_URL_DYNAMODB are
passed on, for another stand-in of these services.

A request with the header `X-Local-Claims: {\"sub\":\"…\"}` reaches the function as if an
authorizer had verified these claims. `serve` runs a second process of the function for such
requests, with CUSTOMER_ID_CLAIM=sub, unless that variable is set.

`GET /_local/published` lists what was published on the event bus, and `GET /_local/table` the
items of the contact table; `POST /_local/table` adds one. `DELETE` empties either.

`POST /_local/faults` adds faults of Amazon Connect, EventBridge and DynamoDB, such as
  {\"kind\":\"status\",\"status\":429,\"errorType\":\"TooManyRequestsException\",\"times\":2}
  {\"kind\":\"status\",\"status\":403,\"errorType\":\"AccessDeniedException\",\"on\":\"CreateParticipantConnection\"}
  {\"kind\":\"reset\",\"on\":\"WebsocketFrame\"}
  {\"kind\":\"delay\",\"delayMs\":400,\"on\":\"GetItem\"}
Kinds: status, raw, reset, resetAfterStart, delay, slowBody, garbage, empty, without,
blackHole, close. Members: on, times, always, status, errorType, message, contentType, body,
member, headers, delayMs, bodyDelayMs, close.";

/// Runs the start-chat-contact function with what it needs of AWS on this machine: the Lambda
/// Runtime API, API Gateway, Lambda's Invoke API and a stand-in of Amazon Connect.
#[derive(Debug, Parser)]
#[command(name = "local-aws", version, after_long_help = SETTINGS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send one event to the function, and show its answer and what Amazon Connect received.
    ///
    /// The exit status is 0 if a chat was started, and 1 otherwise.
    Invoke {
        #[command(flatten)]
        common: CommonArgs,
        /// The event's file; `-` for standard input.
        event: PathBuf,
    },
    /// Serve the function for `curl`, the AWS CLI and browsers until Ctrl-C.
    Serve {
        #[command(flatten)]
        common: CommonArgs,
        /// The port of the playground, API Gateway and the Invoke API; 0 for any.
        #[arg(long, default_value_t = 9000)]
        port: u16,
        /// The port of the stand-in of Amazon Connect; 0 for any.
        #[arg(long, default_value_t = 0)]
        connect_port: u16,
        #[command(flatten)]
        chats: serve::ChatArgs,
    },
}

/// Runs the command.
///
/// # Errors
///
/// Returns the sentence to show.
pub(crate) async fn run(cli: Cli) -> Result<(), String> {
    match cli.command {
        Command::Invoke { common, event } => invoke::run(&common, &event).await,
        Command::Serve { common, port, connect_port, chats } => {
            serve::run(&common, port, connect_port, &chats).await
        }
    }
}
