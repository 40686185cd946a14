//! The SDK's client of Amazon Connect, made once per execution environment.

use aws_config::SdkConfig;
use aws_sdk_connect::Client;
use aws_sdk_connect::config::Builder;

use super::retry::RetryThrottles;

/// Creates a client; `endpoint_url` replaces the region's endpoint.
#[must_use]
pub fn client(sdk: &SdkConfig, endpoint_url: Option<&str>) -> Client {
    let mut config = Builder::from(sdk).retry_classifier(RetryThrottles);
    config.set_endpoint_url(endpoint_url.map(str::to_owned));
    Client::from_conf(config.build())
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
    use crate::config::Aws;
    use crate::sdk;

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
        let client = client(&sdk::config(aws), aws.connect_endpoint.as_deref());
        let config = client.config().to_builder();
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
            Aws { connect_endpoint: Some("http://127.0.0.1:9".to_owned()), ..region("us-east-1") };
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
