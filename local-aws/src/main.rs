//! `local-aws`: what the function needs of AWS, on this machine.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            cli::output::error(&format!("local-aws: {why}"));
            ExitCode::FAILURE
        }
    }
}
