//! The command line.

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
    /// Measure cold starts, warm invocations, load and growth, and compare with other candidates.
    Run(RunArgs),
    /// Compare sizes and instruction counts with those in the repository; needs valgrind.
    Guard(GuardArgs),
}

/// The arguments of `bench run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    pub(crate) function: PathBuf,
    /// Another candidate: a name, and a file that Lambda could start. It is shown as missing if
    /// there is no such file.
    #[arg(long = "peer", value_name = "NAME=BOOTSTRAP", value_parser = peer)]
    pub(crate) peers: Vec<(String, PathBuf)>,
    /// The number of cold starts of each candidate at each CPU share.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) cold: u32,
    /// The number of warm invocations of each candidate.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) warm: u32,
    /// Memory sizes in MB whose CPU shares are measured.
    #[arg(long, value_delimiter = ',', default_value = "128,256,1024")]
    pub(crate) memory: Vec<u32>,
    /// Write the table and the chart to this folder, and a summary to the README beside it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) write: Option<PathBuf>,
}

/// The arguments of `bench guard`.
#[derive(Debug, Args)]
pub(crate) struct GuardArgs {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    pub(crate) function: PathBuf,
    /// The file with the accepted figures.
    #[arg(long, value_name = "FILE", default_value = "bench/guard.json")]
    pub(crate) figures: PathBuf,
    /// Accept the figures that are measured now.
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
