//! The requests that the services have received.

use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::Operation;
use crate::lock::lock;

/// A request that Amazon Connect, EventBridge or DynamoDB has received, with its answer.
#[derive(Clone, Debug)]
pub struct Received {
    /// The HTTP method.
    pub method: String,
    /// The path, not decoded.
    pub path: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; `null` if it is empty or not JSON.
    pub body: Value,
    /// The operation; `None` if there is no such operation.
    pub operation: Option<Operation>,
    /// The bytes of the body.
    pub raw: Vec<u8>,
    /// The status of the answer; 0 without an answer.
    pub status: u16,
    /// The error type of the answer.
    pub error: Option<String>,
    /// The contact that the answer is about.
    pub contact_id: Option<String>,
    /// The time of arrival.
    pub at: Instant,
    number: usize,
}

impl Received {
    /// A request that arrives now.
    pub(crate) fn new(
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        raw: Vec<u8>,
    ) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            body: serde_json::from_slice(&raw).unwrap_or_default(),
            operation: None,
            raw,
            status: 0,
            error: None,
            contact_id: None,
            at: Instant::now(),
            number: 0,
        }
    }

    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "method": self.method,
            "path": self.path,
            "operation": self.operation.map(Operation::name),
            "headers": self.headers,
            "body": self.body,
            "status": self.status,
            "error": self.error,
            "contactId": self.contact_id,
        })
    }

    /// The request and its answer in one line, for people.
    #[must_use]
    pub fn line(&self) -> String {
        let body = if self.raw.is_empty() { String::new() } else { format!(" {}", self.body) };
        let outcome = match (self.status, &self.error, &self.contact_id) {
            (0, _, _) => "no answer".to_owned(),
            (status, Some(error), _) => format!("{status} {error}"),
            (status, None, Some(contact)) => format!("{status} ContactId {contact}"),
            (status, None, None) => status.to_string(),
        };
        let (service, what) = match self.operation {
            Some(operation) if operation.service() == "events" => ("EventBridge", operation.name()),
            Some(operation) if operation.service() == "dynamodb" => ("DynamoDB", operation.name()),
            _ => ("Connect", ""),
        };
        if what.is_empty() {
            return format!("{service} received {} {}{body} → {outcome}", self.method, self.path);
        }
        format!("{service} received {what}{body} → {outcome}")
    }
}

/// The requests so far.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    count: usize,
    requests: Vec<Received>,
}

impl RequestLog {
    /// Adds a request and returns its number.
    pub(crate) fn add(&self, mut received: Received) -> usize {
        let mut log = lock(&self.0);
        log.count += 1;
        received.number = log.count;
        log.requests.push(received);
        log.count
    }

    /// Sets the answer to a request, and returns the request with it.
    pub(crate) fn set_answer(&self, number: usize, answer: &Answer) -> Option<Received> {
        let mut log = lock(&self.0);
        let received = log.requests.iter_mut().find(|received| received.number == number)?;
        received.status = answer.status;
        received.error.clone_from(&answer.error);
        received.contact_id.clone_from(&answer.contact_id);
        Some(received.clone())
    }

    pub(crate) fn list(&self) -> Vec<Received> {
        lock(&self.0).requests.clone()
    }

    pub(crate) fn forget(&self) {
        lock(&self.0).requests.clear();
    }
}
