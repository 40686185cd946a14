//! `SegmentAttributes`: the explicit form, and the shorthand for it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::limits::{LEVELS, SEGMENT_NAME, SEGMENT_STRING, SEGMENTS_BYTES, VALUES, is_name_byte};
use super::object::ObjectReader;
use super::value::Value;
use crate::field_error::pointer;
use crate::json::{self, Type};

/// The members of the API's `SegmentAttributeValue`.
const FORMS: [&str; 5] = ["ValueString", "ValueMap", "ValueInteger", "ValueList", "ValueArn"];

/// The prefix of the attributes that are Connect's own.
const SYSTEM_PREFIX: &str = "connect:";

/// The one attribute of Connect's own that untrusted callers may set, and the
/// value that they may give it.
const SUBTYPE: &str = "connect:Subtype";
const GUIDE: &str = "connect:Guide";

/// The segment attributes of a request.
#[derive(Default)]
pub struct SegmentAttributes {
    values: BTreeMap<String, SegmentAttribute>,
    /// The name of the member, in the caller's spelling.
    member: String,
    /// Pointers to the attributes that only trusted callers may set.
    reserved: Vec<String>,
}

/// The value of one segment attribute: the API's `SegmentAttributeValue`, with
/// exactly one of its members.
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

impl SegmentAttributes {
    /// The values by name.
    pub(crate) fn into_values(self) -> BTreeMap<String, SegmentAttribute> {
        self.values
    }

    /// JSON Pointers to the attributes that only trusted callers may set: those
    /// of Connect's own, wherever they are, except that a chat is a guide.
    pub(crate) fn reserved(&self) -> &[String] {
        &self.reserved
    }

    /// Returns true if the chat is to be a step-by-step guide.
    pub(super) fn is_guide(&self) -> bool {
        matches!(self.values.get(SUBTYPE), Some(SegmentAttribute::String(value)) if value == GUIDE)
    }

    /// The JSON Pointer to `connect:Subtype`.
    pub(super) fn subtype_pointer(&self) -> String {
        pointer([self.member.as_str(), SUBTYPE])
    }
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

/// Reads `SegmentAttributes`.
pub(super) fn parse(value: &Value<'_, '_>) -> Option<SegmentAttributes> {
    if value.raw.get().len() > SEGMENTS_BYTES {
        value.error(format!("must have at most {SEGMENTS_BYTES} bytes of JSON"));
        return None;
    }
    let reader = Reader::default();
    let values = reader.map(value);
    Some(SegmentAttributes {
        values,
        member: value.path.name(),
        reserved: reader.reserved.into_inner(),
    })
}

#[derive(Default)]
struct Reader {
    count: Cell<usize>,
    reserved: RefCell<Vec<String>>,
}

impl Reader {
    fn map(&self, object: &Value<'_, '_>) -> BTreeMap<String, SegmentAttribute> {
        let mut map = BTreeMap::new();
        object.for_each_member(|name, raw| {
            let value = object.child(&name, raw);
            // What has no valid name is not read: names may be long.
            if !is_valid_name(&value, &name) {
                return;
            }
            let attribute = self.attribute(&value);
            self.note_reserved(&value, &name, attribute.as_ref());
            if let Some(attribute) = attribute {
                map.insert(name.into_owned(), attribute);
            }
        });
        map
    }

    fn list(&self, list: &Value<'_, '_>) -> Vec<SegmentAttribute> {
        let elements = list.list().unwrap_or_default().into_iter().enumerate();
        elements.filter_map(|(index, raw)| self.attribute(&list.element(index, raw))).collect()
    }

