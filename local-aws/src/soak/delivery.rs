//! A payload on its way to the function, and what is to become of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::Value;

/// What is to become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A chat.
    Chat,
    /// A refusal, with this status over HTTP and this name.
    Refusal(u16, &'static str),
}

/// A request for a chat.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// The attribute by which its chat is known.
    pub(super) marker: String,
    /// The customer that the chat must have, if that matters.
    pub(super) customer: Option<String>,
    pub(super) due: Due,
}

impl Ask {
    pub(super) fn new(marker: &str, due: Due) -> Self {
        Self { marker: marker.to_owned(), customer: None, due }
    }
}

/// What is sent, and so what is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A request of API Gateway or a function URL.
    Http,
    /// One event or one bare request.
    Event,
    /// A list of them.
    List,
    /// Messages of a queue.
    Queue,
}

impl Form {
    /// The form of a payload.
    pub(super) fn of(payload: &Value) -> Self {
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
pub(super) struct Delivery {
    /// What it was made from.
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) payload: Value,
    /// The requests in it, in order.
    pub(super) asks: Vec<Ask>,
    /// Whether a repetition is known as one.
    pub(super) repeatable: bool,
    /// The request id of every try, where it alone makes a repetition known.
    pub(super) request_id: Option<String>,
    /// How often it was sent.
    pub(super) tries: u32,
    /// Not to be sent before this.
    pub(super) not_before: Option<Instant>,
    /// The contacts that the answer to it has named already, once there was one.
    pub(super) named: Option<Vec<Option<String>>>,
}

impl Delivery {
    pub(super) fn new(name: &str, payload: Value, asks: Vec<Ask>) -> Self {
        Self {
            name: name.to_owned(),
            form: Form::of(&payload),
            payload,
            asks,
            repeatable: true,
            request_id: None,
            tries: 0,
            not_before: None,
            named: None,
        }
    }

    /// Keeps these messages of a queue only.
    pub(super) fn keep(&mut self, kept: &[bool]) {
        let mut index = kept.iter();
        self.asks.retain(|_| index.next().copied().unwrap_or_default());
        let records = self.payload.get_mut("Records");
        if let Some(records) = records.and_then(Value::as_array_mut) {
            let mut index = kept.iter();
            records.retain(|_| index.next().copied().unwrap_or_default());
        }
        self.named = None;
    }
}

/// Makes markers, each only once.
#[derive(Debug)]
pub(super) struct Mint {
    prefix: String,
    count: AtomicU64,
}

impl Mint {
    pub(super) fn new(seed: u64) -> Self {
        Self { prefix: format!("soak-{seed:x}-"), count: AtomicU64::new(0) }
    }

    pub(super) fn marker(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{}{number}", self.prefix)
    }

    /// How every marker begins.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }
}
