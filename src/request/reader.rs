//! Reads one JSON object member by member and keeps account of what is wrong
//! or left over, so that a request reads as a list of declarations.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Asked;
use crate::problem::{Problem, child};

/// What a pass over a request found besides its values.
#[derive(Default)]
pub(super) struct Report {
    problems: RefCell<Vec<Problem>>,
    ignored: RefCell<Vec<String>>,
}

impl Report {
    pub(super) fn problem(&self, pointer: &str, detail: impl Into<String>) {
        self.add(Problem::at(pointer, detail));
    }

    pub(super) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    fn ignore(&self, pointer: &str) {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let path = path.replace("~1", "/").replace("~0", "~");
        self.ignored.borrow_mut().push(path);
    }

    /// Whether `text` has so many characters; a problem is noted if not.
    pub(super) fn measured(&self, at: &str, text: &str, length: &RangeInclusive<usize>) -> bool {
        let count = text.chars().count();
        let fits = length.contains(&count);
        if !fits {
            let (min, max) = (length.start(), length.end());
            self.problem(
                at,
                format!("must have {min} to {max} characters, not {count}"),
            );
        }
        fits
    }

    pub(super) fn into_parts(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems.into_inner(), self.ignored.into_inner())
    }
}

/// One JSON object being read.
pub(super) struct Reader<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
    read: Vec<&'a str>,
    report: &'a Report,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        members: &'a Map<String, Value>,
        pointer: impl Into<String>,
        report: &'a Report,
    ) -> Self {
        Self {
            members,
            pointer: pointer.into(),
            read: Vec::new(),
            report,
        }
    }

    /// The member of this name, in either spelling.
    pub(super) fn member(&mut self, name: &str) -> Option<Member<'a>> {
        self.member_of(&[name])
    }

    /// The one member given among several names, each in either spelling.
    /// `null`, `{}` and `[]` are "not given".
    pub(super) fn member_of(&mut self, names: &[&str]) -> Option<Member<'a>> {
        self.one_of(names, is_empty)
    }

    /// As [`Reader::member`], but `{}` and `[]` are values.
    pub(super) fn value(&mut self, name: &str) -> Option<Member<'a>> {
        self.one_of(&[name], Value::is_null)
    }

    /// Two members that are given contradict each other; `""` yields.
    fn one_of(&mut self, names: &[&str], is_blank: fn(&Value) -> bool) -> Option<Member<'a>> {
        let mut given: Vec<Member<'a>> = Vec::new();
        for spelling in names.iter().flat_map(|name| spellings(name)) {
            if let Some((key, value)) = self.members.get_key_value(&spelling) {
                self.read.push(key);
                given.push(self.found(key, value));
            }
        }
        given.retain(|member| !is_blank(member.value));
        if given.len() > 1 {
            given.retain(|member| member.value != "");
        }
        if let [first, second, ..] = given.as_slice() {
            second.problem(format!("is given twice; it is also at {}", first.pointer));
        }
        given.into_iter().next()
    }

    /// What `read` makes of the member of this name, where it is given.
    pub(super) fn with<T>(&mut self, name: &str, read: impl Fn(&Member<'a>) -> T) -> Option<T> {
        self.member(name).map(|member| read(&member))
    }

    /// The member of this name, unless it is `""`.
    pub(super) fn filled(&mut self, name: &str) -> Option<Member<'a>> {
        self.member(name)
            .filter(|member| member.value.as_str() != Some(""))
    }

    /// A string of so many characters, and its place; `""` is "not given".
    pub(super) fn asked(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Option<Asked<String>> {
        self.member(name)?.asked(length)
    }

    /// The member of this name; a problem is noted where it is not given.
    pub(super) fn required(&mut self, name: &str) -> Option<Member<'a>> {
        let member = self.member(name);
        if member.is_none() {
            self.report.problem(&self.pointer, format!("needs {name}"));
        }
        member
    }

    fn found(&self, key: &str, value: &'a Value) -> Member<'a> {
        Member {
            value,
            pointer: child(&self.pointer, key),
            report: self.report,
        }
    }

    /// Whether the object has members, none of which was read.
    pub(super) fn is_foreign(&self) -> bool {
        !self.members.is_empty() && self.read.is_empty()
    }

    /// Names what was not read as ignored.
    pub(super) fn finish(self) {
        for key in self.members.keys() {
            if !self.read.contains(&key.as_str()) {
                self.report.ignore(&child(&self.pointer, key));
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The API's own spelling and lowerCamelCase.
fn spellings(name: &str) -> [String; 2] {
    let (first, rest) = name.split_at(1);
    [
        first.to_ascii_uppercase() + rest,
        first.to_ascii_lowercase() + rest,
    ]
}

/// One member that was given: its value, and where it stands.
pub(super) struct Member<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
    report: &'a Report,
}

impl<'a> Member<'a> {
    /// An element or member of this one.
    pub(super) fn inside(&self, name: &str, value: &'a Value) -> Member<'a> {
        Member {
            value,
            pointer: child(&self.pointer, name),
            report: self.report,
        }
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
            self.problem(format!("must be a string, not {}", kind(self.value)));
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
        Some(Asked {
            value: self.name(length)?,
            pointer: self.pointer.clone(),
        })
    }

    /// An integer in a range.
    pub(super) fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let number = self.value.as_i64().filter(|number| range.contains(number));
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
            self.problem(format!("must be a list, not {}", kind(self.value)));
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
            self.problem(format!("must be an object, not {}", kind(self.value)));
        }
        object.filter(|members| !members.is_empty())
    }

    /// A reader of the object in this member.
    pub(super) fn reader(&self) -> Option<Reader<'a>> {
        let object = self.object()?;
        Some(Reader::new(object, self.pointer.clone(), self.report))
    }
}

/// What kind of JSON a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
