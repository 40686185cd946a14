//! The client token: the same chat asked for twice is started once.
//!
//! Connect keeps account of `ClientToken`, so nothing is stored here. A token
//! must come out alike in every execution environment and every build: it is a
//! hash over length-prefixed fields and the canonical request.

use sha2::{Digest, Sha256};

use crate::policy::StartChat;

/// The HTTP header that names a request
/// (IETF draft "The Idempotency-Key HTTP Header Field").
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// What makes two requests the same one.
#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    /// An HTTP caller's own key: the header's value, where it was sent.
    Http {
        /// The value of `Idempotency-Key`.
        header: Option<String>,
    },
    /// An EventBridge event, which is redelivered under its id.
    EventBridge {
        /// The event's `source`.
        source: String,
        /// The event's `id`.
        id: String,
    },
    /// An SQS message, which is redelivered under its id.
    Sqs {
        /// The record's `messageId`.
        message_id: String,
    },
    /// An invocation, which Lambda retries under its request id.
    Invocation {
        /// The invocation's request id.
        request_id: String,
        /// Which of the invocation's requests it is.
        index: usize,
    },
}

/// The `ClientToken` to send; `None` leaves it to the SDK, whose random token
/// covers its own retries.
///
/// A trusted caller's own token is sent as it is. A stranger's is hashed
/// together with who they are and what they ask for, so that nobody's key
/// yields another's participant token.
#[must_use]
pub fn client_token(key: &Key, chat: &StartChat) -> Option<String> {
    let own = chat.client_token.as_deref();
    match key {
        Key::Http { header } => {
            let customer = chat.customer_id.as_deref().unwrap_or_default();
            let named = header.as_deref().or(own)?;
            Some(hash("http", &[customer, named], chat))
        }
        _ if own.is_some() => own.map(str::to_owned),
        Key::EventBridge { source, id } => Some(hash("eventbridge", &[source, id], chat)),
        Key::Sqs { message_id } => Some(hash("sqs", &[message_id], chat)),
        Key::Invocation { request_id, index } => {
            Some(hash("invocation", &[request_id, &index.to_string()], chat))
        }
    }
}

/// Hex SHA-256 over the kind of key, the fields and the canonical request.
fn hash(kind: &str, fields: &[&str], chat: &StartChat) -> String {
    // Strings under string names: nothing in it can fail to become JSON.
    let canonical = serde_json::to_vec(chat).unwrap_or_default();
    let mut hasher = Sha256::new();
    let texts = std::iter::once(kind).chain(fields.iter().copied());
    for field in texts.map(str::as_bytes).chain([canonical.as_slice()]) {
        hasher.update(field.len().to_be_bytes());
        hasher.update(field);
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| DIGITS[usize::from(nibble)]).collect()
}
