//! Faults of Amazon Connect on demand.

use std::sync::Mutex;
use std::time::Duration;

use super::operation::Operation;
use crate::lock::lock;

/// The effect of a fault on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The request is handled normally.
    None,
    /// The request is rejected with this status and error type.
    Status(u16, String),
    /// The answer is this status, content type and body.
    Raw(u16, String, Vec<u8>),
    /// The connection is reset before the request is handled.
    Reset,
    /// The request is handled, and the connection is reset.
    ResetAfterStart,
    /// The answer lacks this member.
    Without(String),
    /// There is no answer.
    BlackHole,
}

/// A fault: its effect, the operation that it concerns (any by default) and how often it occurs
/// (once by default).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) effect: Effect,
    pub(crate) on: Operation,
    pub(crate) times: Option<usize>,
    pub(crate) delay: Duration,
    pub(crate) body_delay: Duration,
    pub(crate) message: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) close: bool,
}

impl Fault {
    pub(crate) fn with(effect: Effect) -> Self {
        Self {
            effect,
            on: Operation::Any,
            times: Some(1),
            delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            message: "This fault was requested.".to_owned(),
            headers: Vec::new(),
            close: false,
        }
    }

    /// Returns true if the connection is reset before the request is handled.
    pub(crate) fn resets(&self) -> bool {
        self.effect == Effect::Reset
    }

    /// The request is rejected with this status and error type, or without a type if it is empty.
    #[must_use]
    pub fn status(status: u16, error_type: impl Into<String>) -> Self {
        Self::with(Effect::Status(status, error_type.into()))
    }

    /// The connection is reset before the request is handled.
    #[must_use]
    pub fn reset() -> Self {
        Self::with(Effect::Reset)
    }

    /// The request is handled, and the connection is reset in place of an answer.
    #[must_use]
    pub fn reset_after_start() -> Self {
        Self::with(Effect::ResetAfterStart)
    }

    /// The request is handled after a delay.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self::with(Effect::None).after(delay)
    }

    /// The body of the answer follows its head after a delay.
    #[must_use]
    pub fn slow_body(delay: Duration) -> Self {
        Self { body_delay: delay, ..Self::with(Effect::None) }
    }

    /// The answer is a 200 whose body is not JSON.
    #[must_use]
    pub fn garbage() -> Self {
        Self::raw(200, "application/json", "<html>not JSON</html>")
    }

    /// The answer is a 200 without a body.
    #[must_use]
    pub fn empty() -> Self {
        Self::raw(200, "application/json", "")
    }

    /// The answer lacks this member.
    #[must_use]
    pub fn without(member: impl Into<String>) -> Self {
        Self::with(Effect::Without(member.into()))
    }

    /// There is no answer, and the connection stays open.
    #[must_use]
    pub fn black_hole() -> Self {
        Self::with(Effect::BlackHole)
    }

    /// The answer is this status, content type and body.
    #[must_use]
    pub fn raw(status: u16, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::with(Effect::Raw(status, content_type.into(), body.into()))
    }

    /// The connection is closed after the answer, without a `Connection: close` header.
    #[must_use]
    pub fn close_after_answer() -> Self {
        Self { close: true, ..Self::with(Effect::None) }
    }

    /// Sets how often the fault occurs.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// Makes the fault occur until faults are cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Limits the fault to an operation.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.on = operation;
        self
    }

    /// Sets the message of the error.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a delay before the request is handled.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// The pending faults, in order.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        lock(&self.0).push(fault);
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        lock(&self.0).clone()
    }

    /// Takes the next fault for an operation.
    pub(crate) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut faults = lock(&self.0);
        faults.retain(|fault| fault.times != Some(0));
        let fault = faults.iter_mut().find(|fault| fault.on.includes(operation))?;
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_occur_in_order_for_their_operation() {
        let faults = Faults::default();
        faults.add(Fault::status(500, "A").on(Operation::DescribeContact));
        faults.add(Fault::status(501, "B").times(2));
        faults.add(Fault::status(502, "C").always());
        let taken = |operation| faults.take(operation).map(|fault| fault.effect);
        let status = |status, kind: &str| Some(Effect::Status(status, kind.to_owned()));
        assert_eq!(taken(Operation::StartChatContact), status(501, "B"));
        assert_eq!(taken(Operation::DescribeContact), status(500, "A"));
        assert_eq!(taken(Operation::DescribeContact), status(501, "B"));
        for _ in 0..5 {
            assert_eq!(taken(Operation::StartChatContact), status(502, "C"));
        }
        faults.clear();
        assert_eq!(taken(Operation::StartChatContact), None);
    }
}
