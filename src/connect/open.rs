//! A connection to Connect before there is a chat to start.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

use super::Connect;

/// How long an environment waits for the connection, in its init phase of ten
/// seconds.
const PATIENCE: Duration = Duration::from_secs(2);

impl Connect {
    /// Opens the connection that the first chat will use: resolves the name
    /// and the credentials, and shakes hands.
    ///
    /// It pays where Lambda makes environments ahead of their invocations
    /// (provisioned concurrency). It is waited for: an environment may be
    /// frozen once it has asked for work, with a handshake half done. Whatever
    /// goes wrong is left to the first chat to meet.
    pub async fn open(&self) {
        let request = self.client.describe_contact();
        let request = request.instance_id("-").contact_id("-").customize();
        let once = aws_sdk_connect::Config::builder().retry_config(RetryConfig::disabled());
        let request = request.interceptor(Unsigned).config_override(once);
        drop(tokio::time::timeout(PATIENCE, request.send()).await);
    }
}

/// Takes the signature off: Connect refuses the request at its door, so that
/// it counts for nothing.
#[derive(Debug)]
struct Unsigned;

impl Intercept for Unsigned {
    fn name(&self) -> &'static str {
        "Unsigned"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        headers.remove("authorization");
        headers.remove("x-amz-security-token");
        Ok(())
    }
}
