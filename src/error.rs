//! The reasons for which no chat is started, and the response to each.

mod code;

use std::borrow::Cow;

pub use self::code::Code;

use crate::connect::ConnectError;
use crate::contacts::TableError;
use crate::field_error::{FieldError, FieldErrors};
use crate::policy::{ContactRefusal, PolicyError};
use crate::request::ValidationError;
use crate::results::PublishError;
use crate::trigger::PayloadError;

/// The reason for which no chat is started: the sum of the steps' errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no request in the payload.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The request breaks rules of the API.
    #[error(transparent)]
    Validation(#[from] ValidationError),
    /// The caller may not make the request.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Connect did not start the chat.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The event is older than the deployer allows.
    #[error("the event is older than EVENT_MAX_AGE_SECONDS")]
    Expired,
    /// The past chat to continue cannot be looked up.
    #[error("the contact table cannot be used: {0}")]
    Table(#[from] TableError),
    /// The chat was started, but nobody was told.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Connect did not answer before the deadline.
    #[error("no answer before the deadline")]
    Timeout,
    /// A bug: something panicked.
    #[error("the function has a bug")]
    Panic,
}

/// The response to a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorResponse {
    /// The name of the failure.
    pub code: Code,
    /// The kind of failure in words.
    pub title: &'static str,
    /// A sentence about the failure and its remedy.
    pub detail: Cow<'static, str>,
}

const INVALID: &str = "The request is not valid";
const INVALID_FIELDS: &str = "The request breaks the rules listed in errors.";
const INVALID_UNLISTED: &str = "The request breaks rules of the API.";
const FORBIDDEN_FIELDS: &str = "The caller is not allowed to make this request; see errors.";
const FORBIDDEN_UNLISTED: &str = "The caller is not allowed to make this request.";
const FORBIDDEN: &str = "Not allowed";
const BUSY: &str = "Too many requests";
const UNAVAILABLE: &str = "Amazon Connect is not available";
const UNREADABLE: &str = "Amazon Connect's response was not understood";

impl ErrorResponse {
    fn new(code: Code, title: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, title, detail: detail.into() }
    }
}

impl Error {
    /// Returns the response to the caller.
    #[must_use]
    pub fn response(&self) -> ErrorResponse {
        match self {
            Self::Payload(error) => payload_response(error),
            Self::Validation(error) => invalid(&error.errors),
            Self::Policy(error) => policy_response(error),
            Self::Connect(error) => connect_response(error),
            Self::Expired => ErrorResponse::new(
                Code::Expired,
                "The event is too old",
                "The event is older than the deployment allows. No chat was started.",
            ),
            Self::Table(_) => ErrorResponse::new(
                Code::ServiceUnavailable,
                "The customer's chats are not available",
                "The customer's latest chat cannot be looked up at the moment. Try again.",
            ),
            Self::Publish(_) => ErrorResponse::new(
                Code::ResultNotPublished,
                "The result was not published",
                "The chat was started, but its result could not be published. Its log has more information.",
            ),
            Self::Timeout => ErrorResponse::new(
                Code::Timeout,
                "Timed out",
                "Amazon Connect did not respond in time. The chat may have been started; repeat the request with the same idempotency key.",
            ),
            Self::Panic => ErrorResponse::new(
                Code::Internal,
                "Internal error",
                "The function failed. Its log has more information.",
            ),
        }
    }

    /// Returns the invalid parts of the request.
    #[must_use]
    pub fn field_errors(&self) -> Cow<'_, FieldErrors> {
        match self {
            Self::Validation(ValidationError { errors, .. })
            | Self::Policy(PolicyError::Forbidden(errors) | PolicyError::Invalid(errors)) => {
                Cow::Borrowed(errors)
            }
            Self::Payload(PayloadError::TooLarge | PayloadError::MethodNotAllowed) => {
                Cow::default()
            }
            Self::Payload(error) => Cow::Owned(FieldError::at("", error.to_string()).into()),
            _ => Cow::default(),
        }
    }

    /// Returns true if the event needs no retry and no attention: it counts as done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Expired)
    }

    /// Returns the sentence about the failure as others than the caller may
    /// read it: without words of Connect's that may quote the request.
    #[must_use]
    pub fn public_message(&self) -> Cow<'_, str> {
        match self {
            Self::Connect(ConnectError::Service {
                cause: Some(cause), message: Some(_), ..
            }) => Cow::Borrowed(cause),
            error => error.response().detail,
        }
    }

    /// Discards the invalid parts of the request, which take memory.
    pub fn discard_field_errors(&mut self) {
        if let Self::Validation(ValidationError { errors, .. })
        | Self::Policy(PolicyError::Forbidden(errors) | PolicyError::Invalid(errors)) = self
        {
            errors.discard();
        }
    }
}

