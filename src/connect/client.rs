//! The SDK's client, made once an environment.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_connect::Client;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::config::{Aws, Credentials};

/// The roots that AWS's endpoints chain to: Amazon Root CA 1 to 4 and
/// Starfield Services Root CA G2 (<https://www.amazontrust.com/repository/>).
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 3;

/// A client for the region, the credentials and the endpoint that the
/// environment names. It never asks the instance metadata service, which a
/// function has none of.
pub async fn client(aws: Aws) -> Client {
    let http_client = http_client(aws.system_roots);
    let provider = ProviderConfig::without_region().with_http_client(http_client.clone());
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client)
        .region(region())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let config = match aws.credentials {
        Credentials::Environment => {
            config.credentials_provider(EnvironmentVariableCredentialsProvider::new())
        }
        Credentials::Container => {
            let container = EcsCredentialsProvider::builder().configure(&provider);
            config.credentials_provider(container.build())
        }
        Credentials::Profile => {
            let profile = ProfileFileCredentialsProvider::builder().configure(&provider);
            config.credentials_provider(profile.build())
        }
    };
    Client::new(&config.load().await)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

fn region() -> RegionProviderChain {
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new())
}

/// rustls with ring: aws-lc gathers entropy from the CPU's jitter at the first
/// handshake, which at a small memory size takes longer than all the rest.
fn http_client(system_roots: bool) -> SharedHttpClient {
    let roots = if system_roots {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    };
    let context = TlsContext::builder().with_trust_store(roots).build();
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    // Building a context does not fail; if it did, the system's roots would do.
    builder
        .tls_context(context.unwrap_or_default())
        .build_https()
}
