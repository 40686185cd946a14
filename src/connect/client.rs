//! The SDK's client, made once per execution environment.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_connect::{Client, Config};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::retry::RetryThrottles;
use crate::config::{Aws, Credentials};

/// The roots that AWS's endpoints chain to: Amazon Root CA 1 to 4 and
/// Starfield Services Root CA G2 (<https://www.amazontrust.com/repository/>).
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 3;

/// Creates a client for the region, the credentials and the endpoint that the
/// environment names. It never asks the instance metadata service, which a
/// function does not have, and reads no profile.
#[must_use]
pub fn client(aws: &Aws) -> Client {
    let http_client = http_client(aws.system_roots);
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client.clone())
        .region(aws.region.clone().map(Region::new))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .retry_classifier(RetryThrottles)
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .use_fips(aws.fips)
        .use_dual_stack(aws.dual_stack);
    let config = match &aws.endpoint_url {
        Some(url) => config.endpoint_url(url),
        None => config,
    };
    let config = match aws.credentials {
        Credentials::Environment => {
            config.credentials_provider(EnvironmentVariableCredentialsProvider::new())
        }
        Credentials::Container => {
            let provider = ProviderConfig::without_region().with_http_client(http_client);
            let container = EcsCredentialsProvider::builder().configure(&provider);
            config.credentials_provider(container.build())
        }
    };
    Client::from_conf(config.build())
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// Uses rustls with ring: aws-lc gathers entropy from the CPU's jitter at the
/// first handshake, which at a small memory size takes longer than all the rest.
fn http_client(system_roots: bool) -> SharedHttpClient {
    let roots = if system_roots {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    };
    let context = TlsContext::builder().with_trust_store(roots).build();
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    // Building a context does not fail; if it did, the system's roots would serve.
    builder.tls_context(context.unwrap_or_default()).build_https()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_sdk_connect::config::Credentials as Keys;
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::interceptors::Intercept;
    use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
    use aws_smithy_types::config_bag::ConfigBag;

    use super::*;

    /// Records where a request would go, and stops it.
    #[derive(Clone, Debug, Default)]
    struct Stop(Arc<Mutex<String>>);

    impl Intercept for Stop {
        fn name(&self) -> &'static str {
            "Stop"
        }

        fn read_before_transmit(
            &self,
            context: &BeforeTransmitInterceptorContextRef<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            context.request().uri().clone_into(&mut self.0.lock().expect("a lock"));
            Err("stop".into())
        }
    }

    async fn uri(aws: &Aws) -> String {
        let stop = Stop::default();
        let keys = Keys::new("key", "secret", None, None, "test");
        let config = client(aws).config().to_builder();
        let config = config.credentials_provider(keys).interceptor(stop.clone());
        let client = Client::from_conf(config.build());
        let request = client.describe_contact().instance_id("i").contact_id("c");
        assert!(request.send().await.is_err());
        stop.0.lock().expect("a lock").clone()
    }

    #[tokio::test]
    async fn requests_go_where_the_environment_says() {
        let region = |name: &str| Aws { region: Some(name.to_owned()), ..Aws::default() };
        let plain = region("eu-west-2");
        let fips = Aws { fips: true, ..region("us-east-1") };
        let dual_stack = Aws { dual_stack: true, ..region("us-east-1") };
        let elsewhere =
            Aws { endpoint_url: Some("http://127.0.0.1:9".to_owned()), ..region("us-east-1") };
        for (aws, host) in [
            (plain, "https://connect.eu-west-2.amazonaws.com"),
            (region("us-gov-west-1"), "https://connect.us-gov-west-1.amazonaws.com"),
            (fips, "https://connect-fips.us-east-1.amazonaws.com"),
            (dual_stack, "https://connect.us-east-1.api.aws"),
            (elsewhere, "http://127.0.0.1:9"),
        ] {
            assert_eq!(uri(&aws).await, format!("{host}/contacts/i/c"));
        }
    }
}
