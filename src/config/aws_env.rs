//! The environment variables of Lambda and of AWS's SDKs.

/// The environment of the process.
#[derive(Clone, Debug)]
pub struct Process {
    /// True if Lambda (or a stand-in for it) runs the process.
    pub in_lambda: bool,
    /// The address of the Runtime API, if the environment serves several
    /// invocations at a time: `AWS_LAMBDA_MAX_CONCURRENCY` is more than one.
    pub concurrent_runtime_api: Option<String>,
    /// The configuration of AWS's SDK.
    pub aws: Aws,
    /// True if every log line is JSON.
    pub json_logs: bool,
    /// The lowest level to log, as it was set.
    pub log_level: Option<String>,
}

/// The configuration of AWS's SDK. These variables are the SDK's own; they are
/// read here because its loader for them also brings profiles, STS and SSO,
/// which a function never uses and each cold start would pay for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable of its own")]
pub struct Aws {
    /// The region: `AWS_REGION`, which Lambda sets, else `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
    /// An endpoint that replaces the region's for Amazon Connect:
    /// `AWS_ENDPOINT_URL_CONNECT`, else `AWS_ENDPOINT_URL`, unless
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    pub connect_endpoint: Option<String>,
    /// The same for DynamoDB: `AWS_ENDPOINT_URL_DYNAMODB`.
    pub dynamodb_endpoint: Option<String>,
    /// The same for `EventBridge`: `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    pub event_bridge_endpoint: Option<String>,
    /// True if a proxy is configured: `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`,
    /// also in lower case.
    pub has_proxy: bool,
    /// True to call the FIPS endpoint: `AWS_USE_FIPS_ENDPOINT`.
    pub fips: bool,
    /// True to call the dual-stack endpoint: `AWS_USE_DUALSTACK_ENDPOINT`.
    pub dual_stack: bool,
    /// True to trust the system's root certificates instead of Amazon's.
    pub system_roots: bool,
    /// The source of the credentials.
    pub credentials: Credentials,
    /// True if Lambda creates the environment ahead of its first invocation:
    /// `AWS_LAMBDA_INITIALIZATION_TYPE` is `provisioned-concurrency`.
    pub is_provisioned: bool,
}

