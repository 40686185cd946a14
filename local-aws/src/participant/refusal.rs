//! The errors of the participant service.

use crate::connect::answer::Answer;

/// An answer that is an error.
pub(crate) type Refusal = Box<Answer>;

/// The token is not valid here.
pub(crate) fn denied() -> Refusal {
    Box::new(Answer::error(403, "AccessDeniedException", "Access denied"))
}

/// The request breaks this rule.
pub(crate) fn invalid(rule: &str) -> Refusal {
    Box::new(Answer::error(400, "ValidationException", rule))
}

/// Too many requests for the rate.
pub(crate) fn throttled() -> Refusal {
    Box::new(Answer::error(429, "ThrottlingException", "Rate exceeded"))
}
