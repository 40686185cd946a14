//! What one invocation brings along, and what is noted on the way.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;
use tokio::time::Instant;
use tracing::Level;

use crate::connect::{ConnectError, Meter, StartedChat};
use crate::error::Error;
use crate::telemetry::ChatLine;
use crate::trigger::Key;

/// Kept back from the deadline to answer in.
const RESERVE: Duration = Duration::from_millis(500);

/// The time allowed where the deadline is past already, as `cargo lambda
/// watch` sends it.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(25);

/// The longest cause that is logged, in characters.
const LONGEST_CAUSE: usize = 1_000;

/// What one invocation brings along.
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) trace_id: Option<String>,
    pub(super) deadline: Instant,
    since: Instant,
    /// Until a line has told of it.
    cold_start: AtomicBool,
}

/// What is recorded of one chat for its log line.
pub(super) struct Record<'a> {
    invocation: &'a Invocation,
    pub(super) meter: Meter,
    pub(super) ignored: String,
    pub(super) contact_flow_id: Option<String>,
}

impl Invocation {
    pub(super) fn new(context: &Context, cold_start: bool) -> Self {
        let since = Instant::now();
        Self {
            request_id: context.request_id.clone(),
            trace_id: context.xray_trace_id.clone(),
            deadline: since + time_allowed(context.deadline, SystemTime::now()),
            since,
            cold_start: AtomicBool::new(cold_start),
        }
    }

    /// The key of a request that has none of its own.
    pub(super) fn key(&self, index: usize) -> Key {
        Key::Invocation { request_id: self.request_id.clone(), index }
    }
}

impl<'a> Record<'a> {
    pub(super) fn new(invocation: &'a Invocation) -> Self {
        Self {
            invocation,
            meter: Meter::new(invocation.trace_id.as_deref()),
            ignored: String::new(),
            contact_flow_id: None,
        }
    }

    /// Logs what became of a chat.
    pub(super) fn log(&self, trigger: &'static str, chat: &Result<StartedChat, Error>, json: bool) {
        let started = chat.as_ref().ok();
        let told = chat.as_ref().err().map(Error::told);
        let cause = chat.as_ref().err().and_then(cause);
        let line = ChatLine {
            trigger,
            outcome: told.as_ref().map_or("started", |told| told.code.as_ref()),
            level: told.as_ref().map_or(Level::INFO, |told| level(told.status)),
            contact_id: started.map(StartedChat::contact_id),
            continued_from_contact_id: started.and_then(StartedChat::continued_from_contact_id),
            contact_flow_id: self.contact_flow_id.as_deref(),
            attempts: self.meter.attempts(),
            request_id: &self.invocation.request_id,
            trace_id: self.invocation.trace_id.as_deref(),
            ignored_members: &self.ignored,
            cause: cause.as_deref(),
            connect: self.meter.elapsed(),
            total: self.invocation.since.elapsed(),
            cold_start: self.invocation.cold_start.swap(false, Ordering::Relaxed),
        };
        line.report(json);
    }
}

/// The time from `now` to the deadline (epoch milliseconds) less the reserve.
fn time_allowed(deadline_millis: u64, now: SystemTime) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(deadline_millis);
    match deadline.duration_since(now) {
        Ok(left) if !left.is_zero() => left.saturating_sub(RESERVE),
        _ => WITHOUT_DEADLINE,
    }
}

/// Callers' mistakes are warnings; what the deployer must see to is an error.
fn level(status: u16) -> Level {
    if status >= 500 { Level::ERROR } else { Level::WARN }
}

/// What those who run the function need to know beyond the code.
fn cause(error: &Error) -> Option<Cow<'_, str>> {
    let cause = match error {
        Error::Connect(refused @ ConnectError::Refused { cause, .. }) => match cause {
            Some(cause) => Cow::Borrowed(cause.as_str()),
            None => Cow::Owned(refused.to_string()),
        },
        Error::Connect(ConnectError::Unavailable { cause }) => Cow::Borrowed(cause.as_str()),
        error => {
            let problems = error.problems();
            let problems: Vec<String> = problems.iter().take(10).map(ToString::to_string).collect();
            Cow::Owned(problems.join("; "))
        }
    };
    let end = cause.char_indices().nth(LONGEST_CAUSE).map(|(end, _)| end);
    let cause = match end {
        Some(end) => Cow::Owned(cause.get(..end)?.to_owned()),
        None => cause,
    };
    Some(cause).filter(|cause| !cause.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_second_of_the_time_is_kept_back() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (left_millis, allowed_millis) in [
            (29_000, 28_500),
            (501, 1),
            (500, 0),
            (1, 0),
            (0, 25_000),
            (-1, 25_000),
            (-1_000_000_000, 25_000),
        ] {
            let deadline = u64::try_from(1_000_000_000_i64 + left_millis);
            let allowed = time_allowed(deadline.unwrap_or_default(), now);
            assert_eq!(allowed, Duration::from_millis(allowed_millis), "{left_millis}");
        }
    }
}
