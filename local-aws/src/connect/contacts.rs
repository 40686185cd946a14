//! All contacts.

use std::collections::{HashMap, HashSet};

use super::contact::{Contact, arn, now};

/// Why a chat cannot be continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotContinuable {
    Unknown,
    NotAChat,
    StillRunning,
    NotInitial,
}

/// All contacts, and which of them were started through the API.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    all: HashMap<String, Contact>,
    started: Vec<String>,
    /// The number of started contacts that were forgotten.
    forgotten: usize,
}

impl Contacts {
    pub(crate) fn with(contacts: Vec<Contact>) -> Self {
        let all = contacts.into_iter().map(|contact| (contact.id.clone(), contact)).collect();
        Self { all, ..Self::default() }
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Contact> {
        self.all.get(id)
    }

    /// All contacts, oldest first.
    pub(crate) fn list(&self) -> Vec<Contact> {
        let mut list: Vec<_> = self.all.values().cloned().collect();
        list.sort_by(|a, b| (a.initiation_timestamp, &a.id).cmp(&(b.initiation_timestamp, &b.id)));
        list
    }

    pub(crate) fn put(&mut self, mut contact: Contact) {
        if contact.arn.is_empty() {
            contact.arn = arn(&contact.id);
        }
        self.all.insert(contact.id.clone(), contact);
    }

    /// Adds a chat that the API started.
    pub(crate) fn start(&mut self, contact: Contact) {
        self.started.push(contact.id.clone());
        self.put(contact);
    }

    /// Ends a contact. Returns false if there is no contact with this id.
    pub(crate) fn end(&mut self, id: &str) -> bool {
        let Some(contact) = self.all.get_mut(id) else {
            return false;
        };
        contact.disconnect_timestamp.get_or_insert_with(now);
        true
    }

    /// Ends a contact for this reason.
    pub(crate) fn end_because(&mut self, id: &str, reason: &str) {
        if self.end(id)
            && let Some(contact) = self.all.get_mut(id)
        {
            contact.disconnect_reason = Some(reason.to_owned());
        }
    }

    /// Ends a contact by a transfer, and returns the id of the contact that follows it.
    pub(crate) fn transfer(&mut self, id: &str, initial: &str) -> Option<String> {
        let next = self.all.get(id)?.transferred(initial);
        let next_id = next.id.clone();
        self.end_because(id, "TRANSFERRED");
        // The session still counts as one active chat.
        for started in self.started.iter_mut().filter(|started| *started == id) {
            started.clone_from(&next_id);
        }
        self.put(next);
        Some(next_id)
    }

    /// The number of chats that the API has started.
    pub(crate) fn started(&self) -> usize {
        self.started.len() + self.forgotten
    }

    /// Forgets contacts. They still count as started.
    pub(crate) fn forget(&mut self, ids: &HashSet<&str>) {
        let before = self.started.len();
        self.started.retain(|id| !ids.contains(id.as_str()));
        self.forgotten += before - self.started.len();
        self.all.retain(|id, _| !ids.contains(id.as_str()));
    }

    /// The number of chats that the API has started and that have not ended.
    pub(crate) fn running(&self) -> usize {
        self.started
            .iter()
            .filter_map(|id| self.all.get(id))
            .filter(|contact| contact.is_running())
            .count()
    }

    /// The contact that a persistent chat with `FROM_SEGMENT` continues: the one with this id.
    pub(crate) fn segment(&self, id: &str) -> Result<&Contact, NotContinuable> {
        let contact = self.find(id).ok_or(NotContinuable::Unknown)?;
        if contact.channel != "CHAT" {
            return Err(NotContinuable::NotAChat);
        }
        if contact.is_running() {
            return Err(NotContinuable::StillRunning);
        }
        Ok(contact)
    }

    /// The contact that a persistent chat with `ENTIRE_PAST_SESSION` continues: the last one of the
    /// session that began with `initial`.
    pub(crate) fn last_of_session(&self, initial: &str) -> Result<&Contact, NotContinuable> {
        let first = self.find(initial).ok_or(NotContinuable::Unknown)?;
        if first.channel != "CHAT" {
            return Err(NotContinuable::NotAChat);
        }
        if !first.is_initial() {
            return Err(NotContinuable::NotInitial);
        }
        let session = || self.all.values().filter(|contact| contact.belongs_to(initial));
        if session().any(Contact::is_running) {
            return Err(NotContinuable::StillRunning);
        }
        let age = |contact: &&Contact| {
            (contact.disconnect_timestamp, contact.previous_contact_id.is_some())
        };
        session().max_by_key(age).ok_or(NotContinuable::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::*;

    fn contacts() -> Contacts {
        Contacts::with(crate::connect::seed::contacts())
    }

    #[test]
    fn a_session_is_continued_from_its_last_contact() {
        let contacts = contacts();
        let last = contacts.last_of_session(ENDED_INITIAL_CONTACT_ID);
        assert_eq!(last.map(|contact| contact.id.as_str()), Ok(ENDED_LATEST_CONTACT_ID));
    }

    #[test]
    fn only_the_first_contact_identifies_a_session() {
        assert_eq!(
            contacts().last_of_session(ENDED_LATEST_CONTACT_ID),
            Err(NotContinuable::NotInitial)
        );
    }

    #[test]
    fn a_segment_is_continued_from_itself() {
        for id in [ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID] {
            assert_eq!(contacts().segment(id).map(|contact| contact.id.clone()), Ok(id.to_owned()));
        }
    }

    #[test]
    fn chats_that_cannot_be_continued() {
        for (id, why) in [
            (RUNNING_CONTACT_ID, NotContinuable::StillRunning),
            (VOICE_CONTACT_ID, NotContinuable::NotAChat),
            ("nothing", NotContinuable::Unknown),
        ] {
            assert_eq!(contacts().segment(id), Err(why), "{id}");
            assert_eq!(contacts().last_of_session(id), Err(why), "{id}");
        }
    }

    #[test]
    fn a_session_with_a_running_contact_has_not_ended() {
        let mut contacts = contacts();
        let later =
            Contact::chat("later").continuing(ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID);
        contacts.put(later);
        assert_eq!(
            contacts.last_of_session(ENDED_INITIAL_CONTACT_ID),
            Err(NotContinuable::StillRunning)
        );
    }
}