/// A source of credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// `AWS_ACCESS_KEY_ID` and its companions, which Lambda sets.
    #[default]
    Environment,
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`, which `SnapStart` sets.
    Container,
}

/// The variables that name a proxy for AWS's services. The Runtime API is never
/// reached through one.
const PROXIES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

impl Aws {
    pub(super) fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| lookup(name).is_some();
        let is_true =
            |name| lookup(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let ignores_endpoints = is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        let endpoint = |name| {
            let own = || lookup(name).or_else(|| lookup("AWS_ENDPOINT_URL"));
            if ignores_endpoints { None } else { own() }
        };
        let in_container =
            !is_set("AWS_ACCESS_KEY_ID") && is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        Self {
            region: lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION")),
            connect_endpoint: endpoint("AWS_ENDPOINT_URL_CONNECT"),
            dynamodb_endpoint: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            event_bridge_endpoint: endpoint("AWS_ENDPOINT_URL_EVENTBRIDGE"),
            has_proxy: PROXIES.iter().any(|name| is_set(name) || is_set(&name.to_lowercase())),
            fips: is_true("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
            system_roots: is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR"),
            credentials: if in_container {
                Credentials::Container
            } else {
                Credentials::Environment
            },
            is_provisioned: lookup("AWS_LAMBDA_INITIALIZATION_TYPE")
                .is_some_and(|kind| kind == "provisioned-concurrency"),
        }
    }
}

impl Process {
    /// Reads the variables of Lambda, AWS's SDKs and OpenSSL.
    #[must_use]
    pub fn from_env() -> Self {
        let runtime_api = variable("AWS_LAMBDA_RUNTIME_API");
        let concurrency =
            variable("AWS_LAMBDA_MAX_CONCURRENCY").and_then(|value| value.parse().ok());
        Self {
            in_lambda: runtime_api.is_some(),
            concurrent_runtime_api: runtime_api.filter(|_| concurrency > Some(1_u32)),
            aws: Aws::read(variable),
            json_logs: variable("AWS_LAMBDA_LOG_FORMAT")
                .is_some_and(|format| format.eq_ignore_ascii_case("json")),
            log_level: variable("AWS_LAMBDA_LOG_LEVEL").or(variable("RUST_LOG")),
        }
    }
}

/// Returns a fault for each endpoint that is not an HTTP URL. The SDK would
/// find it at the first call, and print the request then.
pub(super) fn invalid_endpoints(lookup: impl Fn(&str) -> Option<String>) -> Vec<String> {
    const NAMES: [&str; 4] = [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_CONNECT",
        "AWS_ENDPOINT_URL_EVENTBRIDGE",
        "AWS_ENDPOINT_URL_DYNAMODB",
    ];
    let invalid = NAMES.iter().filter(|name| lookup(name).is_some_and(|url| !is_http_url(&url)));
    invalid.map(|name| format!("{name} must be a URL such as https://example.com")).collect()
}

fn is_http_url(text: &str) -> bool {
    let is_http = |uri: &http::Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = |uri: &http::Uri| uri.host().is_some_and(|host| !host.is_empty());
    text.parse().is_ok_and(|uri| is_http(&uri) && has_host(&uri))
}

/// Returns a variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the only reader of the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(variables: &[(&str, &str)]) -> Aws {
        Aws::read(|name| {
            let set = variables.iter().find(|(set, _)| *set == name);
            set.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_region_is_lambdas_else_the_default() {
        let (region, default) = (("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "x"));
        for (variables, region) in [
            (&[][..], None),
            (&[region], Some("eu-west-1")),
            (&[default], Some("x")),
            (&[default, region], Some("eu-west-1")),
        ] {
            assert_eq!(aws(variables).region.as_deref(), region, "{variables:?}");
        }
    }

    #[test]
    fn connects_own_endpoint_comes_before_that_of_all_services() {
        let (own, all) = (("AWS_ENDPOINT_URL_CONNECT", "own"), ("AWS_ENDPOINT_URL", "all"));
        let ignore = |value| ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", value);
        for (variables, url) in [
            (&[][..], None),
            (&[own], Some("own")),
            (&[all], Some("all")),
            (&[all, own], Some("own")),
            (&[own, ignore("false")], Some("own")),
            (&[all, own, ignore("True")], None),
        ] {
            assert_eq!(aws(variables).connect_endpoint.as_deref(), url, "{variables:?}");
        }
    }

    #[test]
    fn endpoints_are_the_plain_ones_unless_asked() {
        for (value, is_set) in [("true", true), ("TRUE", true), ("false", false), ("1", false)] {
            assert_eq!(aws(&[("AWS_USE_FIPS_ENDPOINT", value)]).fips, is_set);
            assert_eq!(aws(&[("AWS_USE_DUALSTACK_ENDPOINT", value)]).dual_stack, is_set);
        }
    }

    #[test]
    fn credentials_in_the_environment_come_before_a_containers() {
        let key = ("AWS_ACCESS_KEY_ID", "key");
        let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/");
        for (variables, credentials) in [
            (&[][..], Credentials::Environment),
            (&[key], Credentials::Environment),
            (&[uri], Credentials::Container),
            (&[uri, key], Credentials::Environment),
        ] {
            assert_eq!(aws(variables).credentials, credentials, "{variables:?}");
        }
    }

    #[test]
    fn only_provisioned_environments_are_made_ahead() {
        for (kind, is_provisioned) in
            [("provisioned-concurrency", true), ("on-demand", false), ("snap-start", false)]
        {
            let aws = aws(&[("AWS_LAMBDA_INITIALIZATION_TYPE", kind)]);
            assert_eq!(aws.is_provisioned, is_provisioned, "{kind}");
        }
    }

    #[test]
    fn endpoints_are_urls() {
        for (url, is_valid) in [
            ("https://vpce-0abc.connect.us-east-1.vpce.amazonaws.com", true),
            ("http://127.0.0.1:9000", true),
            ("HTTPS://example.com/path", true),
            ("vpce-0abc.connect.us-east-1.vpce.amazonaws.com", false),
            ("https://example.com ", false),
            (" https://example.com", false),
            ("https://", false),
            ("https:example.com", false),
            ("ftp://example.com", false),
            ("/path", false),
            ("x", false),
        ] {
            for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CONNECT"] {
                let faults = invalid_endpoints(|asked| (asked == name).then(|| url.to_owned()));
                assert_eq!(faults.is_empty(), is_valid, "{url}: {faults:?}");
            }
        }
    }
}
