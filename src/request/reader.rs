//! Reads one JSON object member by member and keeps account of what is wrong
//! or left over, so that a request reads as a list of declarations.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Asked;
use super::member::Member;
use super::report::Report;
use crate::json::push_pointer;

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
        Self { members, pointer: pointer.into(), read: Vec::new(), report }
    }

    /// A reader of the object in a member.
    pub(super) fn of(member: &Member<'a>) -> Option<Self> {
        let object = member.object()?;
        Some(Self::new(object, member.pointer.clone(), member.report()))
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
        self.member(name).filter(|member| member.value.as_str() != Some(""))
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
        Member::new(value, push_pointer(&self.pointer, key), self.report)
    }

    /// Whether the object has members, none of which was read.
    pub(super) fn is_foreign(&self) -> bool {
        !self.members.is_empty() && self.read.is_empty()
    }

    /// Names what was not read as ignored.
    pub(super) fn finish(self) {
        for key in self.members.keys() {
            if !self.read.contains(&key.as_str()) {
                self.report.ignore(&push_pointer(&self.pointer, key));
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
    [first.to_ascii_uppercase() + rest, first.to_ascii_lowercase() + rest]
}
