//! The account of customers who have one chat per flow, on whatever device.
//!
//! A customer's chat is one that an answer has named. If its start met a failure of the table, which
//! the log line says, it is excused from being the only one. So is a chat that no answer has named:
//! its request has failed, and Amazon Connect ends it when nobody joins.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use local_aws::Contact;
use serde_json::Value;

use crate::markers::MARKER;

/// How long contacts are kept, in seconds: the customer's next request may continue one.
const KEPT_SECONDS: u64 = 120;

/// A customer and a flow.
pub(crate) type Key = (String, &'static str);

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) requests: usize,
    /// Answers with the chat of the request itself.
    pub(crate) own: usize,
    /// Answers with the chat of another request.
    pub(crate) returned: usize,
    pub(crate) failed: usize,
    /// Log lines with a failure of the table, those of other requests included.
    pub(crate) table_failures: usize,
    /// Chats that answers have named.
    pub(crate) chats: usize,
    pub(crate) ended: usize,
    /// Chats whose start met a failure of the table.
    pub(crate) excused: usize,
    /// Excused chats beside another chat of the customer in the flow.
    pub(crate) excused_beside: usize,
    /// Chats that no answer has named, after a request that failed.
    pub(crate) unanswered: usize,
}

#[derive(Debug)]
struct Chat {
    key: Key,
    answered: Instant,
    ends: Instant,
    ended: Option<Instant>,
}

/// The account of the customers. Findings are what [`CustomerAccounts::findings`] returns.
#[derive(Debug, Default)]
pub(crate) struct CustomerAccounts {
    chats: HashMap<String, Chat>,
    /// The markers of requests that have not come to an end.
    open: HashSet<String>,
    /// The request ids of each request's invocations.
    invocations: HashMap<String, BTreeSet<String>>,
    /// The chats of each request, by their marker.
    started: HashMap<String, BTreeSet<String>>,
    /// The contacts and the invocations whose log lines have a failure of the table.
    failing_starts: HashSet<String>,
    failing_invocations: HashSet<String>,
    /// Requests that failed at least once.
    failed: HashSet<String>,
    counts: Counts,
}

impl CustomerAccounts {
    /// Opens the account of a request.
    pub(crate) fn open(&mut self, marker: &str) {
        self.open.insert(marker.to_owned());
        self.counts.requests += 1;
    }

    /// Closes the account of a request that is not attempted again.
    pub(crate) fn close(&mut self, marker: &str) {
        self.open.remove(marker);
    }

    /// Enters an invocation of a request, and whether it failed.
    pub(crate) fn invoked(&mut self, marker: &str, request_id: &str, has_failed: bool) {
        self.invocations.entry(marker.to_owned()).or_default().insert(request_id.to_owned());
        if has_failed {
            self.failed.insert(marker.to_owned());
            self.counts.failed += 1;
        }
    }

    /// Enters an answer with a chat, which is to end after `lifetime`. Returns what is wrong with
    /// the answer: a chat that an earlier answer has given to another flow.
    pub(crate) fn answered(
        &mut self,
        key: &Key,
        contact: &str,
        is_own: bool,
        lifetime: Duration,
    ) -> Option<&'static str> {
        let now = Instant::now();
        self.counts.own += usize::from(is_own);
        self.counts.returned += usize::from(!is_own);
        let chat = self.chats.entry(contact.to_owned()).or_insert_with(|| Chat {
            key: key.clone(),
            answered: now,
            ends: now + lifetime,
            ended: None,
        });
        (chat.key != *key).then_some("the chat of another flow")
    }

    /// The chats that end now. From now on, they count as ended.
    pub(crate) fn end_due(&mut self) -> Vec<String> {
        let now = Instant::now();
        let due =
            self.chats.iter_mut().filter(|(_, chat)| chat.ended.is_none() && chat.ends <= now);
        due.map(|(contact, chat)| {
            chat.ended = Some(now);
            contact.clone()
        })
        .collect()
    }

    /// Enters a line of the log.
    pub(crate) fn log(&mut self, line: &Value) {
        if !line["tableFailure"].is_string() {
            return;
        }
        self.counts.table_failures += 1;
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        self.failing_invocations.insert(text("requestId"));
        if text("Outcome") == "started" {
            self.failing_starts.insert(text("contactId"));
        }
    }

    /// Enters the contacts of customers, and returns those that can be forgotten.
    pub(crate) fn enter(&mut self, contacts: &[Contact], now: u64) -> Vec<String> {
        for contact in contacts {
            if let Some(marker) = contact.attributes.get(MARKER) {
                self.started.entry(marker.clone()).or_default().insert(contact.id.clone());
            }
        }
        let is_old = |contact: &&Contact| {
            let last = contact.disconnect_timestamp.unwrap_or(contact.initiation_timestamp);
            let is_known = self.chats.contains_key(&contact.id);
            last + KEPT_SECONDS < now && !(is_known && contact.is_running())
        };
        contacts.iter().filter(is_old).map(|contact| contact.id.clone()).collect()
    }

    /// Counts, complete once [`Self::findings`] has been called.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Verifies the account at the end of the run, when the log and the contacts are complete.
    pub(crate) fn findings(&mut self) -> Vec<String> {
        let mut findings: Vec<String> =
            self.open.iter().map(|marker| format!("no answer in the end for {marker}")).collect();
        findings.extend(self.surplus());
        findings.extend(self.side_by_side());
        self.counts.chats = self.chats.len();
        self.counts.ended = self.chats.values().filter(|chat| chat.ended.is_some()).count();
        findings
    }

    /// Chats that no answer has named although no request failed, and second chats of a request
    /// that had the table.
    fn surplus(&mut self) -> Vec<String> {
        let mut findings = Vec::new();
        for (marker, contacts) in &self.started {
            let unanswered = contacts.iter().filter(|id| !self.chats.contains_key(*id)).count();
            self.counts.unanswered += unanswered;
            if unanswered > 0 && !self.failed.contains(marker) {
                findings.push(format!("a chat of {marker} that no answer has named"));
            }
            let mut invocations = self.invocations.get(marker).into_iter().flatten();
            let is_excused = invocations.any(|id| self.failing_invocations.contains(id));
            if contacts.len() > 1 && !is_excused {
                findings.push(format!("{} chats for the request {marker}", contacts.len()));
            }
        }
        findings
    }

    /// Two chats of a customer and a flow that ran at the same time, although both were started
    /// with the table.
    fn side_by_side(&mut self) -> Vec<String> {
        let mut groups: HashMap<&Key, Vec<(&String, &Chat)>> = HashMap::new();
        for (contact, chat) in &self.chats {
            groups.entry(&chat.key).or_default().push((contact, chat));
        }
        let mut findings = Vec::new();
        for ((customer, flow), mut chats) in groups {
            chats.sort_by_key(|(_, chat)| chat.answered);
            let mut earlier: Vec<(&String, &Chat)> = Vec::new();
            for (contact, chat) in chats {
                earlier.retain(|(_, other)| other.ended.is_none_or(|end| end > chat.answered));
                let is_excused = self.failing_starts.contains(contact);
                self.counts.excused += usize::from(is_excused);
                self.counts.excused_beside += usize::from(is_excused && !earlier.is_empty());
                let mut others =
                    earlier.iter().filter(|(other, _)| !self.failing_starts.contains(*other));
                if let Some((other, _)) = others.next().filter(|_| !is_excused) {
                    findings.push(format!(
                        "two chats of {customer} in {flow} at once: {other} and {contact}"
                    ));
                }
                earlier.push((contact, chat));
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests;
