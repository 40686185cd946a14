//! The configuration that the clients of AWS's services share.

use std::error::Error as StdError;
use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_connect::config::SharedCredentialsProvider;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::config::{Aws, Credentials};
use crate::redact::strip_quotes;

/// The roots that AWS's endpoints chain to: Amazon Root CA 1 to 4 and
/// Starfield Services Root CA G2 (<https://www.amazontrust.com/repository/>).
const AMAZON_ROOTS: &[u8] = include_bytes!("sdk/amazon-roots.pem");

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 3;

/// Returns the configuration for the region and the credentials that the
/// environment names, with one HTTP client for all services. It never asks the
/// instance metadata service, which a function does not have, and reads no
/// profile.
#[must_use]
pub fn config(aws: &Aws) -> SdkConfig {
    let http_client = http_client(aws);
    let credentials = match aws.credentials {
        Credentials::Environment => {
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
        }
        Credentials::Container => {
            let provider = ProviderConfig::without_region().with_http_client(http_client.clone());
            let container = EcsCredentialsProvider::builder().configure(&provider).build();
            SharedCredentialsProvider::new(container)
        }
    };
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client)
        .region(aws.region.clone().map(Region::new))
        .credentials_provider(credentials)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .use_fips(aws.fips)
        .use_dual_stack(aws.dual_stack)
        .build()
}

/// The time limits of a call: the first connects, the second is one attempt's.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// Uses rustls with ring: aws-lc gathers entropy from the CPU's jitter at the
/// first handshake, which at a small memory size takes longer than all the rest.
fn http_client(aws: &Aws) -> SharedHttpClient {
    let roots = if aws.system_roots {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    };
    // Building a context does not fail; if it did, the system's roots would serve.
    let context = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
    if !aws.has_proxy {
        return Builder::new().tls_provider(TLS).tls_context(context).build_https();
    }
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(TLS)
            .tls_context(context.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// Describes an error for the log: its status, its name and its message
/// without what it quotes.
pub(crate) fn describe<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let Some(response) = error.raw_response() else {
        return strip_quotes(&last_cause(error));
    };
    let name = error.code().unwrap_or("error");
    let text = format!("{} {name}", response.status().as_u16());
    match error.message() {
        Some(message) => strip_quotes(&format!("{text}: {message}")),
        None => text,
    }
}

/// Returns the words of the last cause of an error without a response. Earlier
/// ones may print the request.
pub(crate) fn last_cause<E: StdError + 'static>(error: &SdkError<E>) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match error {
        SdkError::ConstructionFailure(_) => format!("the request cannot be built: {cause}"),
        SdkError::TimeoutError(_) => "no response in time".to_owned(),
        _ => format!("no response: {cause}"),
    }
}
