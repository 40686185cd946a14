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
        key: Key,
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
        (chat.key != key).then_some("the chat of another flow")
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
mod tests {
    use local_aws::fixtures::{FLOW_ID, SECOND_FLOW_ID};
    use serde_json::json;

    use super::*;

    fn key(flow: &'static str) -> Key {
        ("c".to_owned(), flow)
    }

    /// Enters the chat of a request with the same name as the contact, and ends it if `ended`.
    fn chat(accounts: &mut CustomerAccounts, contact: &str, flow: &'static str, ended: bool) {
        let lifetime = Duration::from_secs(if ended { 0 } else { 60 });
        assert_eq!(accounts.answered(key(flow), contact, true, lifetime), None);
        assert_eq!(accounts.end_due().len(), usize::from(ended));
        accounts.invoked(contact, &format!("r-{contact}"), false);
        enter(accounts, contact, contact);
    }

    fn enter(accounts: &mut CustomerAccounts, contact: &str, marker: &str) {
        let mut contact = Contact::chat(contact).customer("c");
        contact.attributes.insert(MARKER.to_owned(), marker.to_owned());
        accounts.enter(&[contact], 0);
    }

    fn failure(contact: &str, outcome: &str) -> Value {
        json!({"tableFailure": "GetItem: no response in time", "Outcome": outcome,
            "contactId": contact, "requestId": format!("r-{contact}")})
    }

    #[test]
    fn one_chat_after_another_and_one_per_flow_are_right() {
        let mut accounts = CustomerAccounts::default();
        chat(&mut accounts, "1", FLOW_ID, true);
        chat(&mut accounts, "2", FLOW_ID, false);
        chat(&mut accounts, "3", SECOND_FLOW_ID, false);
        assert_eq!(accounts.answered(key(FLOW_ID), "2", false, Duration::ZERO), None);
        assert_eq!(accounts.findings(), [""; 0]);
        let Counts { own, returned, chats, ended, .. } = accounts.counts();
        assert_eq!((own, returned, chats, ended), (3, 1, 3, 1));
    }

    #[test]
    fn two_chats_at_once_are_found_unless_one_had_no_table() {
        for (failing, outcome, expected) in [
            ("", "started", 1),
            ("1", "started", 0),
            ("2", "started", 0),
            ("2", "running", 1),
            ("3", "started", 1),
        ] {
            let mut accounts = CustomerAccounts::default();
            chat(&mut accounts, "1", FLOW_ID, false);
            chat(&mut accounts, "2", FLOW_ID, false);
            accounts.log(&failure(failing, outcome));
            assert_eq!(accounts.findings().len(), expected, "{failing} {outcome}");
        }
    }

    #[test]
    fn a_chat_without_a_table_hides_no_other_two() {
        let mut accounts = CustomerAccounts::default();
        for contact in ["1", "2", "3"] {
            chat(&mut accounts, contact, FLOW_ID, false);
        }
        accounts.log(&failure("2", "started"));
        let findings = accounts.findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].ends_with("1 and 3"), "{findings:?}");
        assert_eq!((accounts.counts().excused, accounts.counts().excused_beside), (1, 1));
    }

    #[test]
    fn a_chat_of_another_flow_is_a_wrong_answer() {
        let mut accounts = CustomerAccounts::default();
        chat(&mut accounts, "1", FLOW_ID, false);
        let wrong = accounts.answered(key(SECOND_FLOW_ID), "1", false, Duration::ZERO);
        assert_eq!(wrong, Some("the chat of another flow"));
    }

    #[test]
    fn chats_that_nobody_was_told_of_belong_to_failed_requests() {
        let mut accounts = CustomerAccounts::default();
        for (marker, has_failed) in [("failed", true), ("answered", false)] {
            accounts.invoked(marker, "r", has_failed);
            enter(&mut accounts, &format!("chat-{marker}"), marker);
        }
        assert_eq!(accounts.findings(), ["a chat of answered that no answer has named"]);
        assert_eq!(accounts.counts().unanswered, 2);
    }

    #[test]
    fn a_second_chat_of_a_request_is_found_unless_it_had_no_table() {
        for (failing, expected) in [("other", 1), ("1", 0)] {
            let mut accounts = CustomerAccounts::default();
            chat(&mut accounts, "1", FLOW_ID, true);
            accounts.invoked("1", "r-1", true);
            enter(&mut accounts, "2", "1");
            accounts.log(&failure(failing, "TimeoutException"));
            assert_eq!(accounts.findings().len(), expected, "{failing}");
        }
    }

    #[test]
    fn requests_without_an_answer_are_lost() {
        let mut accounts = CustomerAccounts::default();
        accounts.open("answered");
        accounts.open("lost");
        accounts.close("answered");
        assert_eq!(accounts.findings(), ["no answer in the end for lost"]);
    }

    #[test]
    fn contacts_are_kept_while_a_request_may_name_them() {
        let mut accounts = CustomerAccounts::default();
        accounts.answered(key(FLOW_ID), "running", true, Duration::from_secs(60));
        let contacts = [
            Contact::chat("running"),
            Contact::chat("unanswered"),
            Contact::chat("ended").ended_at(1_000),
            Contact::chat("ended-lately").ended_at(4_000_000_000),
        ];
        assert_eq!(accounts.enter(&contacts, 4_000_000_001), ["unanswered", "ended"]);
    }
}
