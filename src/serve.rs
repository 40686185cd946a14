//! The life of an execution environment: settings, invocations, shutdown.

use aws_config::SdkConfig;
use lambda_runtime::tower::util::MapFutureLayer;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use tokio::net::TcpStream;

use crate::config::{Process, Settings, SettingsError};
use crate::connect::Connect;
use crate::handler::Handler;
use crate::init_error;
use crate::shutdown::InFlight;

/// Serves invocations until the environment ends.
///
/// # Errors
///
/// Returns an error if the settings are invalid, which is also reported to
/// Lambda, and if the Runtime API cannot be reached.
pub async fn serve(
    process: &Process,
    connect: Connect,
    sdk: &SdkConfig,
) -> Result<(), lambda_runtime::Error> {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(error) => return Err(report(error).await),
    };
    if let Some(address) = &process.concurrent_runtime_api {
        // The concurrent loop would poll an absent API again and again, without a pause.
        TcpStream::connect(address).await?;
    }
    if process.aws.is_provisioned {
        connect.warm_up().await;
    }
    let handler = Handler::new(settings, connect, process, sdk);
    let service = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let handler = handler.clone();
        async move { Box::pin(handler.handle(event)).await }
    });
    let in_flight = InFlight::default();
    let tracked = in_flight.clone();
    let runtime = Runtime::new(service).layer(MapFutureLayer::new(move |call| tracked.track(call)));
    tokio::select! {
        stopped = runtime.run_concurrent() => stopped,
        ended = in_flight.terminated() => Ok(ended?),
    }
}

/// Reports to Lambda that the settings are invalid.
async fn report(settings: SettingsError) -> lambda_runtime::Error {
    if let Err(error) = init_error::report("SettingsError", &settings.to_string()).await {
        tracing::error!(%error, "the init error could not be reported");
    }
    settings.into()
}
