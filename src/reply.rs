//! What the caller gets to see: HTTP answers, and Lambda's errors.

mod failure;
mod http;
mod problem;

pub use self::failure::Failure;
pub use self::http::{HttpReply, ignored_members};

use aws_lambda_events::event::sqs::SqsBatchResponse;
use serde_json::Value;

use crate::connect::StartedChat;
use crate::error::Error;

/// The answer to an event or a direct call: the result object.
#[must_use]
pub fn result(chat: &StartedChat) -> Value {
    // Strings under string names: nothing in it can fail to become JSON.
    serde_json::to_value(chat.expose()).unwrap_or_default()
}

/// The answer to a list of events: the result objects in the same order.
///
/// # Errors
///
/// [`Failure`] that lists all failures, where any element failed.
pub fn results(chats: &[Result<StartedChat, Error>]) -> Result<Value, Failure> {
    let failed = Failure::of_batch(chats.iter().map(|chat| chat.as_ref().err()));
    match failed {
        Some(failure) => Err(failure),
        None => Ok(chats.iter().flatten().map(result).collect()),
    }
}

/// The answer to an SQS batch: the messages to deliver again. Those that have
/// no outcome were not attempted.
///
/// # Errors
///
/// [`Failure`] where a message failed that has no id to be reported under:
/// only the whole batch can be delivered again then.
pub fn failed_messages(
    ids: &[Option<String>],
    chats: &[Result<StartedChat, Error>],
) -> Result<Value, Failure> {
    let mut response = SqsBatchResponse::default();
    let failure = chats.iter().find_map(|chat| chat.as_ref().err());
    for (index, id) in ids.iter().enumerate() {
        match (id, failure) {
            _ if matches!(chats.get(index), Some(Ok(_))) => {}
            (None, Some(error)) => return Err(Failure::of(error)),
            (id, _) => response.add_failure(id.as_deref().unwrap_or_default()),
        }
    }
    // Strings: nothing in it can fail to become JSON.
    Ok(serde_json::to_value(response).unwrap_or_default())
}
