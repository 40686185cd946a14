//! The earlier chats of a customer: the latest, which may be continued, and the
//! running one, which may be returned.

use crate::request::RehydrationType;

/// The fate of an earlier chat, as the response says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastChat {
    /// The customer is still in it: it is returned instead of a new one.
    Running,
    /// The caller may not continue it.
    NotContinued,
    /// There is none.
    Absent,
}

impl PastChat {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::NotContinued => "not-continued",
            Self::Absent => "none",
        }
    }
}

/// The wish to continue the customer's latest chat.
#[derive(Clone, Copy)]
pub(super) struct LatestChat {
    pub(super) rehydration_type: RehydrationType,
    /// True if the request asks for it, false if a setting does.
    pub(super) is_required: bool,
}

/// The rule for a running chat of the customer in the same flow.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum RunningRule {
    /// It is not looked for.
    #[default]
    Ignore,
    /// It is not looked for; the new chat takes its place in the table.
    Replace,
    /// It is returned.
    Return,
}
