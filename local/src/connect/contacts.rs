//! The contacts that Amazon Connect keeps.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::world::{ACCOUNT_ID, INSTANCE_ID, REGION};

/// A contact, under the names of `DescribeContact`; times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Contact {
    /// The contact's id.
    pub id: String,
    /// The contact's ARN; made from the id when left out.
    #[serde(default)]
    pub arn: String,
    /// The first contact of the session that this one belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_contact_id: Option<String>,
    /// The contact before this one in the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_contact_id: Option<String>,
    /// The contact that this one continues or relates to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related_contact_id: Option<String>,
    /// The customer's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// `CHAT`, `VOICE`, `TASK` or `EMAIL`.
    #[serde(default = "chat")]
    pub channel: String,
    /// How it began; `API` for chats.
    #[serde(default = "api")]
    pub initiation_method: String,
    /// When it began.
    #[serde(default = "now")]
    pub initiation_timestamp: u64,
    /// When it ended; `None` while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_timestamp: Option<u64>,
    /// The contact's attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The contact's segment attributes.
    #[serde(default)]
    pub segment_attributes: Map<String, Value>,
}

fn chat() -> String {
    "CHAT".to_owned()
}

fn api() -> String {
    "API".to_owned()
}

fn now() -> u64 {
    clock::since_epoch().as_secs()
}

/// The ARN of a contact of the seeded instance.
fn arn(id: &str) -> String {
    format!("arn:aws:connect:{REGION}:{ACCOUNT_ID}:instance/{INSTANCE_ID}/contact/{id}")
}

impl Contact {
    /// A chat that began just now and has no customer id.
    #[must_use]
    pub fn chat(id: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            arn: arn(&id),
            id,
            initial_contact_id: None,
            previous_contact_id: None,
            related_contact_id: None,
            customer_id: None,
            channel: chat(),
            initiation_method: api(),
            initiation_timestamp: now(),
            disconnect_timestamp: None,
            attributes: BTreeMap::new(),
            segment_attributes: Map::new(),
        }
    }

    /// The same for this customer.
    #[must_use]
    pub fn customer(mut self, id: impl Into<String>) -> Self {
        self.customer_id = Some(id.into());
        self
    }

    /// The same on this channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = channel.into();
        self
    }

    /// The same as a later segment of the session that began with `initial`, after `previous`.
    #[must_use]
    pub fn continuing(mut self, initial: impl Into<String>, previous: impl Into<String>) -> Self {
        self.initial_contact_id = Some(initial.into());
        self.previous_contact_id = Some(previous.into());
        self
    }

    /// The same, ended just now.
    #[must_use]
    pub fn ended(self) -> Self {
        self.ended_at(now())
    }

    /// The same, ended at this second since 1970 and begun ten minutes before.
    #[must_use]
    pub fn ended_at(mut self, second: u64) -> Self {
        self.initiation_timestamp = self.initiation_timestamp.min(second.saturating_sub(600));
        self.disconnect_timestamp = Some(second);
        self
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.disconnect_timestamp.is_none()
    }

    fn is_initial(&self) -> bool {
        self.initial_contact_id
            .as_ref()
            .is_none_or(|initial| *initial == self.id)
            && self.previous_contact_id.is_none()
    }

    fn belongs_to(&self, initial: &str) -> bool {
        self.id == initial || self.initial_contact_id.as_deref() == Some(initial)
    }
}

/// Why a contact cannot be continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discontinuous {
    Unknown,
    NotAChat,
    StillRunning,
    NotInitial,
}

/// The contacts, and which of them were started through the API.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    all: HashMap<String, Contact>,
    started: Vec<String>,
}

impl Contacts {
    pub(crate) fn with(contacts: Vec<Contact>) -> Self {
        let all = contacts
            .into_iter()
            .map(|contact| (contact.id.clone(), contact))
            .collect();
        Self {
            all,
            started: Vec::new(),
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Contact> {
        self.all.get(id)
    }

    /// Every contact, oldest first.
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

    /// Ends a contact. `false` if there is none of that id.
    pub(crate) fn end(&mut self, id: &str) -> bool {
        let Some(contact) = self.all.get_mut(id) else {
            return false;
        };
        contact.disconnect_timestamp.get_or_insert_with(now);
        true
    }

    /// How many chats the API has started.
    pub(crate) fn started(&self) -> usize {
        self.started.len()
    }

    /// How many of the chats that the API has started still run.
    pub(crate) fn running(&self) -> usize {
        self.started
            .iter()
            .filter_map(|id| self.all.get(id))
            .filter(|contact| contact.is_running())
            .count()
    }

    /// The contact that a persistent chat `FROM_SEGMENT` continues: exactly this one.
    pub(crate) fn segment(&self, id: &str) -> Result<&Contact, Discontinuous> {
        let contact = self.find(id).ok_or(Discontinuous::Unknown)?;
        if contact.channel != "CHAT" {
            return Err(Discontinuous::NotAChat);
        }
        if contact.is_running() {
            return Err(Discontinuous::StillRunning);
        }
        Ok(contact)
    }

    /// The contact that a persistent chat of the `ENTIRE_PAST_SESSION` continues: the one that ended last.
    pub(crate) fn last_of_session(&self, initial: &str) -> Result<&Contact, Discontinuous> {
        let first = self.find(initial).ok_or(Discontinuous::Unknown)?;
        if first.channel != "CHAT" {
            return Err(Discontinuous::NotAChat);
        }
        if !first.is_initial() {
            return Err(Discontinuous::NotInitial);
        }
        let session = || {
            self.all
                .values()
                .filter(|contact| contact.belongs_to(initial))
        };
        if session().any(Contact::is_running) {
            return Err(Discontinuous::StillRunning);
        }
        let age = |contact: &&Contact| {
            (
                contact.disconnect_timestamp,
                contact.previous_contact_id.is_some(),
            )
        };
        session().max_by_key(age).ok_or(Discontinuous::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::*;

    fn contacts() -> Contacts {
        Contacts::with(crate::world::contacts())
    }

    #[test]
    fn a_session_continues_from_its_last_contact() {
        let contacts = contacts();
        let last = contacts.last_of_session(ENDED_INITIAL_CONTACT_ID);
        assert_eq!(
            last.map(|contact| contact.id.as_str()),
            Ok(ENDED_LATEST_CONTACT_ID)
        );
    }

    #[test]
    fn a_session_is_named_by_its_first_contact_only() {
        assert_eq!(
            contacts().last_of_session(ENDED_LATEST_CONTACT_ID),
            Err(Discontinuous::NotInitial)
        );
    }

    #[test]
    fn a_segment_is_continued_exactly() {
        for id in [ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID] {
            assert_eq!(
                contacts().segment(id).map(|contact| contact.id.clone()),
                Ok(id.to_owned())
            );
        }
    }

    #[test]
    fn what_cannot_be_continued() {
        for (id, why) in [
            (RUNNING_CONTACT_ID, Discontinuous::StillRunning),
            (VOICE_CONTACT_ID, Discontinuous::NotAChat),
            ("nothing", Discontinuous::Unknown),
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
            Err(Discontinuous::StillRunning)
        );
    }
}
