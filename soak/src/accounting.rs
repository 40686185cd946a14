//! The account of every request: exactly as many chats as it must have led to.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use local_aws::Contact;

use crate::markers::MARKER;

/// How many findings are described in the report.
const DESCRIBED: usize = 20;

/// How many chats a request must have led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpectedChats {
    /// The request succeeded.
    One,
    /// The request was rejected.
    Zero,
    /// The request failed and is not sent again.
    AtMostOne,
}

#[derive(Debug)]
struct Entry {
    name: String,
    closed: Option<(Instant, ExpectedChats)>,
}

/// What was found wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) duplicates: usize,
    pub(crate) lost: usize,
    pub(crate) wrong: usize,
    /// The first findings in words.
    pub(crate) descriptions: Vec<String>,
}

impl Findings {
    fn describe(&mut self, text: String) {
        if self.descriptions.len() < DESCRIBED {
            self.descriptions.push(text);
        }
    }
}

/// The account of every request.
#[derive(Debug)]
pub(crate) struct Accounting {
    entries: HashMap<String, Entry>,
    /// The contacts that existed before the first request.
    seeded: HashSet<String>,
    findings: Findings,
}

impl Accounting {
    pub(crate) fn new(seeded: impl IntoIterator<Item = Contact>) -> Self {
        Self {
            entries: HashMap::new(),
            seeded: seeded.into_iter().map(|contact| contact.id).collect(),
            findings: Findings::default(),
        }
    }

    pub(crate) fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Opens the account of a request that is about to be sent.
    pub(crate) fn open(&mut self, marker: &str, name: &str) {
        let entry = Entry { name: name.to_owned(), closed: None };
        self.entries.insert(marker.to_owned(), entry);
    }

    /// Closes the account of a request: its number of chats does not change any more.
    pub(crate) fn close(&mut self, marker: &str, expected: ExpectedChats) {
        if let Some(entry) = self.entries.get_mut(marker) {
            entry.closed = Some((Instant::now(), expected));
        }
    }

    /// Records that an answer, or something else, was wrong.
    pub(crate) fn wrong(&mut self, text: String) {
        self.findings.wrong += 1;
        self.findings.describe(text);
    }

    /// Counts the chats of every request that was closed before `closed_before`, and forgets the
    /// request. Returns the ids of the contacts that have been counted.
    pub(crate) fn audit(&mut self, contacts: &[Contact], closed_before: Instant) -> Vec<String> {
        let mut chats: HashMap<&str, Vec<&str>> = HashMap::new();
        for contact in contacts.iter().filter(|contact| !self.seeded.contains(&contact.id)) {
            let marker = contact.attributes.get(MARKER).map_or("", String::as_str);
            chats.entry(marker).or_default().push(&contact.id);
        }
        let mut counted = self.audit_unknown(&mut chats);
        let closed = |entry: &Entry| entry.closed.filter(|(at, _)| *at <= closed_before);
        let due: Vec<_> = self
            .entries
            .iter()
            .filter_map(|(marker, entry)| Some((marker.clone(), closed(entry)?.1)))
            .collect();
        for (marker, expected) in due {
            let ids = chats.remove(marker.as_str()).unwrap_or_default();
            self.settle(&marker, expected, ids.len());
            counted.extend(ids.into_iter().map(str::to_owned));
        }
        counted
    }

    /// Counts chats without an open account as duplicates: they came after their request was
    /// settled, or were never asked for.
    fn audit_unknown(&mut self, chats: &mut HashMap<&str, Vec<&str>>) -> Vec<String> {
        let unknown: Vec<_> =
            chats.extract_if(|marker, _| !self.entries.contains_key(*marker)).collect();
        for (marker, ids) in &unknown {
            self.findings.duplicates += ids.len();
            self.findings
                .describe(format!("a chat that nothing asked for, with marker {marker:?}"));
        }
        unknown.into_iter().flat_map(|(_, ids)| ids).map(str::to_owned).collect()
    }

    fn settle(&mut self, marker: &str, expected: ExpectedChats, chats: usize) {
        let Some(Entry { name, .. }) = self.entries.remove(marker) else {
            return;
        };
        match (expected, chats) {
            (ExpectedChats::One, 0) => {
                self.findings.lost += 1;
                self.findings.describe(format!("{name}: no chat for {marker}"));
            }
            (ExpectedChats::Zero, 1..) => {
                self.wrong(format!("{name}: rejected, but there is a chat for {marker}"));
            }
            (_, 2..) => {
                self.findings.duplicates += chats - 1;
                self.findings.describe(format!("{name}: {chats} chats for {marker}"));
            }
            _ => {}
        }
    }

    /// Counts the requests that were never closed as lost.
    pub(crate) fn finish(&mut self) {
        for (marker, entry) in std::mem::take(&mut self.entries) {
            self.findings.lost += 1;
            self.findings.describe(format!("{}: no answer in the end for {marker}", entry.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(id: &str, marker: &str) -> Contact {
        let mut contact = Contact::chat(id);
        contact.attributes.insert(MARKER.to_owned(), marker.to_owned());
        contact
    }

    #[test]
    fn missing_and_surplus_chats_are_found() {
        let mut accounting = Accounting::new([Contact::chat("seeded")]);
        for (marker, expected) in [
            ("one", ExpectedChats::One),
            ("lost", ExpectedChats::One),
            ("two", ExpectedChats::One),
            ("rejected", ExpectedChats::Zero),
            ("none", ExpectedChats::Zero),
            ("perhaps", ExpectedChats::AtMostOne),
        ] {
            accounting.open(marker, "test");
            accounting.close(marker, expected);
        }
        accounting.open("open", "test");
        let contacts = [
            Contact::chat("seeded"),
            chat("1", "one"),
            chat("2", "two"),
            chat("3", "two"),
            chat("4", "rejected"),
            chat("5", "open"),
            chat("6", "unknown"),
        ];
        let mut counted = accounting.audit(&contacts, Instant::now());
        counted.sort();
        assert_eq!(counted, ["1", "2", "3", "4", "6"]);
        let findings = accounting.findings();
        assert_eq!((findings.duplicates, findings.lost, findings.wrong), (2, 1, 1));
        accounting.finish();
        assert_eq!(accounting.findings().lost, 2);
    }
}
