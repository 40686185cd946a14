//! The protocols of the services: how they write answers and errors.

use serde_json::{Value, json};

use super::answer::Answer;
use crate::api_error::ApiError;

/// The protocol of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// That of Amazon Connect: the error's type is in a header.
    RestJson,
    /// That of DynamoDB: the error's type is in the body.
    Json10,
    /// That of EventBridge: the error's type is in the body.
    Json11,
}

impl Protocol {
    /// The answer to a request of this protocol.
    pub(crate) fn answer(self, outcome: Result<Value, ApiError>) -> Answer {
        match outcome {
            Ok(body) => {
                Answer { content_type: self.content_type().to_owned(), ..Answer::ok(&body) }
            }
            Err(error) => self.error(error.status, error.kind, &error.message),
        }
    }

    /// An error; without a type if `kind` is empty.
    pub(crate) fn error(self, status: u16, kind: &str, message: &str) -> Answer {
        let mut answer = Answer::error(status, kind, message);
        if self != Self::RestJson {
            let mut body = json!({"__type": kind, "message": message});
            if kind.is_empty() {
                body = json!({"message": message});
            }
            answer.body = body.to_string().into_bytes();
            self.content_type().clone_into(&mut answer.content_type);
        }
        answer.error = answer.error.filter(|kind| !kind.is_empty());
        answer
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::RestJson => "application/json",
            Self::Json10 => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
        }
    }
}
