//! The stand-in of DynamoDB: one table, with the requests that the function sends. Any other
//! request is an error.

pub(crate) mod control;
mod expression;
mod item;
mod parser;
mod placeholders;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::connect::Operation;
use crate::fixtures::{ACCOUNT_ID, REGION};
use crate::lock::lock;
use item::{Item, NAMES, VALUES, check_types};
use parser::{parse_condition, parse_update};
use placeholders::Placeholders;

/// The partition key.
const KEY: &str = "customer";

/// The stand-in of a table. Items whose time to live is over stay: DynamoDB deletes them late.
#[derive(Clone, Debug)]
pub struct Table(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    arn: String,
    items: Mutex<BTreeMap<String, Item>>,
}

impl Table {
    pub(crate) fn new(name: &str) -> Self {
        Self(Arc::new(Inner {
            name: name.to_owned(),
            arn: format!("arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}"),
            items: Mutex::default(),
        }))
    }

    /// The ARN of the table.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.0.arn
    }

    /// The items in DynamoDB's JSON, in the order of their keys.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        lock(&self.0.items).values().cloned().map(Value::Object).collect()
    }

    /// Adds or replaces an item in DynamoDB's JSON. Returns false if it has no key, or
    /// an attribute that is invalid.
    #[expect(clippy::must_use_candidate, reason = "most callers give the key")]
    pub fn put(&self, item: Value) -> bool {
        let Value::Object(item) = item else { return false };
        let (Ok(()), Ok(key)) = (check_types(&item), key(&item)) else { return false };
        lock(&self.0.items).insert(key, item);
        true
    }

    /// Removes the items that name one of these contacts.
    pub fn forget_contacts(&self, ids: &[String]) {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let contact = |item: &Item| Some(ids.contains(item.get("contact")?.get("S")?.as_str()?));
        lock(&self.0.items).retain(|_, item| contact(item) != Some(true));
    }

    /// Removes every item.
    pub fn clear(&self) {
        lock(&self.0.items).clear();
    }

    pub(crate) fn handle(&self, operation: Operation, body: &Value) -> Result<Value, ApiError> {
        match operation {
            Operation::GetItem => self.get_item(body),
            Operation::PutItem => self.put_item(body),
            _ => self.update_item(body),
        }
    }

    fn get_item(&self, body: &Value) -> Result<Value, ApiError> {
        self.check(body, &["Key", "ConsistentRead"])?;
        let key = whole_key(body)?;
        let items = lock(&self.0.items);
        Ok(items.get(&key).map_or_else(|| json!({}), |item| json!({"Item": item})))
    }

    fn put_item(&self, body: &Value) -> Result<Value, ApiError> {
        self.check(body, &["Item", CONDITION, NAMES, VALUES])?;
        let item = object(body, "Item")?;
        check_types(item)?;
        let key = key(item)?;
        let placeholders = Placeholders::parse(body)?;
        let condition = text(body, CONDITION).map(|text| parse_condition(text, &placeholders));
        let condition = condition.transpose()?;
        placeholders.check_used()?;
        let mut items = lock(&self.0.items);
        if condition.is_some_and(|condition| !condition.holds(items.get(&key))) {
            return Err(condition_failed());
        }
        items.insert(key, item.clone());
        Ok(json!({}))
    }

    fn update_item(&self, body: &Value) -> Result<Value, ApiError> {
        self.check(body, &["Key", UPDATE, CONDITION, NAMES, VALUES])?;
        let key = whole_key(body)?;
        let placeholders = Placeholders::parse(body)?;
        let update =
            text(body, UPDATE).map(|text| parse_update(text, &placeholders)).transpose()?;
        let condition = text(body, CONDITION).map(|text| parse_condition(text, &placeholders));
        let condition = condition.transpose()?;
        placeholders.check_used()?;
        let update = update.unwrap_or_default();
        if update.iter().any(|(name, _)| name == KEY) {
            return Err(ApiError::invalid(format!(
                "One or more parameter values were invalid: Cannot update attribute {KEY}. This attribute is part of the key"
            )));
        }
        let mut items = lock(&self.0.items);
        if condition.is_some_and(|condition| !condition.holds(items.get(&key))) {
            return Err(condition_failed());
        }
        let new = || object(body, "Key").cloned().unwrap_or_default();
        items.entry(key).or_insert_with(new).extend(update);
        Ok(json!({}))
    }

    /// Rejects members that are not implemented, and other tables.
    fn check(&self, body: &Value, members: &[&str]) -> Result<(), ApiError> {
        let mut names = body.as_object().into_iter().flat_map(Map::keys);
        let is_other = |name: &&String| *name != "TableName" && !members.contains(&name.as_str());
        if let Some(name) = names.find(is_other) {
            return Err(ApiError::invalid(format!("The stand-in does not implement {name}")));
        }
        match text(body, "TableName") {
            Some(table) if table == self.0.name || table == self.0.arn => Ok(()),
            Some(_) => {
                Err(ApiError::new("ResourceNotFoundException", "Requested resource not found"))
            }
            None => Err(ApiError::invalid("TableName is required")),
        }
    }
}

const CONDITION: &str = "ConditionExpression";
const UPDATE: &str = "UpdateExpression";

fn condition_failed() -> ApiError {
    ApiError::new("ConditionalCheckFailedException", "The conditional request failed")
}

fn text<'a>(body: &'a Value, member: &str) -> Option<&'a str> {
    body.get(member).and_then(Value::as_str)
}

fn object<'a>(body: &'a Value, member: &str) -> Result<&'a Item, ApiError> {
    let object = body.get(member).and_then(Value::as_object);
    object.ok_or_else(|| ApiError::invalid(format!("{member} is required")))
}

/// The key in an item.
fn key(item: &Item) -> Result<String, ApiError> {
    let key = item.get(KEY).and_then(|value| value.get("S")?.as_str());
    key.filter(|key| !key.is_empty()).map(ToOwned::to_owned).ok_or_else(|| {
        let message =
            format!("One or more parameter values were invalid: Missing the key {KEY} in the item");
        ApiError::invalid(message)
    })
}

/// The key in a `Key`, which has nothing else.
fn whole_key(body: &Value) -> Result<String, ApiError> {
    let object = object(body, "Key")?;
    check_types(object)?;
    let mismatch = || ApiError::invalid("The provided key element does not match the schema");
    if object.len() != 1 {
        return Err(mismatch());
    }
    key(object).map_err(|_| mismatch())
}

#[cfg(test)]
mod tests;
