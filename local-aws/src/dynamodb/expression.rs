//! Conditions on an item.

use serde_json::Value;

use super::item::Item;

/// A condition.
#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    /// The attribute is equal to the value.
    Equals(String, Value),
    /// The item has no such attribute.
    NotExists(String),
    /// All of these hold.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
}

impl Condition {
    /// Returns true if the condition holds for the item; `None` is no item.
    pub(super) fn holds(&self, item: Option<&Item>) -> bool {
        match self {
            Self::Equals(name, value) => item.and_then(|item| item.get(name)) == Some(value),
            Self::NotExists(name) => item.is_none_or(|item| !item.contains_key(name)),
            Self::All(all) => all.iter().all(|condition| condition.holds(item)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(item)),
        }
    }
}
