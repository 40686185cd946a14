//! The function with a bug: it panics at every other request to Connect, so that
//! the tests see how a panic is handled, in the profile that is shipped too.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_connect::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_connect::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_connect::error::BoxError;
use start_chat_contact::config::Process;
use start_chat_contact::connect::{Connect, client};
use start_chat_contact::{sdk, serve, telemetry};

#[derive(Debug)]
struct EveryOther {
    panics_next: AtomicBool,
}

impl Intercept for EveryOther {
    fn name(&self) -> &'static str {
        "EveryOther"
    }

    fn read_before_signing(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let panics = self.panics_next.fetch_xor(true, Ordering::Relaxed);
        assert!(!panics, "a secret that panics must not give away");
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let process = Process::from_env();
    telemetry::init(&process);
    let sdk = sdk::config(&process.aws);
    let client = client(&sdk, process.aws.connect_endpoint.as_deref());
    let bug = EveryOther { panics_next: AtomicBool::new(true) };
    let config = client.config().to_builder().interceptor(bug).build();
    let connect = Connect::new(aws_sdk_connect::Client::from_conf(config));
    Box::pin(serve::serve(&process, connect, &sdk)).await
}
