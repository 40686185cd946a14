//! A payload on its way to the function, and what must become of the requests in it.

use std::time::Instant;

use serde_json::Value;

/// What must become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Chat,
    /// The customer's running chat of this flow, or else a chat of its own.
    CustomersChat(&'static str),
    /// An error with this status (over HTTP) and code.
    Rejection(u16, &'static str),
}

/// A request for a chat.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The value of the attribute that identifies the request's chat.
    pub(crate) marker: String,
    /// The customer that the chat must have, if any.
    pub(crate) customer: Option<String>,
    pub(crate) expected: Expected,
}

impl Expected {
    /// Returns true if an answer with a chat is right.
    pub(crate) fn is_chat(self) -> bool {
        !matches!(self, Self::Rejection(..))
    }
}

impl Request {
    pub(crate) fn new(marker: &str, expected: Expected) -> Self {
        Self { marker: marker.to_owned(), customer: None, expected }
    }
}

/// The kind of a payload, which decides on the form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayloadKind {
    /// A request of API Gateway or a function URL.
    Http,
    /// One event or one bare request.
    Event,
    /// A list of events and bare requests.
    List,
    /// SQS messages.
    Queue,
}

impl PayloadKind {
    pub(crate) fn of(payload: &Value) -> Self {
        if payload.is_array() {
            Self::List
        } else if payload.get("Records").is_some() {
            Self::Queue
        } else if payload.get("requestContext").is_some() {
            Self::Http
        } else {
            Self::Event
        }
    }
}

/// A payload on its way to the function.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// The name of the sample that the payload was made from.
    pub(crate) name: String,
    pub(crate) kind: PayloadKind,
    pub(crate) payload: Value,
    /// The requests in the payload, in order.
    pub(crate) requests: Vec<Request>,
    /// Whether the function recognizes a second delivery as the same.
    pub(crate) is_idempotent: bool,
    /// The request id of every attempt, if only that makes a second delivery recognizable.
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
    /// The earliest time of the next attempt.
    pub(crate) not_before: Option<Instant>,
    /// The contacts that an earlier answer named, if the delivery has succeeded before.
    pub(crate) earlier_contacts: Option<Vec<Option<String>>>,
}

impl Delivery {
    pub(crate) fn new(name: &str, payload: Value, requests: Vec<Request>) -> Self {
        Self {
            name: name.to_owned(),
            kind: PayloadKind::of(&payload),
            payload,
            requests,
            is_idempotent: true,
            request_id: None,
            attempts: 0,
            not_before: None,
            earlier_contacts: None,
        }
    }

    /// Returns true if its customer asks more than once.
    pub(crate) fn is_of_known_customer(&self) -> bool {
        let is_known = |request: &Request| matches!(request.expected, Expected::CustomersChat(_));
        self.requests.iter().any(is_known)
    }

    /// Keeps only the messages of a queue that are marked in `kept`.
    pub(crate) fn retain(&mut self, kept: &[bool]) {
        let mut flags = kept.iter();
        self.requests.retain(|_| flags.next().copied().unwrap_or_default());
        let records = self.payload.get_mut("Records");
        if let Some(records) = records.and_then(Value::as_array_mut) {
            let mut flags = kept.iter();
            records.retain(|_| flags.next().copied().unwrap_or_default());
        }
        self.earlier_contacts = None;
    }
}
