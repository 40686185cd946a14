//! What makes two requests the same one.

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
