//! Names and retries of errors that the SDK does not recognize by itself.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

/// The names of errors that ask for requests to come more slowly.
pub(super) const THROTTLES: [&str; 2] = ["TooManyRequestsException", "ThrottlingException"];

/// The name of an error with status 429 that has none.
const UNNAMED_THROTTLE: &str = "TooManyRequestsException";

const TOO_MANY_REQUESTS: u16 = 429;

/// Returns the name of an error by its `x-amzn-errortype` header, which is
/// there even if its body cannot be read, or by the status 429.
pub(super) fn error_name(response: &HttpResponse) -> Option<String> {
    let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
    // AWS's protocols allow a namespace in front and a URL behind the name.
    let name = header.split(':').next().unwrap_or_default();
    let name = harmless_name(name.rsplit('#').next().unwrap_or_default());
    let is_throttle = response.status().as_u16() == TOO_MANY_REQUESTS;
    if name.is_empty() { is_throttle.then(|| UNNAMED_THROTTLE.to_owned()) } else { Some(name) }
}

/// Keeps the characters that names of errors consist of.
pub(super) fn harmless_name(name: &str) -> String {
    let is_harmless = |one: &char| one.is_ascii_alphanumeric() || ".-_".contains(*one);
    name.chars().filter(is_harmless).take(64).collect()
}

/// Retries throttles whose body the SDK cannot read, or that have no name.
#[derive(Debug)]
pub(super) struct RetryThrottles;

impl ClassifyRetry for RetryThrottles {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = context.response().filter(|response| response.status().as_u16() >= 400);
        let name = failed.and_then(error_name);
        match name {
            Some(name) if THROTTLES.contains(&name.as_str()) => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "RetryThrottles"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_before(
            RetryClassifierPriority::modeled_as_retryable_classifier(),
        )
    }
}
