//! Reads one JSON object member by member and keeps account of what is wrong
//! or left over, so that a request reads as a list of declarations.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Asked;
use super::member::Member;
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
        Member::new(value, child(&self.pointer, key), self.report)
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
