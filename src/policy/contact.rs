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
        self.chat
            .named_contact()
            .filter(|id| id.bytes().all(is_byte))
    }

    /// The instance to look in.
    #[must_use]
    pub fn instance_id(&self) -> &str {
        &self.chat.instance_id
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
