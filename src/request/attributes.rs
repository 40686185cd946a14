//! `Attributes`: the strings a flow reads as `$.Attributes.…`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::member::Member;
use crate::json::{push_pointer, type_name};

/// A contact's attributes may have 32 KiB of UTF-8 in all
/// (API reference, `StartChatContactRequest.Attributes`).
const TOTAL_BYTES: usize = 32_768;

/// A name has 1 to 32,767 characters (API reference, `AttributeName`).
const NAME: std::ops::RangeInclusive<usize> = 1..=32_767;

/// The contact attributes asked for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    pub(crate) values: BTreeMap<String, String>,
    pointer: String,
}

impl Attributes {
    /// Where the attributes stand in the request.
    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Where the attribute of this name stands in the request.
    pub(crate) fn pointer_to(&self, name: &str) -> String {
        push_pointer(&self.pointer, name)
    }

    /// Adds an attribute that the caller did not give, unless the limit of
    /// 32,768 bytes would be passed. Tells whether it was added.
    pub(crate) fn add_if_room(&mut self, name: &str, value: &str) -> bool {
        let replaced = self.values.get(name).map_or(0, |old| name.len() + old.len());
        let others = total(&self.values) - replaced;
        let fits = others + name.len() + value.len() <= TOTAL_BYTES;
        if fits {
            self.values.insert(name.to_owned(), value.to_owned());
        }
        fits
    }
}

fn total(values: &BTreeMap<String, String>) -> usize {
    values.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// Reads the attributes: an object, or (as some clients send it) a string
/// that holds one.
pub(super) fn read(member: &Member<'_>) -> Attributes {
    let values = object(member).map_or_else(BTreeMap::new, |object| strings(member, &object));
    let bytes = total(&values);
    if bytes > TOTAL_BYTES {
        member.problem(format!(
            "names and values must have at most {TOTAL_BYTES} bytes of UTF-8 together, not {bytes}"
        ));
    }
    Attributes { values, pointer: member.pointer.clone() }
}

fn object<'a>(member: &Member<'a>) -> Option<Cow<'a, Map<String, Value>>> {
    let Some(text) = member.value.as_str() else {
        return member.object().map(Cow::Borrowed);
    };
    if text.trim().is_empty() {
        return None;
    }
    let object = serde_json::from_str(text).ok().map(Cow::Owned);
    if object.is_none() {
        member.problem("is a string, so it must hold a JSON object");
    }
    object
}

fn strings(member: &Member<'_>, object: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut strings = BTreeMap::new();
    for (name, value) in object {
        let pointer = push_pointer(&member.pointer, name);
        let problem = |detail: String| member.report().problem(&pointer, detail);
        if !name.bytes().all(super::is_name_byte) {
            problem("its name must consist of letters, digits, dashes and underscores".to_owned());
        } else if !NAME.contains(&name.len()) {
            let count = name.len();
            problem(format!("its name must have 1 to 32767 characters, not {count}"));
        }
        match string(value) {
            Some(text) => drop(strings.insert(name.clone(), text)),
            None => problem(format!("must be a string, not {}", type_name(value))),
        }
    }
    strings
}

/// A number or boolean is written out as its JSON text.
fn string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
