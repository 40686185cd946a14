//! Remembers the chats of customers. The only module that uses DynamoDB.
//!
//! A customer has two kinds of items. One per flow holds the running chat with
//! its participant token, and expires with the chat; while the chat is being
//! started, it holds the claim of the request that starts it. The other names
//! the customer's latest contact, and expires when Connect forgets contacts.

mod item;
mod turns;

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;

pub(crate) use self::item::Record;

use self::item::{ATTEMPT_ID, CUSTOMER, HELD_UNTIL, Item, millis};
use self::turns::Turns;
use crate::connect::StartedChat;
use crate::policy::StartChat;
use crate::sdk;

/// The longest time that one operation may take.
const TIMEOUT: Duration = Duration::from_millis(300);

/// The time for which a claim is repeated with the same token: Connect ends a
/// chat that its customer has not joined for five minutes.
const CLAIM: Duration = Duration::from_mins(5);

/// The time for which Connect keeps contact records: 24 months.
const CONTACT_RECORDS: Duration = Duration::from_hours(24 * 730);

/// The duration of a chat that does not say: Connect's default.
const CHAT_MINUTES: u64 = 1_500;

/// The contact table. Its client is created on first use.
pub struct Contacts {
    table: String,
    sdk: SdkConfig,
    endpoint_url: Option<String>,
    client: OnceLock<Client>,
    turns: Turns,
}

/// The keys of a customer's items: hashes, so that the table has no customer ids.
pub(crate) struct Keys {
    running: String,
    latest: String,
}

/// The table cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {cause}")]
pub struct TableError {
    operation: &'static str,
    cause: String,
}

/// The right of a request to record the chat that it starts.
#[derive(Clone)]
pub(crate) enum Claim {
    /// The request holds the customer's item under this id.
    Held(String),
    /// The request could not claim the item; it records its chat if no other has.
    Unheld(String),
    /// The request replaces whatever chat is running.
    Replacing,
}

impl Claim {
    /// The id from which the client token is derived, so that a request that
    /// takes over an overdue claim gets the chat that was started under it, and
    /// a repeated request gets its chat whether or not it reaches the table.
    pub(crate) fn attempt_id(&self) -> Option<&str> {
        match self {
            Self::Held(id) | Self::Unheld(id) => Some(id),
            Self::Replacing => None,
        }
    }
}

impl Keys {
    /// Returns the keys of the chat's customer in the chat's flow; `None` if the
    /// customer is unknown.
    pub(crate) fn of(chat: &StartChat) -> Option<Self> {
        let members = chat.members();
        let customer = members.customer_id.as_deref()?;
        let instance = members.instance_id.as_str();
        Some(Self {
            running: hash(&["running", instance, customer, &members.contact_flow_id]),
            latest: hash(&["latest", instance, customer]),
        })
    }
}

impl Contacts {
    /// Names the table (its name or ARN).
    #[must_use]
    pub fn new(table: String, sdk: &SdkConfig, endpoint_url: Option<String>) -> Self {
        Self {
            table,
            sdk: sdk.clone(),
            endpoint_url,
            client: OnceLock::new(),
            turns: Turns::default(),
        }
    }

    /// Waits until this environment serves no other request of the customer in
    /// the flow.
    pub(crate) async fn turn(&self, keys: &Keys) -> OwnedMutexGuard<()> {
        self.turns.take(&keys.running).await
    }

    /// Reads the customer's chat in the flow; an expired item is none.
    pub(crate) async fn running(&self, keys: &Keys) -> Result<Record, TableError> {
        match self.get(&keys.running).await? {
            Some(item) => Record::read(&item).ok_or_else(|| unreadable("GetItem")),
            None => Ok(Record::Absent),
        }
    }

    /// Reads the customer's latest contact.
    pub(crate) async fn latest(&self, keys: &Keys) -> Result<Option<String>, TableError> {
        let Some(item) = self.get(&keys.latest).await? else {
            return Ok(None);
        };
        let contact = Item::contact(&item).ok_or_else(|| unreadable("GetItem"))?;
        Ok(Some(contact).filter(|_| !Item::is_expired(&item)))
    }

