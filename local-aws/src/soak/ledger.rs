//! The account of every request: one chat each, no more and no less.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::marks;
use crate::connect::Contact;

/// How many problems are told in full.
const TOLD: usize = 20;

/// How many chats a request must have led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// One: it succeeded.
    One,
    /// None: it was refused.
    None,
    /// One or none: it failed, and nobody asks again.
    OneAtMost,
}

#[derive(Debug)]
struct Entry {
    name: String,
    closed: Option<(Instant, Expect)>,
}

/// What went wrong so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Faulty {
    pub(super) duplicates: usize,
    pub(super) lost: usize,
    pub(super) wrong: usize,
    /// The first problems, in words.
    pub(super) told: Vec<String>,
}

/// The account of every request.
#[derive(Debug)]
pub(super) struct Ledger {
    entries: HashMap<String, Entry>,
    /// The contacts that were there before.
    seeded: HashSet<String>,
    pub(super) faulty: Faulty,
}

impl Ledger {
    pub(super) fn new(seeded: impl IntoIterator<Item = Contact>) -> Self {
        Self {
            entries: HashMap::new(),
            seeded: seeded.into_iter().map(|contact| contact.id).collect(),
            faulty: Faulty::default(),
        }
    }

    /// A request is about to be made.
    pub(super) fn open(&mut self, marker: &str, name: &str) {
        let entry = Entry { name: name.to_owned(), closed: None };
        self.entries.insert(marker.to_owned(), entry);
    }

    /// It is known how a request ended.
    pub(super) fn close(&mut self, marker: &str, expect: Expect) {
        if let Some(entry) = self.entries.get_mut(marker) {
            entry.closed = Some((Instant::now(), expect));
        }
    }

    /// An answer, or something else, was not as it must be.
    pub(super) fn wrong(&mut self, text: String) {
        self.faulty.wrong += 1;
        self.tell(text);
    }

    fn tell(&mut self, text: String) {
        if self.faulty.told.len() < TOLD {
            self.faulty.told.push(text);
        }
    }

    /// Counts the chats of every request closed by then, and forgets it.
    /// The ids of the contacts that may be forgotten as well.
    pub(super) fn audit(&mut self, contacts: &[Contact], by: Instant) -> Vec<String> {
        let mut chats: HashMap<&str, Vec<&str>> = HashMap::new();
        for contact in contacts {
            if !self.seeded.contains(&contact.id) {
                let marker = contact.attributes.get(marks::MARKER);
                let marker = marker.map_or("", String::as_str);
                chats.entry(marker).or_default().push(&contact.id);
            }
        }
        let mut done = self.strays(&mut chats);
        let is_due = |entry: &Entry| entry.closed.filter(|(at, _)| *at <= by);
        let due = self.entries.iter();
        let due = due.filter_map(|(marker, entry)| Some((marker.clone(), is_due(entry)?.1)));
        for (marker, expect) in due.collect::<Vec<_>>() {
            let ids = chats.remove(marker.as_str()).unwrap_or_default();
            self.settle(&marker, expect, ids.len());
            done.extend(ids.into_iter().map(str::to_owned));
        }
        done
    }

    /// Chats that no request is open for: they came after all was settled, or were never asked for.
    fn strays(&mut self, chats: &mut HashMap<&str, Vec<&str>>) -> Vec<String> {
        let known = |marker: &str| self.entries.contains_key(marker);
        let strays: Vec<_> = chats.extract_if(|marker, _| !known(marker)).collect();
        for (marker, ids) in &strays {
            self.faulty.duplicates += ids.len();
            self.tell(format!("a chat too many, for {marker:?}"));
        }
        let ids = strays.into_iter().flat_map(|(_, ids)| ids);
        ids.map(str::to_owned).collect()
    }

    fn settle(&mut self, marker: &str, expect: Expect, chats: usize) {
        let Some(entry) = self.entries.remove(marker) else {
            return;
        };
        let name = entry.name;
        match (expect, chats) {
            (Expect::One, 0) => {
                self.faulty.lost += 1;
                self.tell(format!("{name}: no chat, for {marker}"));
            }
            (Expect::None, 1..) => self.wrong(format!("{name}: a chat all the same, for {marker}")),
            (_, 2..) => {
                self.faulty.duplicates += chats - 1;
                self.tell(format!("{name}: {chats} chats, for {marker}"));
            }
            _ => {}
        }
    }

    /// Gives up what is still open.
    pub(super) fn end(&mut self) {
        for (marker, entry) in std::mem::take(&mut self.entries) {
            self.faulty.lost += 1;
            self.tell(format!("{}: no answer in the end, for {marker}", entry.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(id: &str, marker: &str) -> Contact {
        let mut contact = Contact::chat(id);
        contact.attributes.insert(marks::MARKER.to_owned(), marker.to_owned());
        contact
    }

    #[test]
    fn chats_are_counted() {
        let mut ledger = Ledger::new([Contact::chat("seeded")]);
        for (marker, expect) in [
            ("one", Expect::One),
            ("lost", Expect::One),
            ("two", Expect::One),
            ("refused", Expect::None),
            ("none", Expect::None),
            ("perhaps", Expect::OneAtMost),
        ] {
            ledger.open(marker, "test");
            ledger.close(marker, expect);
        }
        ledger.open("open", "test");
        let contacts = [
            Contact::chat("seeded"),
            chat("1", "one"),
            chat("2", "two"),
            chat("3", "two"),
            chat("4", "refused"),
            chat("5", "open"),
            chat("6", "stray"),
        ];
        let mut done = ledger.audit(&contacts, Instant::now());
        done.sort();
        assert_eq!(done, ["1", "2", "3", "4", "6"]);
        let faulty = &ledger.faulty;
        assert_eq!((faulty.duplicates, faulty.lost, faulty.wrong), (2, 1, 1));
        ledger.end();
        assert_eq!(ledger.faulty.lost, 2);
    }
}
