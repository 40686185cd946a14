//! Reads JSON lazily: a value stays text until it is needed.
//!
//! Untrusted callers choose member names, and `serde_json::Value` gives some
//! names a meaning of their own (`$serde_json::private::…`). Nothing here
//! builds a `Value`: members are picked by name and their values are skipped,
//! so that no name means anything to the parser and what is not read costs no
//! memory.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer as _, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Number,
    String,
    List,
    Object,
}

impl Type {
    /// The type of a value, by its first character.
    pub(crate) fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::List,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') => Self::Null,
            _ => Self::Number,
        }
    }

    /// The type in words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// The text of a JSON string; `None` for other types and for half a surrogate pair.
pub(crate) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(text).ok() } else { Some(Cow::Borrowed(inner)) }
}

/// Calls `visit` with the name and the value of each member of an object, in
/// order; returns `None` if `value` is not an object or a name is not Unicode.
pub(crate) fn for_each_member<'a>(
    value: &'a RawValue,
    visit: impl FnMut(Cow<'a, str>, &'a RawValue),
) -> Option<()> {
    let mut deserializer = serde_json::Deserializer::from_str(value.get());
    deserializer.deserialize_map(Members(visit)).ok()
}

/// Returns the members of these names; the last one of a repeated name. All
/// are absent if `value` is not an object.
pub(crate) fn members<'a, const N: usize>(
    value: &'a RawValue,
    names: [&str; N],
) -> [Option<&'a RawValue>; N] {
    let mut found = [None; N];
    let _: Option<()> = for_each_member(value, |name, value| {
        let place = names.iter().position(|wanted| *wanted == name);
        if let Some(slot) = place.and_then(|place| found.get_mut(place)) {
            *slot = Some(value);
        }
    });
    found
}

/// Returns the member of this name.
pub(crate) fn member<'a>(value: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let [found] = members(value, [name]);
    found
}

/// Returns the value at a path of member names.
pub(crate) fn at<'a>(value: &'a RawValue, path: &[&str]) -> Option<&'a RawValue> {
    path.iter().try_fold(value, |value, name| member(value, name))
}

/// A list has more elements than the reader accepts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Returns the elements of a list; an empty list for other types.
///
/// # Errors
///
/// Returns an error if there are more than `max` elements.
pub(crate) fn elements(value: &RawValue, max: usize) -> Result<Vec<&RawValue>, TooLong> {
    if Type::of(value) != Type::List {
        return Ok(Vec::new());
    }
    let mut deserializer = serde_json::Deserializer::from_str(value.get());
    deserializer.deserialize_seq(Elements { max }).map_err(|_| TooLong)
}

/// Serializes what always serializes: strings, numbers and booleans, under
/// string names.
#[expect(clippy::expect_used, reason = "nothing in it can fail to become JSON")]
pub(crate) fn to_string(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

/// As [`to_string`], to a value.
#[expect(clippy::expect_used, reason = "nothing in it can fail to become JSON")]
pub(crate) fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            (self.0)(name, map.next_value()?);
        }
        Ok(())
    }
}

/// A member's name, borrowed unless it has escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, de: D) -> Result<Self::Value, D::Error> {
        de.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

struct Elements {
    max: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            if elements.len() == self.max {
                return Err(A::Error::custom("too long"));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "the tests build their values in place")]
pub(crate) fn raw(value: Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).expect("JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Box<RawValue> {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn the_type_shows_in_the_first_character() {
        for (value, name) in [
            (json!(null), "null"),
            (json!(true), "a boolean"),
            (json!(false), "a boolean"),
            (json!(-1.5), "a number"),
            (json!(""), "a string"),
            (json!([]), "a list"),
            (json!({}), "an object"),
        ] {
            assert_eq!(Type::of(&raw(value.clone())).name(), name, "{value}");
        }
    }

    #[test]
    fn strings_are_unescaped() {
        for (text, string) in [
            (r#""""#, Some("")),
            (r#""a b""#, Some("a b")),
            (r#""\"\\\n\u00e9\ud83d\ude00""#, Some("\"\\\n\u{e9}\u{1f600}")),
            (r#""\ud800""#, None),
            ("1", None),
            ("null", None),
            (r#"["a"]"#, None),
        ] {
            assert_eq!(super::string(&parse(text)).as_deref(), string, "{text}");
        }
    }

    #[test]
    fn the_last_of_a_repeated_member_counts() {
        let value = parse(r#" {"a": 1, "\u0061": [2], "b": {"c": "d"}} "#);
        assert_eq!(member(&value, "a").map(RawValue::get), Some("[2]"));
        assert_eq!(at(&value, &["b", "c"]).map(RawValue::get), Some(r#""d""#));
        assert_eq!(at(&value, &["a", "c"]).map(RawValue::get), None);
        assert!(member(&parse("[1]"), "a").is_none());
    }

    #[test]
    fn names_that_serde_json_uses_itself_are_plain_names() {
        for name in ["$serde_json::private::Number", "$serde_json::private::RawValue"] {
            let value = raw(json!({name: "{\"a\":1}", "b": 2}));
            let mut names = Vec::new();
            let read = for_each_member(&value, |name, _| names.push(name.into_owned()));
            assert_eq!((read, names), (Some(()), vec![name.to_owned(), "b".to_owned()]));
            assert!(member(&value, "a").is_none());
        }
    }

    #[test]
    fn a_list_stops_at_its_limit() {
        let list = raw(json!([1, [2], "3"]));
        assert_eq!(elements(&list, 3).map(|found| found.len()), Ok(3));
        assert_eq!(elements(&list, 2).map(|found| found.len()), Err(TooLong));
        assert_eq!(elements(&raw(json!({"a": 1})), 0).map(|found| found.len()), Ok(0));
    }
}
