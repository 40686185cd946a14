//! `local-aws soak`: every kind of event and fault, for as long as asked.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use local_aws::soak::Soak;

use super::output::{error, line};

/// What the command can be told.
#[derive(Debug, Args)]
pub(crate) struct Wish {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    function: PathBuf,
    /// For how long events are sent.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The folder of the events.
    #[arg(long, default_value = "events", value_name = "DIR")]
    events: PathBuf,
    /// How many invocations run at once, in one process.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,
    /// What the choice of events and faults goes by; random if left out.
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) async fn run(wish: Wish) -> Result<(), String> {
    let soak = Soak {
        function: wish.function,
        events: wish.events,
        duration: Duration::from_secs(wish.seconds),
        concurrency: wish.concurrency.into(),
        seed: wish.seed.unwrap_or_else(Soak::random_seed),
    };
    error(&format!("seed {}", soak.seed));
    let report = soak.run(error).await.map_err(|error| error.to_string())?;
    line(report.to_string().trim_end());
    if report.is_clean() { Ok(()) } else { Err("something was lost, doubled or wrong".to_owned()) }
}
