//! `local-aws serve`: stay up.

use clap::Args;
use local_aws::LocalAws;
use tokio::signal::unix::{SignalKind, signal};

use super::output::line;
use super::{With, settings};

/// How chats go.
#[derive(Debug, Args)]
pub(crate) struct Chats {
    /// Print one line per message of a chat.
    #[arg(long)]
    verbose: bool,
    /// How many times as fast the time of chats passes: 60 has a chat of an hour end after a minute.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = pace)]
    chat_pace: f64,
}

fn pace(text: &str) -> Result<f64, String> {
    let pace = text.parse().ok().filter(|pace| (0.001..=1e6).contains(pace));
    pace.ok_or_else(|| "must be a number from 0.001 to 1000000".to_owned())
}

pub(crate) async fn run(
    with: &With,
    port: u16,
    connect_port: u16,
    chats: &Chats,
) -> Result<(), String> {
    let mut options = settings::apply(with.options(), &[("ALLOWED_ORIGINS", "*")])
        .front_port(port)
        .playground(true)
        .chat_pace(chats.chat_pace)
        .narrate(line);
    if chats.verbose {
        options = options.narrate_chats(line);
    }
    options.connect_port = connect_port;
    options = settings::with_verified_customers(options);
    let real = options.real_connect;
    let local = LocalAws::start(options).await.map_err(|error| error.to_string())?;
    if let Some(error) = local.function().init_error() {
        return Err(format!("the function cannot be initialised: {error}"));
    }
    introduce(&local, real);
    ended().await.map_err(|error| error.to_string())?;
    line("Ending.");
    Ok(())
}

/// Waits for Ctrl-C, or to be asked to end.
async fn ended() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ctrl_c = tokio::signal::ctrl_c() => ctrl_c,
        _ = terminate.recv() => Ok(()),
    }
}

fn introduce(local: &LocalAws, real: bool) {
    let front = local.front_url();
    line(&format!("Playground, for browsers       {front}/"));
    line(&format!("HTTP API, payload format 2.0   {front}/"));
    line(&format!("HTTP API, payload format 1.0   {front}/v1/"));
    line(&format!("REST API                       {front}/rest/"));
    if real {
        line("Amazon Connect                 the real one, with this shell's credentials");
    } else {
        line(&format!("Amazon Connect, stand-in       {}", local.connect_url()));
        line(&format!("Participant service (chats)    {front}/participant/"));
        line(&format!(
            "Requests, contacts, chats …    {front}/_local/requests, …/contacts, …/chats, …/faults"
        ));
    }
    if let Some(ca) = local.ca_file() {
        line(&format!("Certificate of the stand-in    {}", ca.display()));
    }
    line("");
    line("Start a chat:");
    line(&format!(
        "  curl -sS {front}/ -H 'Content-Type: application/json' \\\n    -d '{{\"ParticipantDetails\":{{\"DisplayName\":\"Jane\"}}}}'"
    ));
    line(&format!(
        "  aws lambda invoke --no-sign-request --region us-east-1 --endpoint-url {front} \
         --function-name start-chat-contact --payload fileb://events/scheduler.json answer.json && cat answer.json"
    ));
    line("");
    line("Ctrl-C ends it.");
}
