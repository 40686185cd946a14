//! `bench`: measures the speed and the size of the function, and of other programs that do the
//! same.
//!
//! Each candidate is a program that Lambda could start. It polls the Runtime API of `local-aws`,
//! calls its stand-in of Amazon Connect over TLS, and gets the event of [`workload`].

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
    let result = match Cli::parse().command {
        Command::Run(run) => report::run(&run).await,
        Command::Guard(guard) => guard::run(&guard).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            output::error(&format!("bench: {message}"));
            ExitCode::FAILURE
        }
    }
}
