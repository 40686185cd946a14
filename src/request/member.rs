//! One member of a request, to be read as what it has to be.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Asked;
use super::report::Report;
use crate::json::{push_pointer, type_name};

/// One member that was given: its value, and where it stands.
pub(super) struct Member<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
    report: &'a Report,
}

impl<'a> Member<'a> {
    pub(super) fn new(value: &'a Value, pointer: String, report: &'a Report) -> Self {
        Self { value, pointer, report }
    }

    /// An element or member of this one.
    pub(super) fn inside(&self, name: &str, value: &'a Value) -> Member<'a> {
        Member::new(value, push_pointer(&self.pointer, name), self.report)
    }

    pub(super) fn problem(&self, detail: impl Into<String>) {
        self.report.problem(&self.pointer, detail);
    }

    pub(super) fn report(&self) -> &'a Report {
        self.report
    }

    /// A string, of any length.
    pub(super) fn text(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.problem(format!("must be a string, not {}", type_name(self.value)));
        }
        text
    }

    /// A string of so many characters; `""` is "not given".
    pub(super) fn name(&self, length: RangeInclusive<usize>) -> Option<String> {
        let text = self.text()?;
        if text.is_empty() {
            return None;
        }
        self.measured(text, &length).then(|| text.to_owned())
    }

    /// Whether `text` has so many characters; a problem is noted if not.
    pub(super) fn measured(&self, text: &str, length: &RangeInclusive<usize>) -> bool {
        self.report.measured(&self.pointer, text, length)
    }

    /// As [`Member::name`], with its place.
    pub(super) fn asked(&self, length: RangeInclusive<usize>) -> Option<Asked<String>> {
        Some(Asked { value: self.name(length)?, pointer: self.pointer.clone() })
    }

    /// An integer in a range. `60.0` and `6e1` are integers too: JSON knows
    /// one kind of number, and some callers write all of theirs so.
    pub(super) fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let number = self.value.as_i64().or_else(|| whole(self.value));
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = (range.start(), range.end());
            self.problem(format!("must be an integer from {min} to {max}"));
        }
        number
    }

    /// One of these strings; `""` is "not given".
    pub(super) fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        if self.value == "" {
            return None;
        }
        self.required_one_of(choices)
    }

    /// One of these strings.
    pub(super) fn required_one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let choice = choices.iter().find(|(name, _)| *name == text);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(format!("must be {}", names.join(" or ")));
        }
        choice.map(|(_, value)| *value)
    }

    /// A list; `[]` is "not given".
    pub(super) fn list(&self) -> Option<Vec<Member<'a>>> {
        let Some(items) = self.value.as_array() else {
            self.problem(format!("must be a list, not {}", type_name(self.value)));
            return None;
        };
        let members = items.iter().enumerate();
        let members = members.map(|(index, item)| self.inside(&index.to_string(), item));
        Some(members.collect()).filter(|members: &Vec<_>| !members.is_empty())
    }

    /// An object; `{}` is "not given".
    pub(super) fn object(&self) -> Option<&'a Map<String, Value>> {
        let object = self.value.as_object();
        if object.is_none() {
            self.problem(format!("must be an object, not {}", type_name(self.value)));
        }
        object.filter(|members| !members.is_empty())
    }
}

/// The integer that a number with fraction or exponent is, if it is one.
#[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and fits")]
fn whole(value: &Value) -> Option<i64> {
    /// Up to here, every integer has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = value.as_f64()?;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
