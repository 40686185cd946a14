//! Slows a batch down when Connect throttles it.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::connect::{CallMetrics, ConnectError};

/// The most calls of a batch in flight: the burst of `StartChatContact`
/// (Amazon Connect service quotas).
pub(crate) const IN_FLIGHT: usize = 8;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The backoff of one batch: when Connect throttles one call, all of them pause.
pub(crate) struct Backoff {
    state: Mutex<State>,
    retries: bool,
}

struct State {
    resume: Instant,
    pause: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State { resume: Instant::now(), pause: FIRST_PAUSE }),
            retries: true,
        }
    }

    /// Never retries: the throttling of a single chat is reported to its caller.
    pub(crate) fn none() -> Self {
        Self { retries: false, ..Self::new() }
    }

    /// Repeats a call until it is not throttled, unless Connect asks for a wait
    /// beyond the deadline, which the caller sets.
    pub(crate) async fn retry<T, F>(
        &self,
        metrics: &CallMetrics,
        call: impl Fn() -> F,
    ) -> Result<T, ConnectError>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        loop {
            self.wait().await;
            match call().await {
                Err(error)
                    if self.retries && error.is_throttle() && !metrics.must_wait_too_long() =>
                {
                    self.slow_down();
                }
                response => {
                    self.change(|state| state.pause = FIRST_PAUSE);
                    return response;
                }
            }
        }
    }

    async fn wait(&self) {
        loop {
            let resume = self.change(|state| state.resume);
            if resume <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(resume).await;
        }
    }

    /// Pauses all calls; several that are throttled at once make one pause.
    fn slow_down(&self) {
        self.change(|state| {
            let now = Instant::now();
            if state.resume <= now {
                state.resume = now + state.pause;
                state.pause = (state.pause * 2).min(LONGEST_PAUSE);
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let state = self.state.lock();
        change(&mut state.unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
