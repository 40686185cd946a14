//! `local-aws serve`: serves the function until Ctrl-C.

use clap::Args;
use local_aws::LocalAws;
use tokio::signal::unix::{SignalKind, signal};

use super::common_args::CommonArgs;
use super::output::line;
use super::settings;

/// The arguments for chats.
#[derive(Debug, Args)]
pub(crate) struct ChatArgs {
    /// Print one line per message in a chat.
    #[arg(long)]
    verbose: bool,
    /// How many times as fast as real time chats run; at 60, a chat of an hour ends after a minute.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = pace)]
    chat_pace: f64,
}

fn pace(text: &str) -> Result<f64, String> {
    let pace = text.parse().ok().filter(|pace| (0.001..=1e6).contains(pace));
    pace.ok_or_else(|| "must be a number from 0.001 to 1000000".to_owned())
}

pub(crate) async fn run(
    common: &CommonArgs,
    port: u16,
    connect_port: u16,
    chats: &ChatArgs,
) -> Result<(), String> {
    let mut options = settings::apply_for_browsers(common.options())?
        .api_gateway_port(port)
        .playground(true)
        .chat_pace(chats.chat_pace)
        .observe(line);
    if chats.verbose {
        options = options.observe_chats(line);
    }
    options.connect_port = connect_port;
    options = settings::with_verified_customers(options);
    let real = options.real_connect;
    let local = LocalAws::start(options).await.map_err(|error| error.to_string())?;
    if let Some(error) = local.function().init_error() {
        return Err(format!("the function cannot be initialized: {error}"));
    }
    print_addresses(&local, real);
    stopped().await.map_err(|error| error.to_string())?;
    line("Stopping.");
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn stopped() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ctrl_c = tokio::signal::ctrl_c() => ctrl_c,
        _ = terminate.recv() => Ok(()),
    }
}

fn print_addresses(local: &LocalAws, real: bool) {
    let url = local.api_gateway_url();
    line(&format!("Playground, for browsers       {url}/"));
    line(&format!("HTTP API, payload format 2.0   {url}/"));
    line(&format!("HTTP API, payload format 1.0   {url}/v1/"));
    line(&format!("REST API                       {url}/rest/"));
    if real {
        line("Amazon Connect                 the real one, with your AWS credentials");
    } else {
        line(&format!("Amazon Connect, stand-in       {}", local.connect_url()));
        line(&format!("Participant service (chats)    {url}/participant/"));
        line(&format!(
            "Requests, chats and more       {url}/_local/requests, …/contacts, …/chats, …/faults,"
        ));
        line("                               …/published (EventBridge), …/table (DynamoDB)");
    }
    if let Some(ca) = local.ca_file() {
        line(&format!("Certificate of the stand-in    {}", ca.display()));
    }
    line("");
    line("Start a chat:");
    line(&format!(
        "  curl -sS {url}/ -H 'Content-Type: application/json' \\\n    -d '{{\"ParticipantDetails\":{{\"DisplayName\":\"Jane\"}}}}'"
    ));
    line(&format!(
        "  aws lambda invoke --no-sign-request --region us-east-1 --endpoint-url {url} \
         --function-name start-chat-contact --payload fileb://events/scheduler.json answer.json && cat answer.json"
    ));
    line("");
    line("Ctrl-C ends it.");
}
