//! What of the environment is not a setting of the function.

/// How the process itself runs.
#[derive(Clone, Debug)]
pub struct Process {
    /// Whether Lambda (or a stand-in for it) runs it.
    pub in_lambda: bool,
    /// How to reach AWS.
    pub aws: Aws,
    /// Whether every log line is to be JSON.
    pub json_logs: bool,
    /// The least level to log, as it was set.
    pub log_level: Option<String>,
}

/// How the process reaches AWS, where the SDK does not look itself.
#[derive(Clone, Copy, Debug)]
pub struct Aws {
    /// Whether to trust the system's root certificates in place of Amazon's.
    pub system_roots: bool,
    /// Where the credentials are.
    pub credentials: Credentials,
}

/// Where credentials are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// In `AWS_ACCESS_KEY_ID` and its like, where Lambda puts them.
    Environment,
    /// At `AWS_CONTAINER_CREDENTIALS_FULL_URI`, where `SnapStart` has them.
    Container,
    /// In a developer's profile.
    Profile,
}

impl Aws {
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| lookup(name).is_some();
        let credentials = if is_set("AWS_ACCESS_KEY_ID") {
            Credentials::Environment
        } else if is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            Credentials::Container
        } else {
            Credentials::Profile
        };
        Self {
            system_roots: is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR"),
            credentials,
        }
    }
}

impl Process {
    /// Reads the variables that Lambda, AWS's SDKs and OpenSSL go by.
    #[must_use]
    pub fn from_env() -> Self {
        Self {
            in_lambda: variable("AWS_LAMBDA_RUNTIME_API").is_some(),
            aws: Aws::read(variable),
            json_logs: variable("AWS_LAMBDA_LOG_FORMAT")
                .is_some_and(|format| format.eq_ignore_ascii_case("json")),
            log_level: variable("AWS_LAMBDA_LOG_LEVEL").or(variable("RUST_LOG")),
        }
    }
}

/// A variable that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the only reader of the environment"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