fn payload_response(error: &PayloadError) -> ErrorResponse {
    match error {
        PayloadError::MethodNotAllowed => ErrorResponse::new(
            Code::MethodNotAllowed,
            "Method not allowed",
            "Send the request with POST.",
        ),
        PayloadError::TooLarge => ErrorResponse::new(
            Code::PayloadTooLarge,
            "The request is too large",
            "The body may have at most 128 KiB.",
        ),
        PayloadError::Unsupported(_) => ErrorResponse::new(
            Code::Validation,
            INVALID,
            "The event is of a kind that cannot start a chat.",
        ),
        _ => ErrorResponse::new(Code::Validation, INVALID, "The request is not a JSON object."),
    }
}

/// The errors are not listed if they have been discarded.
fn invalid(errors: &FieldErrors) -> ErrorResponse {
    let detail = if errors.listed().is_empty() { INVALID_UNLISTED } else { INVALID_FIELDS };
    ErrorResponse::new(Code::Validation, INVALID, detail)
}

fn policy_response(error: &PolicyError) -> ErrorResponse {
    let forbidden = |detail| ErrorResponse::new(Code::Forbidden, FORBIDDEN, detail);
    match error {
        PolicyError::Unauthorized => {
            ErrorResponse::new(Code::Unauthorized, "Not authorized", "Sign in to start a chat.")
        }
        PolicyError::Forbidden(errors) if errors.listed().is_empty() => {
            forbidden(FORBIDDEN_UNLISTED)
        }
        PolicyError::Forbidden(_) => forbidden(FORBIDDEN_FIELDS),
        PolicyError::Contact(ContactRefusal::StillActive) => ErrorResponse::new(
            Code::Conflict,
            "The chat is still active",
            "The chat to continue is still active. End it or rejoin it.",
        ),
        PolicyError::Contact(_) => {
            forbidden("The named contact cannot be continued by this caller.")
        }
        PolicyError::Origin(_) => forbidden("Requests from this origin are not allowed."),
        PolicyError::Invalid(errors) => invalid(errors),
    }
}

fn connect_response(error: &ConnectError) -> ErrorResponse {
    match error {
        ConnectError::Service { name, status, message, .. } => {
            service_response(Code::of_connect(name, *status), message.as_deref())
        }
        ConnectError::Unreadable => ErrorResponse::new(
            Code::BadGateway,
            UNREADABLE,
            "The chat may have been started; repeat the request with the same idempotency key.",
        ),
        ConnectError::Unavailable { .. } => ErrorResponse::new(
            Code::ServiceUnavailable,
            UNAVAILABLE,
            "Amazon Connect cannot be reached at the moment. Try again.",
        ),
    }
}

/// Only a message about the request itself is passed on: the caller needs it
/// to fix the request.
fn service_response(code: Code, message: Option<&str>) -> ErrorResponse {
    let (title, detail): (_, &'static str) = match code {
        Code::InvalidRequest(_) => {
            let unknown = "Amazon Connect considers the request invalid.";
            return ErrorResponse::new(code, INVALID, message.unwrap_or(unknown).to_owned());
        }
        Code::ResourceNotFound => (
            "Not found",
            "Amazon Connect does not know the flow, the instance or the contact. Check the flow, the instance and the region, and the contact if the request names one.",
        ),
        Code::LimitExceeded => {
            (BUSY, "The instance has as many chats as its quota allows. Try again later.")
        }
        Code::TooManyRequests(_) => {
            (BUSY, "Chats are being started faster than the account's rate allows. Try again.")
        }
        Code::InternalService | Code::ServiceUnavailable => {
            (UNAVAILABLE, "Amazon Connect failed. Try again.")
        }
        Code::BadGateway => (UNREADABLE, "Amazon Connect refused the request without a reason."),
        _ => (
            "Amazon Connect refused the function",
            "Amazon Connect does not allow the function to start this chat. Its log has more information.",
        ),
    };
    ErrorResponse::new(code, title, detail)
}

#[cfg(test)]
mod tests;
