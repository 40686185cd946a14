//! Decides on the earlier chats of a customer whom the contact table knows.

use super::earlier_chat::{LatestChat, PastChat};
use super::past_contact::{Admission, Contact, UnverifiedContact};
use super::start_chat::StartChat;
use crate::request::PersistentChat;

/// The customer's chat in the flow, as the contact table and Connect have it.
pub enum KnownChat {
    /// There is none.
    Absent,
    /// It is being started, by a request that has time left or has not.
    Starting {
        /// True if the request has run out of time.
        is_overdue: bool,
    },
    /// It has been started, and this is its contact, if Connect knows one.
    Started(Option<Contact>),
}

/// The decision on a request for another chat of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Return to the running chat.
    Return,
    /// Wait until the chat has been started.
    Wait,
    /// Start a chat.
    Start,
    /// Start a chat. The table names a contact that is not the customer's chat.
    Distrust,
}

impl StartChat {
    /// Decides whether a chat is started, given the customer's chat in the same flow.
    #[must_use]
    pub fn decide(&self, known: &KnownChat) -> Decision {
        let contact = match known {
            KnownChat::Absent
            | KnownChat::Starting { is_overdue: true }
            | KnownChat::Started(None) => return Decision::Start,
            KnownChat::Starting { is_overdue: false } => return Decision::Wait,
            KnownChat::Started(Some(contact)) => contact,
        };
        let is_own = contact.is_chat && contact.customer_id == self.members().customer_id;
        match contact.has_ended {
            _ if !is_own => Decision::Distrust,
            true => Decision::Start,
            false => Decision::Return,
        }
    }
}

impl Admission {
    /// The chat, which may not have been verified yet.
    #[must_use]
    pub fn chat(&self) -> &StartChat {
        match self {
            Self::Granted(chat) => chat,
            Self::Unverified(contact) => contact.chat(),
        }
    }

    /// Returns true if the customer's latest chat is to be continued, by the
    /// request or by a setting.
    #[must_use]
    pub fn continues_latest(&self) -> bool {
        self.chat().latest_chat().is_some()
    }

    /// Returns true if the request itself asks to continue the latest chat.
    #[must_use]
    pub fn requires_latest(&self) -> bool {
        self.chat().latest_chat().is_some_and(|latest| latest.is_required)
    }

    /// Continues the customer's latest chat, if there is one: `contact_id` is
    /// still to be verified, and the chat starts without it if it is refused.
    #[must_use]
    pub fn continue_latest(self, contact_id: Option<String>) -> Self {
        let mut chat = match self {
            Self::Granted(chat) => chat,
            Self::Unverified(_) => return self,
        };
        match (chat.take_latest_chat(), contact_id) {
            (None, _) => Self::Granted(chat),
            (Some(_), None) => {
                chat.discard_past_chat(PastChat::Absent);
                Self::Granted(chat)
            }
            (Some(LatestChat { rehydration_type, .. }), Some(source_contact_id)) => {
                chat.set_past_chat(PersistentChat { rehydration_type, source_contact_id });
                Self::Unverified(UnverifiedContact::latest(chat))
            }
        }
    }
}

#[cfg(test)]
mod tests;
