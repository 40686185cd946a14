//! `bench`: how fast and how large the function is, and others that do the same.
//!
//! Each candidate is a program that Lambda could start. It runs between a real Runtime API and a stand-in of Amazon
//! Connect over TLS, on loopback, and is sent the event of [`workload`].

mod chart;
mod cli;
mod cold;
mod growth;
mod guard;
mod load;
mod machine;
mod measured;
mod output;
mod report;
mod running;
mod share;
mod stats;
mod table;
mod warm;
mod workload;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(run) => report::run(&run).await,
        Command::Guard(guard) => guard::run(&guard).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            output::error(&format!("bench: {why}"));
            ExitCode::FAILURE
        }
    }
}
