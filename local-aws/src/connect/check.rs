//! A request against the model: every fault that it has, by name and never with its value.

use serde_json::{Map, Value};

use super::model::{Member, Shape};
use super::rules;

/// Every fault of a `StartChatContact` body.
pub(crate) fn start_chat_contact(body: &Value) -> Vec<String> {
    let mut faults = against(&super::model::START_CHAT_CONTACT, body);
    if faults.is_empty() {
        faults = rules::start_chat_contact(body);
    }
    faults
}

/// Every way in which `value` is not of this shape.
pub(crate) fn against(shape: &Shape, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(shape, value, "", &mut faults);
    faults
}

fn check(shape: &Shape, value: &Value, at: &str, faults: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Text { min, max }, Value::String(text)) => {
            within("length", text.chars().count(), (*min, *max), at, faults);
        }
        (Shape::Enum(allowed), Value::String(text)) => one_of(allowed, text, at, faults),
        (Shape::Integer { min, max }, Value::Number(number)) => {
            integer(number.as_i64(), (*min, *max), at, faults);
        }
        (Shape::List { min, max, of }, Value::Array(items)) => {
            within("length", items.len(), (*min, *max), at, faults);
            for (index, item) in items.iter().enumerate() {
                check(of, item, &format!("{at}[{index}]"), faults);
            }
        }
        (Shape::Map { key, of }, Value::Object(entries)) => {
            for (name, item) in entries {
                within("key length", name.chars().count(), *key, at, faults);
                check(of, item, &inside(at, name), faults);
            }
        }
        (Shape::Structure(members), Value::Object(entries)) => {
            structure(members, entries, at, faults);
        }
        (shape, _) => faults.push(format!("'{}' must be {}", name(at), wanted(shape))),
    }
}

fn structure(members: &[Member], entries: &Map<String, Value>, at: &str, faults: &mut Vec<String>) {
    for key in entries.keys() {
        if !members.iter().any(|member| member.name == key) {
            faults.push(format!("Unknown member '{}'", inside(at, key)));
        }
    }
    for member in members {
        let path = inside(at, member.name);
        match entries.get(member.name) {
            None | Some(Value::Null) if member.required => {
                faults.push(format!("'{path}' is required"));
            }
            None | Some(Value::Null) => {}
            Some(value) => check(&member.shape, value, &path, faults),
        }
    }
}

fn within(what: &str, size: usize, (min, max): (usize, usize), at: &str, faults: &mut Vec<String>) {
    if size < min {
        faults.push(format!("'{}' must have {what} greater than or equal to {min}", name(at)));
    }
    if size > max {
        faults.push(format!("'{}' must have {what} less than or equal to {max}", name(at)));
    }
}

fn one_of(allowed: &[&str], text: &str, at: &str, faults: &mut Vec<String>) {
    if !allowed.contains(&text) {
        faults.push(format!(
            "'{}' must satisfy enum value set: [{}]",
            name(at),
            allowed.join(", ")
        ));
    }
}

fn integer(number: Option<i64>, (min, max): (i64, i64), at: &str, faults: &mut Vec<String>) {
    match number {
        Some(number) if (min..=max).contains(&number) => {}
        Some(_) => faults.push(format!("'{}' must be between {min} and {max}", name(at))),
        None => faults.push(format!("'{}' must be an integer", name(at))),
    }
}

fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text { .. } | Shape::Enum(_) => "a string",
        Shape::Integer { .. } => "an integer",
        Shape::List { .. } => "a list",
        Shape::Map { .. } => "a map",
        Shape::Structure(_) => "a structure",
    }
}

fn inside(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

fn name(at: &str) -> &str {
    if at.is_empty() { "body" } else { at }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