    /// Claims the customer's item, which must still be as it was seen. Returns
    /// `None` if another request was faster. The attempt under an overdue claim
    /// is taken over with its id.
    pub(crate) async fn claim(
        &self,
        keys: &Keys,
        seen: &Record,
        own_id: &str,
        until: SystemTime,
    ) -> Result<Option<Claim>, TableError> {
        let attempt_id = seen.resumed_attempt().unwrap_or(own_id);
        let expires = SystemTime::now() + CLAIM;
        let item = Item::claim(&keys.running, attempt_id, own_id, (until, expires));
        let put = self.client().put_item().table_name(&self.table);
        let put = put.set_item(Some(item.clone()));
        let put = match seen.version() {
            None => put.condition_expression(format!("attribute_not_exists({CUSTOMER})")),
            Some((id, held_until)) => put
                .condition_expression(format!(
                    "{ATTEMPT_ID} = :{ATTEMPT_ID} AND {HELD_UNTIL} = :{HELD_UNTIL}"
                ))
                .expression_attribute_values(format!(":{ATTEMPT_ID}"), text(id))
                .expression_attribute_values(format!(":{HELD_UNTIL}"), number(held_until)),
        };
        let is_held = match put.send().await {
            Ok(_) => true,
            // The SDK repeats a request whose answer was lost: the item may be this one.
            Err(error) if is_conflict(&error) => {
                self.get(&keys.running).await?.as_ref() == Some(&item)
            }
            Err(error) => return Err(failed("PutItem", &error)),
        };
        Ok(is_held.then(|| Claim::Held(attempt_id.to_owned())))
    }

    /// Records the chat that was started under the claim.
    pub(crate) async fn complete(
        &self,
        keys: &Keys,
        claim: &Claim,
        chat: &StartedChat,
        minutes: Option<i32>,
    ) -> Result<(), TableError> {
        let minutes = minutes.and_then(|minutes| u64::try_from(minutes).ok());
        let expires = SystemTime::now() + Duration::from_mins(minutes.unwrap_or(CHAT_MINUTES));
        let id = match claim {
            Claim::Held(id) | Claim::Unheld(id) => id.as_str(),
            Claim::Replacing => chat.contact_id(),
        };
        let item = Item::chat(&keys.running, id, &chat.running(), expires);
        let put = self.client().put_item().table_name(&self.table).set_item(Some(item));
        let put = match claim {
            Claim::Replacing => put,
            Claim::Held(_) | Claim::Unheld(_) => put
                .condition_expression(format!(
                    "attribute_not_exists({CUSTOMER}) OR {ATTEMPT_ID} = :{ATTEMPT_ID}"
                ))
                .expression_attribute_values(format!(":{ATTEMPT_ID}"), text(id)),
        };
        match put.send().await {
            Err(error) if !is_conflict(&error) => Err(failed("PutItem", &error)),
            _ => Ok(()),
        }
    }

    /// Records the customer's latest contact.
    pub(crate) async fn remember(&self, keys: &Keys, chat: &StartedChat) -> Result<(), TableError> {
        let expires = SystemTime::now() + CONTACT_RECORDS;
        let item = Item::latest(&keys.latest, chat.contact_id(), expires);
        let put = self.client().put_item().table_name(&self.table).set_item(Some(item));
        put.send().await.map(drop).map_err(|error| failed("PutItem", &error))
    }

    /// Lets the next request start a chat at once.
    pub(crate) async fn release(&self, keys: &Keys, claim: &Claim) -> Result<(), TableError> {
        let Claim::Held(id) = claim else {
            return Ok(());
        };
        let update = self
            .client()
            .update_item()
            .table_name(&self.table)
            .key(CUSTOMER, text(&keys.running))
            .update_expression(format!("SET {HELD_UNTIL} = :{HELD_UNTIL}"))
            .condition_expression(format!("{ATTEMPT_ID} = :{ATTEMPT_ID}"))
            .expression_attribute_values(format!(":{HELD_UNTIL}"), number(0))
            .expression_attribute_values(format!(":{ATTEMPT_ID}"), text(id));
        match update.send().await {
            Err(error) if !is_conflict(&error) => Err(failed("UpdateItem", &error)),
            _ => Ok(()),
        }
    }

    async fn get(&self, key: &str) -> Result<Option<HashMap<String, AttributeValue>>, TableError> {
        let get = self.client().get_item().table_name(&self.table).key(CUSTOMER, text(key));
        let response = get.consistent_read(true).send().await;
        Ok(response.map_err(|error| failed("GetItem", &error))?.item)
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let timeouts = TimeoutConfig::builder().operation_timeout(TIMEOUT).build();
            let mut shared = sdk::timeouts();
            shared.take_defaults_from(&timeouts);
            let mut config = Builder::from(&self.sdk).timeout_config(shared);
            config.set_endpoint_url(self.endpoint_url.clone());
            Client::from_conf(config.build())
        })
    }
}

/// Returns true if a claim that is held until then (epoch milliseconds) is overdue.
pub(crate) fn is_overdue(held_until: u64) -> bool {
    held_until <= millis(SystemTime::now())
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Hex SHA-256 over length-prefixed fields.
fn hash(fields: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update(field.len().to_be_bytes());
        hasher.update(field);
    }
    hex::encode(hasher.finalize())
}

fn is_conflict<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

fn unreadable(operation: &'static str) -> TableError {
    TableError { operation, cause: "the item cannot be read".to_owned() }
}

fn failed<E>(operation: &'static str, error: &SdkError<E>) -> TableError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    TableError { operation, cause: sdk::describe(error) }
}
