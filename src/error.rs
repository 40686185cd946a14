//! Everything that can go wrong on the way to a chat, and the one table of
//! what callers are told of it.

use std::borrow::Cow;

use crate::connect::ConnectError;
use crate::policy::Refused;
use crate::problem::Problem;
use crate::request::Invalid;
use crate::trigger::Unreadable;

/// Why no chat was started: the sum of the steps' errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no request in what was sent.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The request breaks the API's rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The caller may not ask for it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Connect did not start it.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Time ran out before Connect had answered.
    #[error("no answer before the deadline")]
    TimedOut,
    /// A bug: something panicked.
    #[error("the function has a bug")]
    Panicked,
}

/// What a caller is told of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The HTTP status.
    pub status: u16,
    /// The name of the failure: `code` over HTTP, `errorType` to Lambda.
    pub code: Cow<'static, str>,
    /// What kind of failure it is, in words.
    pub title: &'static str,
    /// What to make of it.
    pub detail: Cow<'static, str>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

const VALIDATION: &str = "ValidationException";
const INVALID: &str = "The request is not valid";
const FORBIDDEN: &str = "Not allowed";
const BUSY: &str = "Too many requests";
const UNAVAILABLE: &str = "Amazon Connect is not available";

impl Error {
    /// What callers are told: the one table of statuses and codes.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Unreadable(unreadable) => unreadable_told(unreadable),
            Self::Invalid(_) => {
                told(400, VALIDATION, INVALID, "The request breaks the rules listed in errors.")
            }
            Self::Refused(refused) => refused_told(refused),
            Self::Connect(error) => connect_told(error),
            Self::TimedOut => told(
                504,
                "TimeoutException",
                "Timed out",
                "Amazon Connect did not answer in time. The chat may have been started; repeat the request under the same idempotency key.",
            ),
            Self::Panicked => told(
                500,
                "InternalError",
                "Internal error",
                "The function failed. Its log has more.",
            ),
        }
    }

    /// What is wrong with the request, each with its place.
    #[must_use]
    pub fn problems(&self) -> Cow<'_, [Problem]> {
        match self {
            Self::Invalid(invalid) => Cow::Borrowed(&invalid.problems),
            Self::Refused(Refused::Forbidden(problems)) => Cow::Borrowed(problems),
            Self::Refused(Refused::NoRoom(problem)) => Cow::Owned(vec![problem.clone()]),
            Self::Unreadable(
                unreadable @ (Unreadable::NotAnObject(_)
                | Unreadable::NotJson { .. }
                | Unreadable::TooDeep
                | Unreadable::NotUtf8
                | Unreadable::NotText
                | Unreadable::NotBase64
                | Unreadable::NoBody
                | Unreadable::Unsupported(_)),
            ) => Cow::Owned(vec![Problem::at("", unreadable.to_string())]),
            _ => Cow::Borrowed(&[]),
        }
    }
}

impl Told {
    /// Whether another try may go better, as far as is known.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.status, 409 | 429 | 500 | 503 | 504) || self.code == BAD_GATEWAY
    }
}

const BAD_GATEWAY: &str = "BadGatewayException";

fn told(
    status: u16,
    code: &'static str,
    title: &'static str,
    detail: impl Into<Cow<'static, str>>,
) -> Told {
    Told { status, code: Cow::Borrowed(code), title, detail: detail.into(), retry_after: None }
}

fn unreadable_told(unreadable: &Unreadable) -> Told {
    match unreadable {
        Unreadable::Method => told(
            405,
            "MethodNotAllowedException",
            "Method not allowed",
            "Send the request with POST.",
        ),
        Unreadable::TooLarge => told(
            413,
            "PayloadTooLargeException",
            "The request is too large",
            "The body may have at most 128 KiB.",
        ),
        Unreadable::Unsupported(_) => {
            told(400, VALIDATION, INVALID, "The event is of a kind that cannot start a chat.")
        }
        _ => told(400, VALIDATION, INVALID, "The request is not a JSON object."),
    }
}

fn refused_told(refused: &Refused) -> Told {
    const CODE: &str = "ForbiddenException";
    match refused {
        Refused::Unauthorized => {
            told(401, "UnauthorizedException", "Not authorized", "Sign in to start a chat.")
        }
        Refused::Forbidden(_) => told(
            403,
            CODE,
            FORBIDDEN,
            "The request asks for what this caller may not have; see errors.",
        ),
        Refused::Contact => {
            told(403, CODE, FORBIDDEN, "The named contact cannot be continued by this caller.")
        }
        Refused::Origin => told(403, CODE, FORBIDDEN, "Requests from this origin are not allowed."),
        Refused::NoRoom(_) => {
            told(400, VALIDATION, INVALID, "The request breaks the rules listed in errors.")
        }
        Refused::StillRunning => told(
            409,
            "ConflictException",
            "The chat is still running",
            "The chat to be continued has not ended. End it, or go on in it.",
        ),
    }
}

