//! Contacts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::fixtures::{ACCOUNT_ID, INSTANCE_ID, REGION};

/// A contact, with the member names of `DescribeContact`. Times are seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Contact {
    /// The contact's id.
    pub id: String,
    /// The contact's ARN; derived from the id if left out.
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
    /// The customer's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// `CHAT`, `VOICE`, `TASK` or `EMAIL`.
    #[serde(default = "chat")]
    pub channel: String,
    /// How it was initiated; `API` for chats.
    #[serde(default = "api")]
    pub initiation_method: String,
    /// When it was initiated.
    #[serde(default = "now")]
    pub initiation_timestamp: u64,
    /// When it ended; `None` if it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_timestamp: Option<u64>,
    /// Why it ended, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<String>,
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

pub(crate) fn now() -> u64 {
    clock::since_epoch().as_secs()
}

/// The ARN of a contact of the seeded instance.
pub(crate) fn arn(id: &str) -> String {
    format!("arn:aws:connect:{REGION}:{ACCOUNT_ID}:instance/{INSTANCE_ID}/contact/{id}")
}

impl Contact {
    /// A chat that begins now and has no customer id.
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
            disconnect_reason: None,
            attributes: BTreeMap::new(),
            segment_attributes: Map::new(),
        }
    }

    /// Sets the customer.
    #[must_use]
    pub fn customer(mut self, id: impl Into<String>) -> Self {
        self.customer_id = Some(id.into());
        self
    }

    /// Sets the channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = channel.into();
        self
    }

    /// Makes it a later segment, after `previous`, of the session that began with `initial`.
    #[must_use]
    pub fn continuing(mut self, initial: impl Into<String>, previous: impl Into<String>) -> Self {
        self.initial_contact_id = Some(initial.into());
        self.previous_contact_id = Some(previous.into());
        self
    }

    /// Ends it now.
    #[must_use]
    pub fn ended(self) -> Self {
        self.ended_at(now())
    }

    /// Ends it at a time in seconds since the Unix epoch; it began at least ten minutes earlier.
    #[must_use]
    pub fn ended_at(mut self, second: u64) -> Self {
        self.initiation_timestamp = self.initiation_timestamp.min(second.saturating_sub(600));
        self.disconnect_timestamp = Some(second);
        self
    }

    /// The contact with which the session continues after a transfer.
    pub(crate) fn transferred(&self, initial: &str) -> Self {
        let next = Self::chat(uuid::Uuid::new_v4().to_string()).continuing(initial, &self.id);
        Self {
            related_contact_id: self.related_contact_id.clone(),
            customer_id: self.customer_id.clone(),
            initiation_method: "TRANSFER".to_owned(),
            attributes: self.attributes.clone(),
            segment_attributes: self.segment_attributes.clone(),
            ..next
        }
    }

    /// Returns true if it has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.disconnect_timestamp.is_none()
    }

    pub(crate) fn is_initial(&self) -> bool {
        self.initial_contact_id.as_ref().is_none_or(|initial| *initial == self.id)
            && self.previous_contact_id.is_none()
    }

    pub(crate) fn belongs_to(&self, initial: &str) -> bool {
        self.id == initial || self.initial_contact_id.as_deref() == Some(initial)
    }
}
