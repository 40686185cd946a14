//! Verifies that the contact which a chat continues is the caller's own.

use super::earlier_chat::PastChat;
use super::start_chat::StartChat;
use crate::request::RehydrationType;

/// A contact, as `DescribeContact` returns it.
#[derive(Clone, Default)]
pub struct Contact {
    /// The first contact of its session; absent if it is the first itself.
    pub initial_contact_id: Option<String>,
    /// The customer for whom it was started.
    pub customer_id: Option<String>,
    /// True if it is a chat.
    pub is_chat: bool,
    /// True if it has ended.
    pub has_ended: bool,
}

/// The reason why a contact may not be continued. It is not reported to the
/// caller, except about a chat of their own, so that nobody can find out which
/// contacts exist.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ContactRefusal {
    /// There is no such contact.
    #[error("the contact is unknown")]
    Unknown,
    /// It is another customer's.
    #[error("the contact is another customer's")]
    Foreign,
    /// It has no customer id.
    #[error("the contact has no customer id")]
    Ownerless,
    /// It is a call, a task or an email.
    #[error("the contact is not a chat")]
    NotAChat,
    /// It is the caller's own chat, and has not ended. This is reported.
    #[error("the chat to continue is still active")]
    StillActive,
}

/// The decision on a request that breaks no rule known without its contact.
pub enum Admission {
    /// The chat may be started.
    Granted(StartChat),
    /// It may be started if the contact that it names is the caller's.
    Unverified(UnverifiedContact),
}

/// A chat that names a contact which may not be the caller's.
pub struct UnverifiedContact {
    chat: StartChat,
    /// The word for the past chat if it is refused and the chat starts
    /// without it; `None` if it does not.
    without: Option<PastChat>,
    /// True if the contact is the initial one of a session whose latest one is
    /// verified.
    is_initial: bool,
}

impl UnverifiedContact {
    pub(super) fn new(chat: StartChat, starts_anyway: bool) -> Self {
        let without = starts_anyway.then_some(PastChat::NotContinued);
        Self { chat, without, is_initial: false }
    }

    /// A chat that names the customer's latest contact, and starts without it
    /// if that cannot be continued.
    pub(super) fn latest(chat: StartChat) -> Self {
        Self { chat, without: Some(PastChat::Absent), is_initial: false }
    }

    pub(super) fn chat(&self) -> &StartChat {
        &self.chat
    }

    /// The contact to describe; `None` if the text cannot be a contact's id.
    /// It is an untrusted caller's text: only letters, digits and dashes may
    /// reach a request's path.
    #[must_use]
    pub fn contact_id(&self) -> Option<&str> {
        let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        self.chat.named_contact().filter(|id| id.bytes().all(is_byte))
    }

    /// The instance of the contact.
    #[must_use]
    pub fn instance_id(&self) -> &str {
        &self.chat.members().instance_id
    }

    /// Decides, given the contact if it exists. An entire past session has a
    /// second contact to verify, the initial one, which Connect is sent.
    ///
    /// # Errors
    ///
    /// Returns an error if the contact does not exist, has no owner, is another
    /// customer's or cannot be continued, and if the caller's own chat has not
    /// ended.
    pub fn verify(mut self, found: Option<Contact>) -> Result<Admission, ContactRefusal> {
        let contact = match (self.check(found), self.without) {
            (Ok(contact), _) => contact,
            (Err(ContactRefusal::StillActive), Some(PastChat::NotContinued)) => {
                return Err(ContactRefusal::StillActive);
            }
            (Err(_), Some(without)) if self.chat.continues() => {
                self.chat.discard_past_chat(without);
                return Ok(Admission::Granted(self.chat));
            }
            (Err(refusal), _) => return Err(refusal),
        };
        if !self.chat.continues() || self.is_initial {
            return Ok(Admission::Granted(self.chat));
        }
        match contact.initial_contact_id.filter(|id| self.is_replaced_by(id)) {
            None => Ok(Admission::Granted(self.chat)),
            Some(initial) => {
                self.chat.set_source_contact(initial);
                Ok(Admission::Unverified(Self { is_initial: true, ..self }))
            }
        }
    }

    fn check(&self, found: Option<Contact>) -> Result<Contact, ContactRefusal> {
        let contact = found.ok_or(ContactRefusal::Unknown)?;
        let owner = contact.customer_id.as_deref().filter(|owner| !owner.is_empty());
        if owner.is_none() {
            return Err(ContactRefusal::Ownerless);
        }
        if owner != self.chat.members().customer_id.as_deref() {
            return Err(ContactRefusal::Foreign);
        }
        if self.chat.continues() && !contact.is_chat {
            return Err(ContactRefusal::NotAChat);
        }
        if self.chat.continues() && !self.is_initial && !contact.has_ended {
            return Err(ContactRefusal::StillActive);
        }
        Ok(contact)
    }

    /// Returns true if the API wants `initial` instead of the latest contact.
    fn is_replaced_by(&self, initial: &str) -> bool {
        let past = self.chat.members().persistent_chat.as_ref();
        past.is_some_and(|past| {
            past.rehydration_type == RehydrationType::EntirePastSession
                && past.source_contact_id != initial
        })
    }
}

#[cfg(test)]
mod tests;
