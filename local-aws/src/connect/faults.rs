//! Faults on demand: what Amazon Connect does instead of, or besides, answering well.

use std::sync::Mutex;
use std::time::Duration;

use crate::lock;

/// An operation of Amazon Connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `PUT /contact/chat`
    StartChatContact,
    /// `GET /contacts/{InstanceId}/{ContactId}`
    DescribeContact,
    /// `POST /contact/stop`
    StopContact,
    /// `POST /participant/connection`
    CreateParticipantConnection,
    /// `POST /participant/message`
    SendMessage,
    /// `POST /participant/event`
    SendEvent,
    /// `POST /participant/transcript`
    GetTranscript,
    /// `POST /participant/disconnect`
    DisconnectParticipant,
    /// A frame of a chat on its way to the customer; it can be delayed, or lost with its websocket (reset).
    WebsocketFrame,
    /// Any of Amazon Connect's first three. Those of the participant service have to be named.
    Any,
}

impl Operation {
    const ALL: [Self; 10] = [
        Self::StartChatContact,
        Self::DescribeContact,
        Self::StopContact,
        Self::CreateParticipantConnection,
        Self::SendMessage,
        Self::SendEvent,
        Self::GetTranscript,
        Self::DisconnectParticipant,
        Self::WebsocketFrame,
        Self::Any,
    ];

    fn is_any(self) -> bool {
        [Self::StartChatContact, Self::DescribeContact, Self::StopContact].contains(&self)
    }

    /// The operation's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StartChatContact => "StartChatContact",
            Self::DescribeContact => "DescribeContact",
            Self::StopContact => "StopContact",
            Self::CreateParticipantConnection => "CreateParticipantConnection",
            Self::SendMessage => "SendMessage",
            Self::SendEvent => "SendEvent",
            Self::GetTranscript => "GetTranscript",
            Self::DisconnectParticipant => "DisconnectParticipant",
            Self::WebsocketFrame => "WebsocketFrame",
            Self::Any => "Any",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }
}

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is answered as usual.
    Usual,
    /// It is refused with this status and error type.
    Status(u16, String),
    /// It is answered with these bytes.
    Raw(u16, String, Vec<u8>),
    /// The connection is reset before anything is done.
    Reset,
    /// It is done, and the connection is reset.
    ResetAfterStart,
    /// It is answered as usual but without this member.
    Without(String),
    /// It is never answered.
    BlackHole,
}

/// A fault: what happens, to which operation, how often. Once and to any operation, unless told otherwise.
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
    pub(crate) fn of(effect: Effect) -> Self {
        Self {
            effect,
            on: Operation::Any,
            times: Some(1),
            delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            message: "a fault was asked for".to_owned(),
            headers: Vec::new(),
            close: false,
        }
    }

    /// Whether the connection is reset before anything is done.
    pub(crate) fn resets(&self) -> bool {
        self.effect == Effect::Reset
    }

    /// The request is refused with this status and error type; with an empty type, without one.
    #[must_use]
    pub fn status(status: u16, error_type: impl Into<String>) -> Self {
        Self::of(Effect::Status(status, error_type.into()))
    }

    /// The connection is reset before anything is done.
    #[must_use]
    pub fn reset() -> Self {
        Self::of(Effect::Reset)
    }

    /// The request is done, and the connection is reset instead of an answer.
    #[must_use]
    pub fn reset_after_start() -> Self {
        Self::of(Effect::ResetAfterStart)
    }

    /// Nothing is done before this time has passed; then all goes as usual.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self::of(Effect::Usual).after(delay)
    }

    /// The answer's head comes at once, its body only after this time.
    #[must_use]
    pub fn slow_body(delay: Duration) -> Self {
        Self { body_delay: delay, ..Self::of(Effect::Usual) }
    }

    /// A 200 whose body is not JSON.
    #[must_use]
    pub fn garbage() -> Self {
        Self::raw(200, "application/json", "<html>not JSON</html>")
    }

    /// A 200 without a body.
    #[must_use]
    pub fn empty() -> Self {
        Self::raw(200, "application/json", "")
    }

    /// The usual answer without this member.
    #[must_use]
    pub fn without(member: impl Into<String>) -> Self {
        Self::of(Effect::Without(member.into()))
    }

    /// The request is never answered, and the connection stays open.
    #[must_use]
    pub fn black_hole() -> Self {
        Self::of(Effect::BlackHole)
    }

    /// An answer of these very bytes.
    #[must_use]
    pub fn raw(status: u16, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::of(Effect::Raw(status, content_type.into(), body.into()))
    }

    /// The usual answer, after which the connection is closed without a word.
    #[must_use]
    pub fn close_after_answer() -> Self {
        Self { close: true, ..Self::of(Effect::Usual) }
    }

    /// The same, so many times.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// The same, until faults are cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// The same, to this operation only.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.on = operation;
        self
    }

    /// The same with this message in the body.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same after this time.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// The faults that are still to come, first come first served.
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

    /// The fault for this request, used up once.
    pub(crate) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut faults = lock(&self.0);
        faults.retain(|fault| fault.times != Some(0));
        let meets = |fault: &&mut Fault| {
            fault.on == operation || (fault.on == Operation::Any && operation.is_any())
        };
        let fault = faults.iter_mut().find(meets)?;
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_order_for_their_operation_so_many_times() {
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
