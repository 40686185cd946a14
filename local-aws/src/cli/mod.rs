//! The commands.

mod invoke;
pub(crate) mod output;
mod serve;
mod settings;
mod soak;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use local_aws::{Options, Rate};

/// What `--help` says below the usage.
const SETTINGS: &str = "\
The function's settings are taken from this shell's environment where they are set there
(INSTANCE_ID, CONTACT_FLOW_ID, ALLOWED_CONTACT_FLOW_IDS, ALLOWED_ORIGINS, CUSTOMER_ID_CLAIM,
ATTRIBUTE_CLAIMS, RUST_LOG, AWS_LAMBDA_MAX_CONCURRENCY …). Otherwise the stand-in's own
instance and flows are used.

A request with the header `X-Local-Claims: {\"sub\":\"…\"}` reaches the function as if an
authorizer had verified these claims. `serve` has a second process of the function for them,
with CUSTOMER_ID_CLAIM=sub, unless that variable is set. Faults of Amazon Connect can be asked for with
`POST /_local/faults`, such as
  {\"kind\":\"status\",\"status\":429,\"errorType\":\"TooManyRequestsException\",\"times\":2}
  {\"kind\":\"status\",\"status\":403,\"on\":\"CreateParticipantConnection\"}
  {\"kind\":\"reset\",\"on\":\"WebsocketFrame\"}
Kinds: status, raw, reset, resetAfterStart, delay, slowBody, garbage, empty, without,
blackHole, close. Members: on, times, always, status, errorType, message, contentType, body,
member, headers, delayMs, bodyDelayMs, close.";

/// What the start-chat-contact function needs of AWS, on this machine: the Lambda Runtime API,
/// API Gateway, Lambda Invoke and a stand-in of Amazon Connect.
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
        with: With,
        /// The event's file; `-` for standard input.
        event: PathBuf,
    },
    /// Stay up, for `curl`, the AWS CLI and browsers, until Ctrl-C.
    Serve {
        #[command(flatten)]
        with: With,
        /// The port of the playground, API Gateway and Lambda Invoke; 0 for any.
        #[arg(long, default_value_t = 9000)]
        port: u16,
        /// The port of the stand-in of Amazon Connect; 0 for any.
        #[arg(long, default_value_t = 0)]
        connect_port: u16,
        #[command(flatten)]
        chats: serve::Chats,
    },
    /// Send every kind of event while Amazon Connect fails in every way, and account for each chat.
    ///
    /// The exit status is 0 if no chat was lost or doubled and every answer was right, and 1 otherwise.
    Soak(soak::Wish),
}

/// What both commands can be told.
#[derive(Debug, Args)]
struct With {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    function: PathBuf,
    /// Which Amazon Connect the function calls: the stand-in, or the real one with this shell's AWS credentials.
    #[arg(long, value_enum, default_value_t = Which::Local)]
    connect: Which,
    /// How many chats may run at once.
    #[arg(long, default_value_t = 500)]
    quota: usize,
    /// How many chats may be started in a second.
    #[arg(long, default_value_t = 5.0, conflicts_with = "no_rate_limit")]
    rate: f64,
    /// How many chats may be started at once.
    #[arg(long, default_value_t = 8, conflicts_with = "no_rate_limit")]
    burst: u32,
    /// Lift every rate limit.
    #[arg(long)]
    no_rate_limit: bool,
    /// How many seconds one invocation may take.
    #[arg(long, default_value_t = 29.0, value_name = "SECONDS", value_parser = seconds)]
    timeout: f64,
    /// Serve the stand-in of Amazon Connect over TLS.
    #[arg(long)]
    tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The stand-in.
    Local,
    /// The real one.
    Aws,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.001..=900.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("must be between 0.001 and 900".to_owned())
    }
}

impl With {
    fn options(&self) -> Options {
        let rate = (!self.no_rate_limit).then(|| Rate::new(self.rate, self.burst));
        let mut options = Options::new(&self.function)
            .quota(self.quota)
            .timeout(Duration::from_secs_f64(self.timeout))
            .tls(self.tls)
            .real_connect(self.connect == Which::Aws)
            .echo_logs(true);
        options.rate = rate;
        options
    }
}

/// Runs the command.
///
/// # Errors
///
/// With the sentence to show.
pub(crate) async fn run(cli: Cli) -> Result<(), String> {
    match cli.command {
        Command::Invoke { with, event } => invoke::run(&with, &event).await,
        Command::Serve { with, port, connect_port, chats } => {
            serve::run(&with, port, connect_port, &chats).await
        }
        Command::Soak(wish) => soak::run(wish).await,
    }
}
