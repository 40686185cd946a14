//! Renders what became of a request: an HTTP response, a result object or a
//! Lambda function error.

mod function_error;
mod http;
mod problem_details;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use serde_json::Value;

pub use self::function_error::FunctionError;
pub use self::http::HttpReply;

use crate::connect::StartedChat;
use crate::error::Error;
use crate::json;

/// Renders the result object: the response to an event or a direct call.
#[must_use]
pub fn result(chat: &StartedChat) -> Value {
    json::to_value(&chat.expose_result())
}

/// Renders the response to a list of events: the result objects in the same order.
///
/// # Errors
///
/// Returns an error that lists the failures if any element failed.
pub fn results(chats: &[Result<StartedChat, Error>]) -> Result<Value, FunctionError> {
    match FunctionError::of_list(chats) {
        Some(error) => Err(error),
        None => {
            Ok(chats.iter().map(|chat| chat.as_ref().map_or_else(not_started, result)).collect())
        }
    }
}

/// Renders an element that counts as done without a chat.
fn not_started(error: &Error) -> Value {
    let response = error.response();
    serde_json::json!({"errorType": response.code.name(), "errorMessage": response.detail})
}

/// Returns true if the element needs no further delivery.
fn is_done(chat: &Result<StartedChat, Error>) -> bool {
    chat.as_ref().err().is_none_or(Error::is_done)
}

/// Renders the response to an SQS batch: the messages to deliver again. Those
/// without an outcome were not attempted.
///
/// # Errors
///
/// Returns an error if a message failed that has no id to be reported under:
/// only the whole batch can be delivered again then.
pub fn failed_messages(
    ids: &[Option<String>],
    chats: &[Result<StartedChat, Error>],
) -> Result<Value, FunctionError> {
    let mut response = SqsBatchResponse::default();
    let failure =
        chats.iter().find_map(|chat| chat.as_ref().err().filter(|error| !error.is_done()));
    for (index, id) in ids.iter().enumerate() {
        match (id, failure) {
            _ if chats.get(index).is_some_and(is_done) => {}
            (None, Some(error)) => return Err(FunctionError::of(error)),
            (id, _) => response.add_failure(id.as_deref().unwrap_or_default()),
        }
    }
    Ok(json::to_value(&response))
}
