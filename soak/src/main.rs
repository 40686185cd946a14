//! `soak`: runs the chaos test for as long as asked and prints its report.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use soak::Soak;

/// Sends every kind of event while Amazon Connect, the event bus and the contact table fail in every
/// way, and accounts for each chat.
///
/// The exit status is 0 if no chat was lost, doubled or left unpublished and every answer was right,
/// and 1 otherwise.
#[derive(Debug, Parser)]
#[command(name = "soak", version)]
struct SoakArgs {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    function: PathBuf,
    /// How long events are sent.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The folder with the sample events.
    #[arg(long, default_value = "events", value_name = "DIR")]
    events: PathBuf,
    /// How many invocations run concurrently in the function's one process.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,
    /// The seed for the choice of events and faults; random by default.
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(SoakArgs::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            progress(&format!("soak: {message}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(args: SoakArgs) -> Result<(), String> {
    let soak = Soak {
        function: args.function,
        events: args.events,
        duration: Duration::from_secs(args.seconds),
        concurrency: args.concurrency.into(),
        seed: args.seed.unwrap_or_else(|| fastrand::u32(..).into()),
    };
    progress(&format!("seed {}", soak.seed));
    let report = soak.run(progress).await.map_err(|error| error.to_string())?;
    let _ = write!(io::stdout(), "{report}");
    if report.is_clean() {
        Ok(())
    } else {
        Err("a chat was lost or doubled, or an answer was wrong".to_owned())
    }
}

/// Writes a line to standard error.
fn progress(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
