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
mod report;
mod running;
mod share;
mod stats;
mod table;
mod warm;
mod workload;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            cli::error(&format!("bench: {why}"));
            ExitCode::FAILURE
        }
    }
}
