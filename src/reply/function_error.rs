//! Lambda function errors, so that Step Functions can catch failures by name,
//! and retries, queues and destinations work.

use lambda_runtime::Diagnostic;

use crate::connect::StartedChat;
use crate::error::{Error, ErrorResponse};

/// The most failures of a list that one message has.
const MAX_LISTED: usize = 100;

/// The longest message, in bytes.
const MAX_BYTES: usize = 60 * 1024;

/// A Lambda function error.
///
/// `Debug`, which the Lambda runtime writes to the log, prints the type only:
/// the message is for the caller.
pub struct FunctionError {
    error_type: String,
    message: String,
}

impl FunctionError {
    /// The error of an invocation with one request.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        let response = error.response();
        Self::new(&response, message(error, &response))
    }

    /// The error of a list of requests, if any failed. Its type is that of the
    /// first failure that a retry may resolve, else that of the first failure.
    pub(super) fn of_list(chats: &[Result<StartedChat, Error>]) -> Option<Self> {
        let failed = || {
            let failed = chats.iter().enumerate();
            failed.filter_map(|(index, chat)| {
                Some((index, chat.as_ref().err().filter(|error| !error.is_done())?))
            })
        };
        let (_, first) = failed().next()?;
        let is_transient = |error: &&Error| error.response().code.is_transient();
        let named = failed().map(|(_, error)| error).find(is_transient).unwrap_or(first);
        let count = failed().count();
        let mut lines = Vec::new();
        let mut bytes = 0;
        for (index, error) in failed().take(MAX_LISTED) {
            let response = error.response();
            let line = format!("/{index} {}: {}", response.code.name(), message(error, &response));
            bytes += line.len();
            lines.push(line);
            if bytes > MAX_BYTES {
                break;
            }
        }
        if count > lines.len() {
            lines.push(format!("and {} more", count - lines.len()));
        }
        let text = format!("{count} of {} failed: {}", chats.len(), lines.join("; "));
        Some(Self::new(&named.response(), text))
    }

    fn new(response: &ErrorResponse, mut message: String) -> Self {
        message.truncate(message.floor_char_boundary(MAX_BYTES));
        Self { error_type: response.code.name().to_owned(), message }
    }
}

/// The detail, then every error with its pointer.
fn message(error: &Error, response: &ErrorResponse) -> String {
    let errors = error.field_errors();
    let listed = errors.listed().iter().map(ToString::to_string);
    let unlisted = errors.unlisted();
    let more = (unlisted > 0).then(|| format!("and {unlisted} more"));
    let texts = std::iter::once(response.detail.to_string()).chain(listed).chain(more);
    texts.collect::<Vec<_>>().join(" | ")
}

impl std::fmt::Debug for FunctionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.error_type)
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(error: FunctionError) -> Self {
        Self { error_type: error.error_type, error_message: error.message }
    }
}
