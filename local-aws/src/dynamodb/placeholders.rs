//! The names and values that expressions refer to.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::item::{Item, NAMES, VALUES, check_types};
use crate::api_error::ApiError;

/// Words of DynamoDB's list of reserved words that an attribute of this table could be named.
const RESERVED: [&str; 24] = [
    "CONNECTION",
    "COUNT",
    "DATA",
    "DATE",
    "DURATION",
    "KEY",
    "LANGUAGE",
    "NAME",
    "OWNER",
    "REGION",
    "ROLE",
    "SESSION",
    "SOURCE",
    "STATE",
    "STATUS",
    "TIME",
    "TIMESTAMP",
    "TOKEN",
    "TTL",
    "TYPE",
    "USER",
    "UUID",
    "VALUE",
    "VALUES",
];

/// The `ExpressionAttributeNames` and `ExpressionAttributeValues` of a request.
#[derive(Debug)]
pub(super) struct Placeholders {
    names: Item,
    values: Item,
    used: RefCell<BTreeSet<String>>,
}

impl Placeholders {
    pub(super) fn parse(body: &Value) -> Result<Self, ApiError> {
        let map = |member| body.get(member).and_then(Value::as_object).cloned();
        let (names, values) = (map(NAMES), map(VALUES));
        for (member, map) in [(NAMES, &names), (VALUES, &values)] {
            if map.as_ref().is_some_and(Map::is_empty) {
                return Err(ApiError::invalid(format!("{member} must not be empty")));
            }
        }
        let (names, values) = (names.unwrap_or_default(), values.unwrap_or_default());
        check_types(&values)?;
        Ok(Self { names, values, used: RefCell::default() })
    }

    /// The attribute that a word of an expression names.
    pub(super) fn name(&self, word: &str) -> Result<String, ApiError> {
        if word.starts_with('#') {
            self.used.borrow_mut().insert(word.to_owned());
            let name = self.names.get(word).and_then(Value::as_str);
            return name.map(ToOwned::to_owned).ok_or_else(|| {
                undefined(&format!("attribute name used in the document path is not defined; attribute name: {word}"))
            });
        }
        if RESERVED.contains(&word.to_ascii_uppercase().as_str()) {
            return Err(undefined(&format!(
                "Attribute name is a reserved keyword; reserved keyword: {word}"
            )));
        }
        let is_name = word.starts_with(|first: char| first.is_ascii_alphabetic());
        if is_name { Ok(word.to_owned()) } else { Err(syntax(word)) }
    }

    /// The value that a word of an expression stands for.
    pub(super) fn value(&self, word: &str) -> Result<Value, ApiError> {
        if !word.starts_with(':') {
            return Err(syntax(word));
        }
        self.used.borrow_mut().insert(word.to_owned());
        self.values.get(word).cloned().ok_or_else(|| {
            undefined(&format!(
                "attribute value used in expression is not defined; attribute value: {word}"
            ))
        })
    }

    /// Rejects names and values that no expression refers to.
    pub(super) fn check_used(&self) -> Result<(), ApiError> {
        let used = self.used.borrow();
        for (member, map) in [(NAMES, &self.names), (VALUES, &self.values)] {
            if let Some(unused) = map.keys().find(|name| !used.contains(*name)) {
                return Err(ApiError::invalid(format!(
                    "Value provided in {member} unused in expressions: keys: {{{unused}}}"
                )));
            }
        }
        Ok(())
    }
}

fn undefined(what: &str) -> ApiError {
    ApiError::invalid(format!("Invalid expression: {what}"))
}

/// The error of an expression that is invalid or not implemented at this word.
pub(super) fn syntax(word: &str) -> ApiError {
    ApiError::invalid(format!("Invalid expression: the stand-in does not implement {word:?} here"))
}
