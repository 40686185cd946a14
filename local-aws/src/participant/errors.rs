//! The errors of the participant service.

use crate::connect::answer::{Answer, ErrorAnswer};

/// The error of a request with an invalid token.
pub(crate) fn denied() -> ErrorAnswer {
    Box::new(Answer::error(403, "AccessDeniedException", "Access denied"))
}

/// The error of an invalid request.
pub(crate) fn invalid(rule: &str) -> ErrorAnswer {
    Box::new(Answer::error(400, "ValidationException", rule))
}

/// The error of a request beyond the rate limit.
pub(crate) fn throttled() -> ErrorAnswer {
    Box::new(Answer::error(429, "ThrottlingException", "Rate exceeded"))
}
