//! `local-aws`: runs the function with what it needs of AWS on this machine.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            cli::output::error(&format!("local-aws: {message}"));
            ExitCode::FAILURE
        }
    }
}
