//! Counts and times the calls of Connect.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

const TRACE_HEADER: &str = "x-amzn-trace-id";

/// The attempts and the time that the calls for one chat take, retries
/// included. Also passes the invocation's trace on.
pub struct CallMetrics {
    attempts: Arc<AtomicU32>,
    micros: AtomicU64,
    trace_id: Option<Arc<str>>,
}

impl CallMetrics {
    /// Starts at zero. The trace id is the value of `X-Amzn-Trace-Id`.
    #[must_use]
    pub fn new(trace_id: Option<&str>) -> Self {
        Self {
            attempts: Arc::default(),
            micros: AtomicU64::new(0),
            trace_id: trace_id.map(Arc::from),
        }
    }

    /// The requests sent so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// The time spent waiting for Connect so far.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }

    pub(super) fn interceptor(&self) -> CountAttempts {
        CountAttempts { attempts: Arc::clone(&self.attempts), trace_id: self.trace_id.clone() }
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
pub(super) struct CountAttempts {
    attempts: Arc<AtomicU32>,
    trace_id: Option<Arc<str>>,
}

impl Intercept for CountAttempts {
    fn name(&self) -> &'static str {
        "CountAttempts"
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
}
