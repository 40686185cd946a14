//! `Attributes`: the strings that a flow reads as `$.Attributes.…`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::limits::{ATTRIBUTE_NAME, ATTRIBUTES_BYTES, is_name_byte};
use super::value::Value;
use crate::field_error::pointer;
use crate::json::Type;

/// The contact attributes of a request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    values: BTreeMap<String, String>,
    /// The name of the member, in the caller's spelling.
    member: String,
}

impl Attributes {
    /// The values by name.
    pub(crate) fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// The values by name.
    pub(crate) fn into_values(self) -> BTreeMap<String, String> {
        self.values
    }

    /// The JSON Pointer to the attributes.
    pub(crate) fn pointer(&self) -> String {
        pointer([self.member.as_str()])
    }

    /// The JSON Pointer to the attribute of this name.
    pub(crate) fn pointer_to(&self, name: &str) -> String {
        pointer([self.member.as_str(), name])
    }

    /// The attribute of this name, unless it is blank.
    pub(crate) fn non_blank(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Removes the attributes of this name, whatever their case.
    pub(crate) fn remove(&mut self, name: &str) {
        self.values.retain(|own, _| !own.eq_ignore_ascii_case(name));
    }

    /// Adds an attribute that the caller did not give, unless the names and
    /// values would exceed 32,768 bytes. Returns whether it was added.
    pub(crate) fn add_if_room(&mut self, name: &str, value: &str) -> bool {
        let replaced = self.values.get(name).map_or(0, |old| name.len() + old.len());
        let total: usize = self.values.iter().map(|(name, value)| name.len() + value.len()).sum();
        let fits = total - replaced + name.len() + value.len() <= ATTRIBUTES_BYTES;
        if fits {
            self.values.insert(name.to_owned(), value.to_owned());
        }
        fits
    }
}

/// Reads the attributes: an object, or (as some clients send it) a string that
/// holds one.
pub(super) fn parse(value: &Value<'_, '_>) -> Option<Attributes> {
    let member = value.path.name();
    let values = match value.json_type() {
        Type::String => {
            let text = value.string().filter(|text| !text.trim().is_empty())?;
            let object = serde_json::from_str::<&RawValue>(&text).ok();
            let object = object.filter(|object| Type::of(object) == Type::Object);
            let Some(raw) = object else {
                value.error("is a string, so it must hold a JSON object");
                return None;
            };
            strings(&Value { raw, path: value.path, report: value.report })
        }
        _ => strings(value),
    };
    Some(Attributes { values, member })
}

fn strings(object: &Value<'_, '_>) -> BTreeMap<String, String> {
    let mut strings = BTreeMap::new();
    let mut bytes = 0;
    object.for_each_member(|name, raw| {
        let value = object.child(&name, raw);
        if is_valid_name(&value, &name)
            && let Some(text) = text(&value)
        {
            bytes += name.len() + text.len();
            if bytes <= ATTRIBUTES_BYTES
                && let Some(repeated) = strings.insert(name.clone().into_owned(), text.into_owned())
            {
                bytes -= name.len() + repeated.len();
            }
        }
    });
    if bytes > ATTRIBUTES_BYTES {
        object.error(format!(
            "names and values must have at most {ATTRIBUTES_BYTES} bytes of UTF-8 together, not {bytes}"
        ));
    }
    strings
}

fn is_valid_name(value: &Value<'_, '_>, name: &str) -> bool {
    if !name.bytes().all(is_name_byte) {
        value.error("its name must consist of letters, digits, dashes and underscores");
        return false;
    }
    let fits = ATTRIBUTE_NAME.contains(&name.len());
    if !fits {
        value.error(format!("its name must have 1 to 32767 characters, not {}", name.len()));
    }
    fits
}

/// Reads a string. Numbers and booleans are their JSON text; `null` is not given.
fn text<'a>(value: &Value<'a, '_>) -> Option<Cow<'a, str>> {
    match value.json_type() {
        Type::Null => None,
        Type::Number | Type::Boolean => Some(Cow::Borrowed(value.raw.get())),
        _ => value.string(),
    }
}
