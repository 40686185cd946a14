//! The commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures the start-chat-contact function.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure cold starts, warm invocations, load and growth, side by side with other candidates.
    Run(Run),
    /// Compare sizes and instruction counts with those kept in the repository; needs valgrind.
    Guard(Guard),
}

/// What `bench run` can be told.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    pub(crate) function: PathBuf,
    /// Another candidate, as NAME=BOOTSTRAP, a file that Lambda could start. One that is not there is reported missing.
    #[arg(long = "peer", value_name = "NAME=BOOTSTRAP", value_parser = peer)]
    pub(crate) peers: Vec<(String, PathBuf)>,
    /// How many cold starts of each candidate, at each CPU share.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) cold: u32,
    /// How many warm invocations of each candidate.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) warm: u32,
    /// Memory sizes whose CPU share is imitated, in MB.
    #[arg(long, value_delimiter = ',', default_value = "128,256,1024")]
    pub(crate) memory: Vec<u32>,
    /// Write the table and the chart into this folder, and the table into the README beside it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) write: Option<PathBuf>,
}

/// What `bench guard` can be told.
#[derive(Debug, Args)]
pub(crate) struct Guard {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    pub(crate) function: PathBuf,
    /// The figures to compare with.
    #[arg(long, value_name = "FILE", default_value = "bench/guard.json")]
    pub(crate) figures: PathBuf,
    /// Keep what is measured now as the figures.
    #[arg(long)]
    pub(crate) update: bool,
}

fn peer(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err("must be NAME=BOOTSTRAP".to_owned()),
    }
}