fn connect_told(error: &ConnectError) -> Told {
    match error {
        ConnectError::Refused { code, status, message, .. } => {
            refusal_told(code, *status, message.as_deref())
        }
        ConnectError::Unreadable => told(
            502,
            BAD_GATEWAY,
            "Amazon Connect's answer was not understood",
            "The chat may have been started; repeat the request under the same idempotency key.",
        ),
        ConnectError::Unavailable { .. } => Told {
            retry_after: Some(1),
            ..told(
                503,
                "ServiceUnavailableException",
                UNAVAILABLE,
                "Amazon Connect cannot be reached right now. Try again.",
            )
        },
    }
}

/// Connect's own errors keep Connect's own names.
fn refusal_told(code: &str, status: u16, message: Option<&str>) -> Told {
    let named = |status, title, detail: Cow<'static, str>, retry_after| Told {
        status,
        code: Cow::Owned(code.to_owned()),
        title,
        detail,
        retry_after,
    };
    match code {
        "InvalidRequestException" | "InvalidParameterException" => {
            let detail = message.map_or("Amazon Connect found the request not valid.".into(), |message| Cow::Owned(message.to_owned()));
            named(400, INVALID, detail, None)
        }
        "ResourceNotFoundException" => named(404, "Not found", "Amazon Connect knows no such flow or instance: check the flow, the instance and the region.".into(), None),
        "LimitExceededException" => named(429, BUSY, "The instance has as many chats as its quota allows. Try again later.".into(), Some(30)),
        "TooManyRequestsException" | "ThrottlingException" => named(429, BUSY, "Chats are being started faster than the account's rate allows. Try again.".into(), Some(1)),
        "InternalServiceException" => named(503, UNAVAILABLE, "Amazon Connect failed. Try again.".into(), Some(1)),
        _ if status >= 500 => Told { retry_after: Some(1), ..told(503, "ServiceUnavailableException", UNAVAILABLE, "Amazon Connect failed. Try again.") },
        "" => told(502, BAD_GATEWAY, "Amazon Connect's answer was not understood", "Amazon Connect refused the request without a reason."),
        _ => named(502, "Amazon Connect refused the function", "Amazon Connect does not let the function start this chat. Its log has more.".into(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, status: u16) -> Error {
        let words = Some("Connect's words".to_owned());
        Error::Connect(ConnectError::Refused {
            code: code.to_owned(),
            status,
            message: words.clone(),
            cause: words,
        })
    }

    fn unavailable() -> Error {
        let cause = "Connect's words".to_owned();
        Error::Connect(ConnectError::Unavailable { cause })
    }

    /// Each failure, its status and code, and whether a retry may mend it.
    #[test]
    fn the_table_of_failures() {
        let unreadable = Error::Connect(ConnectError::Unreadable);
        let same = |code: &'static str, status| (refused(code, status), status, code);
        for ((error, status, code), is_transient) in [
            ((Unreadable::NotUtf8.into(), 400, VALIDATION), false),
            ((Refused::Unauthorized.into(), 401, "UnauthorizedException"), false),
            ((Refused::Contact.into(), 403, "ForbiddenException"), false),
            ((Refused::Origin.into(), 403, "ForbiddenException"), false),
            ((Unreadable::Method.into(), 405, "MethodNotAllowedException"), false),
            ((Refused::StillRunning.into(), 409, "ConflictException"), true),
            ((Unreadable::TooLarge.into(), 413, "PayloadTooLargeException"), false),
            (same("InvalidRequestException", 400), false),
            (same("InvalidParameterException", 400), false),
            (same("ResourceNotFoundException", 404), false),
            (same("LimitExceededException", 429), true),
            (same("TooManyRequestsException", 429), true),
            ((refused("ThrottlingException", 400), 429, "ThrottlingException"), true),
            ((refused("AccessDeniedException", 403), 502, "AccessDeniedException"), false),
            ((refused("Other", 400), 502, "Other"), false),
            ((refused("", 400), 502, BAD_GATEWAY), true),
            ((unreadable, 502, BAD_GATEWAY), true),
            ((refused("InternalServiceException", 500), 503, "InternalServiceException"), true),
            ((refused("Other", 500), 503, "ServiceUnavailableException"), true),
            ((unavailable(), 503, "ServiceUnavailableException"), true),
            ((Error::TimedOut, 504, "TimeoutException"), true),
            ((Error::Panicked, 500, "InternalError"), true),
        ] {
            let told = error.told();
            assert_eq!((told.status, told.code.as_ref()), (status, code), "{error:?}");
            assert_eq!(told.is_transient(), is_transient, "{error:?}");
            let is_connects = told.detail.contains("Connect's words");
            let is_mendable = error.told().status == 400 && code != VALIDATION;
            assert_eq!(is_connects, is_mendable, "{error:?}");
            let seconds = match (status, code) {
                (429, "LimitExceededException") => Some(30),
                (429 | 503, _) => Some(1),
                _ => None,
            };
            assert_eq!(told.retry_after, seconds, "{error:?}");
        }
    }
}
