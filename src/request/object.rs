//! Reads one JSON object member by member, so that parsing a request is a list
//! of declarations.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::value::RawValue;

use super::path::Path;
use super::report::Report;
use super::value::{Located, Value, is_blank};
use crate::json::{self, Type};

/// One JSON object being read.
pub(super) struct ObjectReader<'a, 'p> {
    path: Path<'p>,
    report: &'p Report,
    /// The members of known names, in the caller's spelling.
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
    has_others: bool,
    /// True if the value is an object at all; if not, that is its one error.
    is_object: bool,
}

impl<'a, 'p> ObjectReader<'a, 'p> {
    /// Reads an object whose members have these names, in the API's spelling
    /// or in lowerCamelCase. Members of other names are reported as ignored,
    /// and not read.
    pub(super) fn new(value: &Value<'a, 'p>, names: &[&str]) -> Self {
        let mut members: Vec<(Cow<'a, str>, &'a RawValue)> = Vec::new();
        let mut has_others = false;
        value.for_each_member(|key, raw| {
            if !names.iter().any(|name| is_spelling(&key, name)) {
                has_others = true;
                value.report.ignore(&value.path, &key);
            } else if let Some(repeated) = members.iter_mut().find(|(known, _)| *known == key) {
                repeated.1 = raw;
            } else {
                members.push((key, raw));
            }
        });
        let is_object = value.json_type() == Type::Object;
        Self { path: value.path, report: value.report, members, has_others, is_object }
    }

    /// The member of this name. `null`, `{}` and `[]` are not given.
    pub(super) fn member(&self, name: &str) -> Option<Value<'a, '_>> {
        self.member_of(&[name])
    }

    /// The one member given among several names.
    pub(super) fn member_of(&self, names: &[&str]) -> Option<Value<'a, '_>> {
        self.find(names, |raw| !is_blank(raw))
    }

    /// As [`ObjectReader::member`], but `{}` and `[]` are values.
    pub(super) fn value(&self, name: &str) -> Option<Value<'a, '_>> {
        self.find(&[name], |raw| raw.get() != "null")
    }

    /// Two members that are given contradict each other; `""` yields.
    fn find(&self, names: &[&str], is_given: fn(&RawValue) -> bool) -> Option<Value<'a, '_>> {
        let is_named = |key: &str| names.iter().any(|name| is_spelling(key, name));
        let given = self.members.iter().filter(|(key, raw)| is_named(key) && is_given(raw));
        let given =
            given.map(|(key, raw)| Value { raw, path: self.path.member(key), report: self.report });
        let mut filled = given.clone().filter(|value| !value.is_empty_string());
        let first = filled.next();
        if let (Some(first), Some(second)) = (&first, filled.next()) {
            second.error(format!("duplicates {}", first.path.pointer()));
        }
        first.or_else(|| given.clone().next())
    }

    /// Parses the member of this name, if it is given.
    pub(super) fn parse<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&Value<'a, '_>) -> Option<T>,
    ) -> Option<T> {
        self.member(name).and_then(|value| parse(&value))
    }

    /// Reads a string of a length in characters; `""` is not given.
    pub(super) fn non_empty(&self, name: &str, length: &RangeInclusive<usize>) -> Option<String> {
        self.member(name)?.non_empty(length)
    }

    /// As [`ObjectReader::non_empty`], with the location.
    pub(super) fn located(
        &self,
        name: &str,
        length: &RangeInclusive<usize>,
    ) -> Option<Located<String>> {
        self.member(name)?.located(length)
    }

    /// The member of this name, which must be given.
    pub(super) fn required(&self, name: &str) -> Option<Value<'a, '_>> {
        let member = self.member(name);
        if member.is_none() && self.is_object {
            self.report.error(&self.path, format!("{name} is required"));
        }
        member
    }

    /// Returns true if a member of this name is given, and not `""`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(key, raw)| is_spelling(key, name) && is_filled(raw))
    }

    /// Returns true if the object of this name has a member that is given.
    pub(super) fn has_object(&self, name: &str) -> bool {
        let mut has_any = false;
        if let Some(object) = self.member(name) {
            let _: Option<()> =
                json::for_each_member(object.raw, |_, raw| has_any |= is_filled(raw));
        }
        has_any
    }

    /// Returns true if the object has members, but none of a known name.
    pub(super) fn has_only_others(&self) -> bool {
        self.has_others && self.members.is_empty()
    }
}

fn is_filled(raw: &RawValue) -> bool {
    !is_blank(raw) && raw.get() != "\"\""
}

/// Returns true if `key` is `name` with its first letter in either case.
fn is_spelling(key: &str, name: &str) -> bool {
    match (key.as_bytes(), name.as_bytes()) {
        ([first, key @ ..], [start, name @ ..]) => first.eq_ignore_ascii_case(start) && key == name,
        _ => false,
    }
}
