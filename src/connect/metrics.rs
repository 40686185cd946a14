//! Counts and times the calls of Connect.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextMut,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

const TRACE_HEADER: &str = "x-amzn-trace-id";

/// The wait before a retry that the service asks for, in milliseconds.
const RETRY_AFTER_HEADER: &str = "x-amz-retry-after";

/// The attempts and the time that the calls for one chat take, retries
/// included. Also passes the invocation's trace on, and ends the retries if the
/// service asks for a wait beyond the deadline.
pub struct CallMetrics {
    attempts: Arc<AtomicU32>,
    micros: AtomicU64,
    trace_id: Option<Arc<str>>,
    deadline: Instant,
    must_wait_too_long: Arc<AtomicBool>,
}

impl CallMetrics {
    /// Starts at zero. The trace id is the value of `X-Amzn-Trace-Id`.
    #[must_use]
    pub fn new(trace_id: Option<&str>, deadline: Instant) -> Self {
        Self {
            attempts: Arc::default(),
            micros: AtomicU64::new(0),
            trace_id: trace_id.map(Arc::from),
            deadline,
            must_wait_too_long: Arc::default(),
        }
    }

    /// The requests sent so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Returns true if Connect has asked for a wait beyond the deadline.
    #[must_use]
    pub fn must_wait_too_long(&self) -> bool {
        self.must_wait_too_long.load(Ordering::Relaxed)
    }

    /// The time spent waiting for Connect so far.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }

    pub(super) fn interceptor(&self) -> InterceptAttempts {
        InterceptAttempts {
            attempts: Arc::clone(&self.attempts),
            trace_id: self.trace_id.clone(),
            deadline: self.deadline,
            must_wait_too_long: Arc::clone(&self.must_wait_too_long),
        }
    }

    /// Adds the time that `call` takes, even if it is given up.
    pub(super) async fn time<T>(&self, call: impl Future<Output = T>) -> T {
        let _stop = Stop { metrics: self, since: Instant::now() };
        call.await
    }
}

struct Stop<'a> {
    metrics: &'a CallMetrics,
    since: Instant,
}

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        let micros = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.metrics.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// Intercepts each attempt of the SDK.
#[derive(Debug)]
pub(super) struct InterceptAttempts {
    attempts: Arc<AtomicU32>,
    trace_id: Option<Arc<str>>,
    deadline: Instant,
    must_wait_too_long: Arc<AtomicBool>,
}

impl Intercept for InterceptAttempts {
    fn name(&self) -> &'static str {
        "InterceptAttempts"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        if let Some(trace_id) = &self.trace_id {
            let headers = context.request_mut().headers_mut();
            headers.try_insert(TRACE_HEADER, trace_id.to_string())?;
        }
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // The caller learns more from this error than from a timeout.
        let wait = context.response().and_then(retry_after);
        if wait.is_some_and(|wait| Instant::now() + wait >= self.deadline) {
            self.must_wait_too_long.store(true, Ordering::Relaxed);
            config.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }
}

fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let millis: u32 = response.headers().get(RETRY_AFTER_HEADER)?.parse().ok()?;
    Some(Duration::from_millis(millis.into()))
}
