//! The process: settings, client, and then one invocation after another.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use start_chat_contact::config::{Process, Settings, SettingsError};
use start_chat_contact::connect::{self, Connect};
use start_chat_contact::handler::Handler;
use start_chat_contact::{init_error, telemetry};

fn main() -> ExitCode {
    let process = Process::from_env();
    telemetry::init(&process);
    if !process.in_lambda {
        tracing::error!(
            "this is an AWS Lambda function: it runs in Lambda, or on your machine with `make run`"
        );
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(serve(&process)),
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

async fn serve(process: &Process) -> Result<(), lambda_runtime::Error> {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(faults) => return Err(refuse(faults).await),
    };
    let connect = Connect::new(connect::client(process.aws).await);
    let handler = Handler::new(settings, connect, process.json_logs);
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let handler = handler.clone();
        async move { handler.handle(event).await }
    });
    Runtime::new(service).run_concurrent().await
}

/// Tells Lambda that the settings are faulty.
async fn refuse(faults: SettingsError) -> lambda_runtime::Error {
    if let Err(error) = init_error::report("SettingsError", &faults.to_string()).await {
        tracing::error!(%error, "the init error could not be reported");
    }
    faults.into()
}
