//! Opens a connection to Connect before there is a chat to start.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

use super::Connect;

/// The longest wait for the connection, of an init phase of ten seconds.
const TIMEOUT: Duration = Duration::from_secs(2);

impl Connect {
    /// Opens the connection that the first chat will use: resolves the host
    /// name and the credentials, and completes the TLS handshake.
    ///
    /// This is worthwhile if Lambda creates environments ahead of their
    /// invocations (provisioned concurrency). It must be awaited: an
    /// environment may be frozen once it has asked for work, in the middle of a
    /// handshake. A failure is ignored: the first chat will meet it again.
    pub async fn warm_up(&self) {
        let request = self.client.describe_contact();
        let request = request.instance_id("-").contact_id("-").customize();
        let once = aws_sdk_connect::Config::builder().retry_config(RetryConfig::disabled());
        let request = request.interceptor(Unsigned).config_override(once);
        drop(tokio::time::timeout(TIMEOUT, request.send()).await);
    }
}

/// Removes the signature: Connect rejects the request before it counts against
/// a quota.
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
