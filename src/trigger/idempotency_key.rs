//! The identity of a repeated request.

/// The identity of a request, which is the same when it is repeated.
#[derive(Clone, PartialEq, Eq)]
pub enum IdempotencyKey {
    /// A request over HTTP.
    Http {
        /// The value of the `Idempotency-Key` header.
        header: Option<String>,
        /// The invocation's request id, for requests without a key.
        request_id: String,
    },
    /// An EventBridge event, which is redelivered under the same id.
    EventBridge {
        /// The event's `source`.
        source: String,
        /// The event's `id`.
        id: String,
    },
    /// An SQS message, which is redelivered under the same id.
    Sqs {
        /// The record's `messageId`.
        message_id: String,
    },
    /// An invocation, which Lambda retries under the same request id.
    Invocation {
        /// The invocation's request id.
        request_id: String,
        /// The position of the request in the invocation's payload, from 0.
        index: usize,
    },
}

/// An invocation and a position in its payload: the key of requests that bring
/// none of their own.
#[derive(Clone, Copy)]
pub struct InvocationKey<'a> {
    /// The invocation's request id.
    pub request_id: &'a str,
    /// The position of the request in the invocation's payload, from 0.
    pub index: usize,
}

impl From<InvocationKey<'_>> for IdempotencyKey {
    fn from(InvocationKey { request_id, index }: InvocationKey<'_>) -> Self {
        Self::Invocation { request_id: request_id.to_owned(), index }
    }
}
