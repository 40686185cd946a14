//! One invocation, and the record of each chat for the log.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;
use tokio::time::Instant;
use tracing::Level;

use crate::connect::{CallMetrics, ConnectError, StartedChat};
use crate::error::Error;
use crate::policy::PastChat;
use crate::telemetry::ChatLine;
use crate::trigger::{Cause, InvocationKey};

/// The time before the deadline that is kept to respond in.
const RESERVE: Duration = Duration::from_millis(500);

/// The time allowed if the deadline is past already, as `cargo lambda watch`
/// sends it.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(25);

/// The longest cause in the log, in characters.
const MAX_CAUSE: usize = 1_000;

/// The most invalid parts of a request in the log.
const MAX_FIELD_ERRORS: usize = 10;

/// An invocation, as far as the steps need to know it.
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) trace_id: Option<String>,
    /// The version of the function, for alarms on a version that is being deployed.
    function_version: String,
    pub(super) function_arn: String,
    pub(super) deadline: Instant,
    start: Instant,
    /// True if a cold start has yet to be logged.
    cold_start: AtomicBool,
}

/// The record of one chat, for its log line.
pub(super) struct ChatRecord<'a> {
    trigger: &'static str,
    key: InvocationKey<'a>,
    pub(super) invocation: &'a Invocation,
    pub(super) metrics: CallMetrics,
    pub(super) ignored: String,
    pub(super) contact_flow_id: Option<String>,
    /// The contact of a chat whose result may not be published.
    pub(super) contact_id: Option<String>,
    /// True if the result is published.
    pub(super) is_published: bool,
    pub(super) cause: Cause,
    pub(super) publish_failure: Option<String>,
    pub(super) table_failure: Option<String>,
}

impl Invocation {
    pub(super) fn new(context: &Context, is_cold: bool) -> Self {
        let start = Instant::now();
        Self {
            request_id: context.request_id.clone(),
            trace_id: context.xray_trace_id.clone(),
            function_version: context.env_config.version.clone(),
            function_arn: context.invoked_function_arn.clone(),
            deadline: start + time_allowed(context.deadline, SystemTime::now()),
            start,
            cold_start: AtomicBool::new(is_cold),
        }
    }

    /// The key of a request that has none of its own.
    pub(super) fn key(&self, index: usize) -> InvocationKey<'_> {
        InvocationKey { request_id: &self.request_id, index }
    }
}

impl<'a> ChatRecord<'a> {
    pub(super) fn new(
        trigger: &'static str,
        key: InvocationKey<'a>,
        invocation: &'a Invocation,
    ) -> Self {
        Self {
            trigger,
            key,
            invocation,
            metrics: CallMetrics::new(
                invocation.trace_id.as_deref(),
                invocation.deadline.into_std(),
            ),
            ignored: String::new(),
            contact_flow_id: None,
            contact_id: None,
            is_published: false,
            cause: Cause::default(),
            publish_failure: None,
            table_failure: None,
        }
    }

    /// Returns true if the caller reads the chat from the response.
    pub(super) fn is_http(&self) -> bool {
        self.trigger.starts_with("http")
    }

    /// The id of this attempt to start a chat of a customer.
    pub(super) fn attempt_id(&self) -> String {
        format!("{}/{}", self.key.request_id, self.key.index)
    }

    /// Logs what became of the chat.
    pub(super) fn log(&self, chat: &Result<StartedChat, Error>, json: bool) {
        let started = chat.as_ref().ok();
        let code = chat.as_ref().err().map(|error| error.response().code);
        let cause = chat.as_ref().err().and_then(cause);
        let is_running = started.is_some_and(|chat| chat.past_chat() == Some(PastChat::Running));
        let outcome = if is_running { "running" } else { "started" };
        let line = ChatLine {
            trigger: self.trigger,
            outcome: code.as_ref().map_or(outcome, |code| code.name()),
            level: match &code {
                None if self.publish_failure.is_some() => Level::ERROR,
                None if self.table_failure.is_some() => Level::WARN,
                None => Level::INFO,
                Some(code) if code.needs_operator() => Level::ERROR,
                Some(_) => Level::WARN,
            },
            contact_id: started.map(StartedChat::contact_id).or(self.contact_id.as_deref()),
            continued_from_contact_id: started.and_then(StartedChat::continued_from_contact_id),
            contact_flow_id: self.contact_flow_id.as_deref(),
            attempts: self.metrics.attempts(),
            request_id: &self.invocation.request_id,
            trace_id: self.invocation.trace_id.as_deref(),
            function_version: &self.invocation.function_version,
            ignored_members: &self.ignored,
            cause: cause.as_deref(),
            table_failure: self.table_failure.as_deref(),
            publish_failure: self.publish_failure.as_deref(),
            connect: self.metrics.elapsed(),
            total: self.invocation.start.elapsed(),
            cold_start: self.invocation.cold_start.swap(false, Ordering::Relaxed),
        };
        line.write(json);
    }
}

/// Returns the time from `now` to the deadline (epoch milliseconds) less the reserve.
fn time_allowed(deadline_millis: u64, now: SystemTime) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(deadline_millis);
    match deadline.duration_since(now) {
        Ok(left) if !left.is_zero() => left.saturating_sub(RESERVE),
        _ => WITHOUT_DEADLINE,
    }
}

/// Returns what those who run the function need to know beyond the code.
fn cause(error: &Error) -> Option<Cow<'_, str>> {
    let cause = match error {
        Error::Connect(
            ConnectError::Service { cause: Some(cause), .. } | ConnectError::Unavailable { cause },
        ) => Cow::Borrowed(cause.as_str()),
        Error::Connect(error) => Cow::Owned(error.to_string()),
        error => {
            let errors = error.field_errors();
            let listed = errors.listed().iter().take(MAX_FIELD_ERRORS);
            let listed: Vec<String> = listed.map(ToString::to_string).collect();
            if listed.is_empty() { Cow::Owned(error.to_string()) } else { listed.join("; ").into() }
        }
    };
    let end = cause.char_indices().nth(MAX_CAUSE).map(|(end, _)| end);
    match end {
        Some(end) => Some(Cow::Owned(cause.get(..end)?.to_owned())),
        None => Some(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_second_is_kept_to_respond_in() {
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
