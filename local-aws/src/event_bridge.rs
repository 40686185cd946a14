//! The stand-in of EventBridge: `PutEvents` on one bus.

pub(crate) mod control;
mod entry;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::api_error::ApiError;
use crate::fixtures::{ACCOUNT_ID, REGION};
use crate::lock::lock;

/// The most bytes that the entries of a call may have together.
const SIZE_LIMIT: usize = 256 * 1024;

/// The stand-in of an event bus.
#[derive(Clone, Debug)]
pub struct EventBus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    arn: String,
    entries: Mutex<Vec<Value>>,
    /// The error codes of the next entries.
    refusals: Mutex<VecDeque<String>>,
}

impl EventBus {
    pub(crate) fn new(name: &str) -> Self {
        Self(Arc::new(Inner {
            name: name.to_owned(),
            arn: format!("arn:aws:events:{REGION}:{ACCOUNT_ID}:event-bus/{name}"),
            entries: Mutex::default(),
            refusals: Mutex::default(),
        }))
    }

    /// The ARN of the bus.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.0.arn
    }

    /// The entries accepted so far, in order, each with its `Detail` as JSON.
    #[must_use]
    pub fn entries(&self) -> Vec<Value> {
        lock(&self.0.entries).clone()
    }

    /// Forgets the entries accepted so far.
    pub fn forget_entries(&self) {
        lock(&self.0.entries).clear();
    }

    /// Removes and returns the entries accepted so far.
    #[must_use]
    pub fn take_entries(&self) -> Vec<Value> {
        std::mem::take(&mut *lock(&self.0.entries))
    }

    /// Refuses the next `count` entries with this code, in answers with status 200.
    pub fn refuse(&self, count: usize, error_code: &str) {
        lock(&self.0.refusals).extend(std::iter::repeat_n(error_code.to_owned(), count));
    }

    pub(crate) fn put_events(&self, body: &Value) -> Result<Value, ApiError> {
        let entries = body.get("Entries").and_then(Value::as_array);
        let entries = entries.ok_or_else(|| ApiError::invalid("'entries' is required"))?;
        if !(1..=10).contains(&entries.len()) {
            return Err(ApiError::invalid("'entries' must have 1 to 10 members"));
        }
        if entries.iter().map(entry::size).sum::<usize>() > SIZE_LIMIT {
            let message = "Total size of the entries in the request is over the limit.";
            return Err(ApiError::invalid(message));
        }
        let answers: Vec<_> = entries.iter().map(|entry| self.put(entry)).collect();
        let failed = answers.iter().filter(|answer| answer.get("ErrorCode").is_some()).count();
        Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
    }

    /// Keeps an entry, and returns the answer to it. As with EventBridge, an entry for a bus that
    /// does not exist is accepted and lost.
    fn put(&self, entry: &Value) -> Value {
        if let Some(code) = lock(&self.0.refusals).pop_front() {
            return json!({"ErrorCode": code, "ErrorMessage": "This refusal was requested."});
        }
        match entry::parse(entry) {
            Ok(parsed) => {
                let bus = entry.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
                if bus == self.0.name || bus == self.0.arn {
                    lock(&self.0.entries).push(parsed);
                }
                json!({"EventId": Uuid::new_v4().to_string()})
            }
            Err((code, message)) => json!({"ErrorCode": code, "ErrorMessage": message}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(detail: &str) -> Value {
        json!({"Source": "s", "DetailType": "t", "Detail": detail, "EventBusName": "chat-results"})
    }

    /// The number of entries that the bus has after this call, if it was accepted.
    fn kept(entries: &[Value]) -> Option<usize> {
        let bus = EventBus::new("chat-results");
        bus.put_events(&json!({"Entries": entries})).ok().map(|_| bus.entries().len())
    }

    #[test]
    fn a_call_has_one_to_ten_entries() {
        let entries = vec![entry("{}"); 11];
        for (count, expected) in [(0, None), (1, Some(1)), (10, Some(10)), (11, None)] {
            assert_eq!(kept(&entries[..count]), expected, "{count}");
        }
    }

    #[test]
    fn the_entries_of_a_call_have_256_kb_together() {
        // Source and DetailType have one byte each, and {"a":""} has eight.
        let sized = |size: usize| entry(&json!({"a": "x".repeat(size - 10)}).to_string());
        assert_eq!(kept(&[sized(SIZE_LIMIT)]), Some(1));
        assert_eq!(kept(&[sized(SIZE_LIMIT + 1)]), None);
        assert_eq!(kept(&[sized(SIZE_LIMIT / 2), sized(SIZE_LIMIT / 2)]), Some(2));
        assert_eq!(kept(&[sized(SIZE_LIMIT / 2), sized(SIZE_LIMIT / 2 + 1)]), None);
    }

    #[test]
    fn refusals_are_in_accepted_calls() {
        let bus = EventBus::new("chat-results");
        bus.refuse(1, "ThrottlingException");
        let answer = bus.put_events(&json!({"Entries": [entry("{}"), entry("{}")]}));
        let answer = answer.unwrap_or_default();
        assert_eq!(answer["FailedEntryCount"], 1);
        assert_eq!(answer["Entries"][0]["ErrorCode"], "ThrottlingException");
        assert_eq!(bus.entries().len(), 1);
    }
}