    fn attribute(&self, value: &Value<'_, '_>) -> Option<SegmentAttribute> {
        if !self.is_within_limits(value) {
            return None;
        }
        match value.json_type() {
            Type::String => string(value).map(SegmentAttribute::String),
            Type::Number => integer(value).map(SegmentAttribute::Integer),
            Type::List => Some(SegmentAttribute::List(self.list(value))),
            Type::Object if is_explicit(value.raw) => self.explicit(value),
            Type::Object => Some(SegmentAttribute::Map(self.map(value))),
            other => {
                let name = other.name();
                value.error(format!(
                    "must be a string, an integer, an object or a list, not {name}"
                ));
                None
            }
        }
    }

    fn is_within_limits(&self, value: &Value<'_, '_>) -> bool {
        self.count.set(self.count.get() + 1);
        if self.count.get() == VALUES + 1 {
            value.error(format!("SegmentAttributes must have at most {VALUES} values"));
        }
        let is_deep = value.path.depth > LEVELS;
        if is_deep {
            value.error(format!("must be nested at most {LEVELS} levels deep"));
        }
        self.count.get() <= VALUES && !is_deep
    }

    fn explicit(&self, value: &Value<'_, '_>) -> Option<SegmentAttribute> {
        let reader = ObjectReader::new(value, &FORMS);
        let given = FORMS.iter().filter_map(|form| Some((*form, reader.value(form)?)));
        let given: Vec<_> = given.collect();
        let [(form, inner)] = given.as_slice() else {
            let (forms, count) = (FORMS.join(", "), given.len());
            value.error(format!("must have exactly one of {forms}, not {count}"));
            return None;
        };
        match *form {
            "ValueString" => string(inner).map(SegmentAttribute::String),
            "ValueInteger" => integer(inner).map(SegmentAttribute::Integer),
            "ValueArn" => arn(inner).map(SegmentAttribute::Arn),
            "ValueMap" => Some(SegmentAttribute::Map(self.map(inner))),
            _ => Some(SegmentAttribute::List(self.list(inner))),
        }
    }

    fn note_reserved(
        &self,
        value: &Value<'_, '_>,
        name: &str,
        attribute: Option<&SegmentAttribute>,
    ) {
        const MAX: usize = 100;
        let is_guide = name == SUBTYPE
            && value.path.depth == 2
            && matches!(attribute, Some(SegmentAttribute::String(text)) if text == GUIDE);
        let mut reserved = self.reserved.borrow_mut();
        if name.starts_with(SYSTEM_PREFIX) && !is_guide && reserved.len() < MAX {
            reserved.push(value.path.pointer());
        }
    }
}

fn is_valid_name(value: &Value<'_, '_>, name: &str) -> bool {
    let plain = name.strip_prefix(SYSTEM_PREFIX).unwrap_or(name);
    if plain.is_empty() || !plain.bytes().all(is_name_byte) {
        value.error(
            "its name must consist of letters, digits, dashes and underscores, after an optional \"connect:\"",
        );
        return false;
    }
    let fits = SEGMENT_NAME.contains(&name.len());
    if !fits {
        value.error(format!("its name must have 1 to 128 characters, not {}", name.len()));
    }
    fits
}

/// An object with one of the API's members, in either spelling, is the explicit form.
fn is_explicit(object: &RawValue) -> bool {
    let mut is_explicit = false;
    let _: Option<()> = json::for_each_member(object, |key, _| {
        let rest = key.strip_prefix(['V', 'v']);
        is_explicit |=
            rest.is_some_and(|rest| FORMS.iter().any(|form| form.get(1..) == Some(rest)));
    });
    is_explicit
}

fn string(value: &Value<'_, '_>) -> Option<String> {
    let text = value.string()?;
    value.check_len(&text, &SEGMENT_STRING).then(|| text.into_owned())
}

fn integer(value: &Value<'_, '_>) -> Option<i32> {
    let range = i64::from(i32::MIN)..=i64::from(i32::MAX);
    i32::try_from(value.integer(&range)?).ok()
}

fn arn(value: &Value<'_, '_>) -> Option<String> {
    let text = string(value)?;
    let is_arn = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
    if !is_arn {
        value.error("must be an ARN");
    }
    is_arn.then_some(text)
}
