//! One value of a request, to be read as what it has to be.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::value::RawValue;

use super::limits::VALUES;
use super::path::Path;
use super::report::Report;
use crate::json::{self, Type};

/// A value, and the JSON Pointer to it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) pointer: String,
}

/// One value that was given, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'p> {
    pub(super) raw: &'a RawValue,
    pub(super) path: Path<'p>,
    pub(super) report: &'p Report,
}

impl<'a> Value<'a, '_> {
    /// A member of the object in this value.
    pub(super) fn child<'c>(&'c self, name: &'c str, raw: &'a RawValue) -> Value<'a, 'c> {
        Value { raw, path: self.path.member(name), report: self.report }
    }

    /// An element of the list in this value.
    pub(super) fn element(&self, index: usize, raw: &'a RawValue) -> Value<'a, '_> {
        Value { raw, path: self.path.element(index), report: self.report }
    }

    /// Reports that the value breaks a rule.
    pub(super) fn error(&self, detail: impl Into<String>) {
        self.report.error(&self.path, detail);
    }

    pub(super) fn json_type(&self) -> Type {
        Type::of(self.raw)
    }

    /// Returns true if this is `""`.
    pub(super) fn is_empty_string(&self) -> bool {
        self.raw.get() == "\"\""
    }

    /// Returns true if this is the string `text`.
    pub(super) fn is_string(&self, text: &str) -> bool {
        json::string(self.raw).is_some_and(|own| own == text)
    }

    /// Reads a string of any length.
    pub(super) fn string(&self) -> Option<Cow<'a, str>> {
        let text = json::string(self.raw);
        match (&text, self.json_type()) {
            (Some(_), _) => {}
            (None, Type::String) => self.error("must be valid Unicode"),
            (None, other) => self.error(format!("must be a string, not {}", other.name())),
        }
        text
    }

    /// Reads a string of a length in characters; `""` is not given.
    pub(super) fn non_empty(&self, length: &RangeInclusive<usize>) -> Option<String> {
        let text = self.string().filter(|text| !text.is_empty())?;
        self.check_len(&text, length).then(|| text.into_owned())
    }

    /// As [`Value::non_empty`], with the location.
    pub(super) fn located(&self, length: &RangeInclusive<usize>) -> Option<Located<String>> {
        self.non_empty(length).map(|value| self.locate(value))
    }

    /// As [`Value::located`]; a number is its text.
    pub(super) fn located_id(&self, length: &RangeInclusive<usize>) -> Option<Located<String>> {
        if self.json_type() != Type::Number {
            return self.located(length);
        }
        let text = self.raw.get();
        self.check_len(text, length).then(|| self.locate(text.to_owned()))
    }

    /// Adds the location to what was read from this value.
    pub(super) fn locate<T>(&self, value: T) -> Located<T> {
        Located { value, pointer: self.path.pointer() }
    }

    /// Verifies the length of `text` in characters.
    pub(super) fn check_len(&self, text: &str, length: &RangeInclusive<usize>) -> bool {
        let count = text.chars().count();
        let fits = length.contains(&count);
        if !fits {
            let (min, max) = (length.start(), length.end());
            self.error(format!("must have {min} to {max} characters, not {count}"));
        }
        fits
    }

    /// Reads an integer in a range. `60.0` and `6e1` are integers as well:
    /// JSON has one type of number, and some callers write all of theirs so.
    pub(super) fn integer(&self, range: &RangeInclusive<i64>) -> Option<i64> {
        let text = self.raw.get();
        let number = text.parse().ok().or_else(|| whole(text));
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = (range.start(), range.end());
            self.error(format!("must be an integer from {min} to {max}"));
        }
        number
    }

    /// Reads one of these strings.
    pub(super) fn enum_value<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.string()?;
        let choice = choices.iter().find(|(name, _)| *name == text);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.error(format!("must be {}", names.join(" or ")));
        }
        choice.map(|(_, value)| *value)
    }

    /// Reads the elements of a list; `[]` is not given.
    pub(super) fn list(&self) -> Option<Vec<&'a RawValue>> {
        if self.json_type() != Type::List {
            self.error(format!("must be a list, not {}", self.json_type().name()));
            return None;
        }
        let elements = json::elements(self.raw, VALUES);
        if elements.is_err() {
            self.error(format!("must have at most {VALUES} elements"));
        }
        elements.ok().filter(|elements| !elements.is_empty())
    }

    /// Calls `visit` for each member of an object.
    pub(super) fn for_each_member(&self, visit: impl FnMut(Cow<'a, str>, &'a RawValue)) {
        if self.json_type() != Type::Object {
            self.error(format!("must be an object, not {}", self.json_type().name()));
        } else if json::for_each_member(self.raw, visit).is_none() {
            self.error("must have names of valid Unicode");
        }
    }
}

/// Returns true if a value is `null`, `{}` or `[]`: not given.
pub(super) fn is_blank(raw: &RawValue) -> bool {
    let text = raw.get();
    match Type::of(raw) {
        Type::Null => true,
        Type::List | Type::Object => {
            text.get(1..text.len() - 1).is_some_and(|inner| inner.trim_ascii().is_empty())
        }
        _ => false,
    }
}

/// Returns the integer that a number with a fraction or an exponent is.
#[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and fits")]
fn whole(text: &str) -> Option<i64> {
    /// Up to here, every integer has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| is_number)?;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
