//! Keeps a batch from asking more of Connect than Connect takes.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::connect::ConnectError;

/// How many calls of a batch may be in flight: `StartChatContact`'s burst
/// (Amazon Connect service quotas).
pub(crate) const IN_FLIGHT: usize = 8;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The pace of one batch: when Connect throttles one call, all of them pause.
pub(crate) struct Pace {
    state: Mutex<State>,
    retries: bool,
}

struct State {
    resume: Instant,
    pause: Duration,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State { resume: Instant::now(), pause: FIRST_PAUSE }),
            retries: true,
        }
    }

    /// For a single chat: its caller is told of the throttling instead.
    pub(crate) fn none() -> Self {
        Self { retries: false, ..Self::new() }
    }

    /// Makes a call until it is not throttled. The caller sets the deadline.
    pub(crate) async fn keep<T, F>(&self, call: impl Fn() -> F) -> Result<T, ConnectError>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        loop {
            self.wait().await;
            match call().await {
                Err(error) if self.retries && error.is_throttle() => self.slow_down(),
                answer => {
                    self.change(|state| state.pause = FIRST_PAUSE);
                    return answer;
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

    /// Several calls throttled at once make for one pause.
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
