//! Whose is the contact that a chat wants to go on from?

use super::{Refused, StartChat};
use crate::request::RehydrationType;

/// What is known of a contact (`DescribeContact`).
#[derive(Clone, Default)]
pub struct Contact {
    /// The first contact of its session; absent where it is the first itself.
    pub initial_contact_id: Option<String>,
    /// The customer it was started for.
    pub customer_id: Option<String>,
    /// Whether it is a chat.
    pub is_chat: bool,
    /// Whether it has ended.
    pub has_ended: bool,
}

/// A chat that names a contact which has yet to prove to be the caller's.
pub struct Claimed {
    chat: StartChat,
}

impl Claimed {
    pub(super) fn new(chat: StartChat) -> Self {
        Self { chat }
    }

    /// The contact to look at; `None` where the text cannot be a contact's id.
    /// It is a stranger's text: only letters, digits and dashes may reach a
    /// request's path.
    #[must_use]
    pub fn contact_id(&self) -> Option<&str> {
        let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        self.chat.named_contact().filter(|id| id.bytes().all(is_byte))
    }

    /// The instance to look in.
    #[must_use]
    pub fn instance_id(&self) -> &str {
        &self.chat.members().instance_id
    }

    /// Decides, given what was found of the contact.
    ///
    /// # Errors
    ///
    /// [`Refused::Contact`] alike for a contact that does not exist, has no
    /// owner, is another's or cannot be continued; [`Refused::StillRunning`]
    /// where the caller's own chat has not ended.
    pub fn decide(mut self, found: Option<Contact>) -> Result<StartChat, Refused> {
        let owner = self.chat.customer_id();
        let own =
            found.filter(|contact| owner.is_some() && contact.customer_id.as_deref() == owner);
        let contact = own.ok_or(Refused::Contact)?;
        let Some(persistent) = self.chat.persistent_chat_mut() else {
            return Ok(self.chat);
        };
        if !contact.is_chat {
            return Err(Refused::Contact);
        }
        if !contact.has_ended {
            return Err(Refused::StillRunning);
        }
        if persistent.rehydration_type == RehydrationType::EntirePastSession
            && let Some(initial) = contact.initial_contact_id
        {
            persistent.source_contact_id = initial;
        }
        Ok(self.chat)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Map, Value, json};

    use super::*;
    use crate::policy::{Admission, Instance, Policy};
    use crate::request::{self, ContentTypes, Defaults};
    use crate::trigger::{Caller, Claims, Key, Payload};

    /// The chat that the customer `ana` asks for.
    fn claimed(request: Value) -> Claimed {
        let object = |value| match value {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let policy = Policy {
            instance: Instance::parse("i").expect("an id"),
            default_flow: "f".to_owned(),
            flows: BTreeSet::new(),
            customer_id_claim: Some("sub".to_owned()),
            attribute_claims: Vec::new(),
            allow_unverified_persistent_chat: false,
        };
        let defaults = Defaults {
            display_name: "Customer".to_owned(),
            duration_minutes: None,
            content_types: ContentTypes::default(),
        };
        let caller = Caller::Stranger(Claims::new(object(json!({"sub": "ana"}))));
        let key = Key::Http { header: None };
        let request = object(request);
        let payload = Payload { request, caller, key };
        let request = request::parse(&payload, &defaults).expect("a request");
        match policy.admit(request, &payload.caller).expect("an admission") {
            Admission::Claimed(claimed) => claimed,
            Admission::Granted(_) => panic!("granted without a look at the contact"),
        }
    }

    fn continuing(how: &str) -> Claimed {
        claimed(json!({"PersistentChat": {"RehydrationType": how, "SourceContactId": "latest"}}))
    }

    fn related() -> Claimed {
        claimed(json!({"RelatedContactId": "latest"}))
    }

    fn contact(owner: Option<&str>, is_chat: bool, has_ended: bool) -> Contact {
        Contact {
            initial_contact_id: Some("initial".to_owned()),
            customer_id: owner.map(str::to_owned),
            is_chat,
            has_ended,
        }
    }

    #[test]
    fn only_ones_own_ended_chats_are_continued() {
        for (found, refused) in [
            (Some(contact(Some("ana"), true, true)), None),
            (Some(contact(Some("ana"), true, false)), Some(Refused::StillRunning)),
            (Some(contact(Some("ana"), false, true)), Some(Refused::Contact)),
            (Some(contact(Some("ana"), false, false)), Some(Refused::Contact)),
            (Some(contact(Some("eve"), true, true)), Some(Refused::Contact)),
            (Some(contact(Some("eve"), true, false)), Some(Refused::Contact)),
            (Some(contact(Some("Ana"), true, true)), Some(Refused::Contact)),
            (Some(contact(Some(""), true, true)), Some(Refused::Contact)),
            (Some(contact(None, true, true)), Some(Refused::Contact)),
            (None, Some(Refused::Contact)),
        ] {
            for how in ["FROM_SEGMENT", "ENTIRE_PAST_SESSION"] {
                assert_eq!(continuing(how).decide(found.clone()).err(), refused);
            }
        }
    }

    #[test]
    fn one_may_relate_to_any_contact_of_ones_own() {
        for (found, refused) in [
            (Some(contact(Some("ana"), true, true)), None),
            (Some(contact(Some("ana"), true, false)), None),
            (Some(contact(Some("ana"), false, true)), None),
            (Some(contact(Some("eve"), true, true)), Some(Refused::Contact)),
            (Some(contact(None, false, true)), Some(Refused::Contact)),
            (None, Some(Refused::Contact)),
        ] {
            assert_eq!(related().decide(found).err(), refused);
        }
    }

    #[test]
    fn an_entire_session_goes_by_its_initial_contact() {
        let source = |how: &str, found: Contact| {
            let mut chat = continuing(how).decide(Some(found)).ok();
            let persistent = chat.as_mut().and_then(StartChat::persistent_chat_mut);
            persistent.map(|persistent| persistent.source_contact_id.clone())
        };
        let own = contact(Some("ana"), true, true);
        let first = Contact { initial_contact_id: None, ..own.clone() };
        for (how, found, expected) in [
            ("ENTIRE_PAST_SESSION", own.clone(), "initial"),
            ("ENTIRE_PAST_SESSION", first.clone(), "latest"),
            ("FROM_SEGMENT", own, "latest"),
            ("FROM_SEGMENT", first, "latest"),
        ] {
            assert_eq!(source(how, found).as_deref(), Some(expected), "{how}");
        }
    }
}
