//! The items of the contact table.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::connect::RunningChat;

/// The partition key.
pub(super) const CUSTOMER: &str = "customer";
/// The id of the attempt to start the chat.
pub(super) const ATTEMPT_ID: &str = "attempt_id";
/// The time until which other requests wait for the attempt: epoch
/// milliseconds, 0 once it is over.
pub(super) const HELD_UNTIL: &str = "held_until";
/// The time at which DynamoDB may delete the item: epoch seconds.
const EXPIRES: &str = "expires";
/// The id of the request that holds the claim, which may have taken over the
/// attempt of another.
const HOLDER: &str = "holder";
const CONTACT: &str = "contact";
const PARTICIPANT: &str = "participant";
const TOKEN: &str = "token";

type Attributes = HashMap<String, AttributeValue>;

/// The customer's chat in a flow, as the table has it.
pub(crate) enum Record {
    /// There is none.
    Absent,
    /// A request is starting it, or has not been able to.
    Claimed {
        /// The id of the attempt.
        attempt_id: String,
        /// The time until which the request may take, in epoch milliseconds.
        held_until: u64,
        /// True if the chat of the attempt, if there is one, has ended unjoined.
        is_expired: bool,
    },
    /// It has been started.
    Started {
        /// The id of the attempt.
        attempt_id: String,
        /// The chat.
        chat: RunningChat,
        /// True if the chat has reached its duration.
        is_expired: bool,
    },
}

impl Record {
    /// Reads an item; `None` if it is not one of this module.
    pub(super) fn read(item: &Attributes) -> Option<Self> {
        let attempt_id = string(item, ATTEMPT_ID)?;
        let held_until = number(item, HELD_UNTIL)?;
        number(item, EXPIRES)?;
        let is_expired = Item::is_expired(item);
        if !item.contains_key(CONTACT) {
            return Some(Self::Claimed { attempt_id, held_until, is_expired });
        }
        let chat = RunningChat {
            contact_id: string(item, CONTACT)?,
            participant_id: string(item, PARTICIPANT)?,
            participant_token: string(item, TOKEN)?,
        };
        Some(Self::Started { attempt_id, chat, is_expired })
    }

    /// The attempt that a claim of the item takes over.
    pub(super) fn resumed_attempt(&self) -> Option<&str> {
        match self {
            Self::Claimed { attempt_id, is_expired: false, .. } => Some(attempt_id),
            _ => None,
        }
    }

    /// The attributes that change with each claim.
    pub(super) fn version(&self) -> Option<(&str, u64)> {
        match self {
            Self::Absent => None,
            Self::Claimed { attempt_id, held_until, .. } => Some((attempt_id, *held_until)),
            Self::Started { attempt_id, .. } => Some((attempt_id, 0)),
        }
    }
}

/// Makes and reads items.
pub(super) struct Item;

impl Item {
    pub(super) fn claim(
        key: &str,
        attempt_id: &str,
        holder: &str,
        (until, expires): (SystemTime, SystemTime),
    ) -> Attributes {
        attributes([
            (CUSTOMER, text(key)),
            (ATTEMPT_ID, text(attempt_id)),
            (HOLDER, text(holder)),
            (HELD_UNTIL, AttributeValue::N(millis(until).to_string())),
            (EXPIRES, seconds(expires)),
        ])
    }

    pub(super) fn chat(
        key: &str,
        attempt_id: &str,
        chat: &RunningChat,
        expires: SystemTime,
    ) -> Attributes {
        attributes([
            (CUSTOMER, text(key)),
            (ATTEMPT_ID, text(attempt_id)),
            (HELD_UNTIL, AttributeValue::N("0".to_owned())),
            (EXPIRES, seconds(expires)),
            (CONTACT, text(&chat.contact_id)),
            (PARTICIPANT, text(&chat.participant_id)),
            (TOKEN, text(&chat.participant_token)),
        ])
    }

    pub(super) fn latest(key: &str, contact_id: &str, expires: SystemTime) -> Attributes {
        attributes([
            (CUSTOMER, text(key)),
            (CONTACT, text(contact_id)),
            (EXPIRES, seconds(expires)),
        ])
    }

    pub(super) fn contact(item: &Attributes) -> Option<String> {
        string(item, CONTACT)
    }

    /// DynamoDB deletes expired items late.
    pub(super) fn is_expired(item: &Attributes) -> bool {
        let now = millis(SystemTime::now()) / 1_000;
        number(item, EXPIRES).is_none_or(|expires| expires <= now)
    }
}

fn attributes<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Attributes {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn string(item: &Attributes, name: &str) -> Option<String> {
    let text = item.get(name)?.as_s().ok()?;
    Some(text.clone()).filter(|text| !text.is_empty())
}

fn number(item: &Attributes, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn seconds(time: SystemTime) -> AttributeValue {
    AttributeValue::N((millis(time) / 1_000).to_string())
}

/// Returns the epoch milliseconds of a time.
pub(super) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
