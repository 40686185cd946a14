//! `SegmentAttributes`: the explicit form, and the shorthand for it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::member::Member;
use super::reader::Reader;
use crate::json::type_name;

/// Names of segment attributes have 1 to 128 characters
/// (API reference, `SegmentAttributeName`).
const NAME: std::ops::RangeInclusive<usize> = 1..=128;

/// Strings and ARNs have at most 1,024 characters
/// (API reference, `SegmentAttributeValueString`).
const STRING: std::ops::RangeInclusive<usize> = 0..=1024;

/// The members of the API's `SegmentAttributeValue`.
const FORMS: [&str; 5] = ["ValueString", "ValueMap", "ValueInteger", "ValueList", "ValueArn"];

/// The value of one segment attribute: the API's `SegmentAttributeValue`, with
/// exactly one of its members, as the type says.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub enum SegmentAttribute {
    /// A string of at most 1,024 characters.
    #[serde(rename = "ValueString")]
    String(String),
    /// A 32-bit integer.
    #[serde(rename = "ValueInteger")]
    Integer(i32),
    /// Named values.
    #[serde(rename = "ValueMap")]
    Map(BTreeMap<String, SegmentAttribute>),
    /// A list of values.
    #[serde(rename = "ValueList")]
    List(Vec<SegmentAttribute>),
    /// An ARN of at most 1,024 characters.
    #[serde(rename = "ValueArn")]
    Arn(String),
}

impl SegmentAttribute {
    /// Every value in it, as text.
    pub(crate) fn texts(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::String(text) | Self::Arn(text) => vec![Cow::Borrowed(text)],
            Self::Integer(number) => vec![Cow::Owned(number.to_string())],
            Self::Map(map) => map.values().flat_map(Self::texts).collect(),
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
        }
    }
}

/// Reads an object of named segment attributes.
pub(super) fn attributes(member: &Member<'_>) -> BTreeMap<String, SegmentAttribute> {
    let Some(object) = member.object() else {
        return BTreeMap::new();
    };
    map(member, object)
}

fn map<'a>(
    member: &Member<'a>,
    object: &'a Map<String, Value>,
) -> BTreeMap<String, SegmentAttribute> {
    let members = object.iter().map(|(name, value)| {
        let inside = member.inside(name, value);
        check_name(&inside, name);
        (name, attribute(&inside))
    });
    members.filter_map(|(name, value)| Some((name.clone(), value?))).collect()
}

fn check_name(member: &Member<'_>, name: &str) {
    let plain = name.strip_prefix("connect:").unwrap_or(name);
    if plain.is_empty() || !plain.bytes().all(super::is_name_byte) {
        member.problem(
            "its name must consist of letters, digits, dashes and underscores, after an optional \"connect:\"",
        );
    } else if !NAME.contains(&name.len()) {
        let count = name.len();
        member.problem(format!("its name must have 1 to 128 characters, not {count}"));
    }
}

fn attribute(member: &Member<'_>) -> Option<SegmentAttribute> {
    match member.value {
        Value::String(_) => string(member).map(SegmentAttribute::String),
        Value::Number(_) => integer(member).map(SegmentAttribute::Integer),
        Value::Array(items) => Some(SegmentAttribute::List(list(member, items))),
        Value::Object(object) if is_explicit(object) => explicit(member, object),
        Value::Object(object) => Some(SegmentAttribute::Map(map(member, object))),
        Value::Null | Value::Bool(_) => {
            let found = type_name(member.value);
            member
                .problem(format!("must be a string, an integer, an object or a list, not {found}"));
            None
        }
    }
}

/// An object with one of the API's members, in either spelling, is the explicit form.
fn is_explicit(object: &Map<String, Value>) -> bool {
    let forms = FORMS.iter();
    let mut keys = forms.flat_map(|form| [(*form).to_owned(), form.replacen('V', "v", 1)]);
    keys.any(|key| object.contains_key(&key))
}

fn explicit<'a>(member: &Member<'a>, object: &'a Map<String, Value>) -> Option<SegmentAttribute> {
    let mut reader = Reader::new(object, member.pointer.clone(), member.report());
    let given: Vec<_> =
        FORMS.iter().filter_map(|form| Some((*form, reader.value(form)?))).collect();
    reader.finish();
    let [(form, value)] = given.as_slice() else {
        let count = given.len();
        member.problem(format!("must have exactly one of {}, not {count}", FORMS.join(", ")));
        return None;
    };
    match *form {
        "ValueString" => string(value).map(SegmentAttribute::String),
        "ValueInteger" => integer(value).map(SegmentAttribute::Integer),
        "ValueArn" => arn(value).map(SegmentAttribute::Arn),
        "ValueMap" => {
            let Value::Object(object) = value.value else {
                value.object();
                return None;
            };
            Some(SegmentAttribute::Map(map(value, object)))
        }
        _ => {
            let Value::Array(items) = value.value else {
                value.list();
                return None;
            };
            Some(SegmentAttribute::List(list(value, items)))
        }
    }
}

fn list<'a>(member: &Member<'a>, items: &'a [Value]) -> Vec<SegmentAttribute> {
    let items = items.iter().enumerate();
    items.filter_map(|(index, item)| attribute(&member.inside(&index.to_string(), item))).collect()
}

fn string(member: &Member<'_>) -> Option<String> {
    let text = member.text()?;
    member.measured(text, &STRING).then(|| text.to_owned())
}

fn integer(member: &Member<'_>) -> Option<i32> {
    let range = i64::from(i32::MIN)..=i64::from(i32::MAX);
    i32::try_from(member.integer(range)?).ok()
}

fn arn(member: &Member<'_>) -> Option<String> {
    let text = string(member)?;
    let valid = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
    if !valid {
        member.problem("must be an ARN");
    }
    valid.then_some(text)
}
