//! What Amazon Connect has received.

use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};

use super::answer::Answer;
use crate::lock;

/// A request that Amazon Connect has received, and how it was answered.
#[derive(Clone, Debug)]
pub struct Received {
    /// The HTTP method.
    pub method: String,
    /// The path as on the wire, not decoded.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; `null` if it was empty or not JSON.
    pub body: Value,
    /// The body, byte for byte.
    pub raw: Vec<u8>,
    /// The status answered; 0 if there was no answer (yet).
    pub status: u16,
    /// The error type answered.
    pub error: Option<String>,
    /// The contact that the answer is about.
    pub contact_id: Option<String>,
    /// When it came in.
    pub at: Instant,
    number: usize,
}

impl Received {
    /// A request that just came in.
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
            "headers": self.headers,
            "body": self.body,
            "status": self.status,
            "error": self.error,
            "contactId": self.contact_id,
        })
    }

    /// One line for people: what was asked and what was answered.
    #[must_use]
    pub fn line(&self) -> String {
        let body = if self.raw.is_empty() { String::new() } else { format!(" {}", self.body) };
        let answered = match (self.status, &self.error, &self.contact_id) {
            (0, _, _) => "no answer".to_owned(),
            (status, Some(error), _) => format!("{status} {error}"),
            (status, None, Some(contact)) => format!("{status} ContactId {contact}"),
            (status, None, None) => status.to_string(),
        };
        format!("Connect received {} {}{body} → {answered}", self.method, self.path)
    }
}

/// Every request so far.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<(usize, Vec<Received>)>);

impl Journal {
    /// Notes a request and gives it a number.
    pub(crate) fn note(&self, mut received: Received) -> usize {
        let mut journal = lock(&self.0);
        journal.0 += 1;
        received.number = journal.0;
        journal.1.push(received);
        journal.0
    }

    /// Notes the answer to a request, and gives back both.
    pub(crate) fn answered(&self, number: usize, answer: &Answer) -> Option<Received> {
        let mut journal = lock(&self.0);
        let received = journal.1.iter_mut().find(|received| received.number == number)?;
        received.status = answer.status;
        received.error.clone_from(&answer.error);
        received.contact_id.clone_from(&answer.contact_id);
        Some(received.clone())
    }

    pub(crate) fn list(&self) -> Vec<Received> {
        lock(&self.0).1.clone()
    }

    pub(crate) fn forget(&self) {
        lock(&self.0).1.clear();
    }
}
