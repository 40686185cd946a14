//! The process that Lambda starts.

use std::process::ExitCode;

use start_chat_contact::config::Process;
use start_chat_contact::connect::{Connect, client};
use start_chat_contact::{sdk, serve, telemetry};

fn main() -> ExitCode {
    let process = Process::from_env();
    telemetry::init(&process);
    if !process.in_lambda {
        tracing::error!(
            "this is an AWS Lambda function: it runs in Lambda, or on your machine with `make run`"
        );
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(Box::pin(run(&process))),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "stopped");
            ExitCode::FAILURE
        }
    }
}

async fn run(process: &Process) -> Result<(), lambda_runtime::Error> {
    let sdk = sdk::config(&process.aws);
    let connect = Connect::new(client(&sdk, process.aws.connect_endpoint.as_deref()));
    Box::pin(serve::serve(process, connect, &sdk)).await
}
