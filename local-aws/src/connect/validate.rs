//! Validates requests against the model.

use serde_json::{Map, Value};

use super::model::{Member, Shape};
use super::rules;

/// The errors of a `StartChatContact` body. They name members, never values.
pub(crate) fn start_chat_contact(body: &Value) -> Vec<String> {
    let mut errors = self::shape(&super::model::START_CHAT_CONTACT, body);
    if errors.is_empty() {
        errors = rules::start_chat_contact(body);
    }
    errors
}

/// The differences of a value from a shape.
pub(crate) fn shape(shape: &Shape, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    check(shape, value, "", &mut errors);
    errors
}

fn check(shape: &Shape, value: &Value, at: &str, errors: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Text { min, max }, Value::String(text)) => {
            within("length", text.chars().count(), (*min, *max), at, errors);
        }
        (Shape::Enum(allowed), Value::String(text)) => one_of(allowed, text, at, errors),
        (Shape::Integer { min, max }, Value::Number(number)) => {
            integer(number.as_i64(), (*min, *max), at, errors);
        }
        (Shape::List { min, max, of }, Value::Array(items)) => {
            within("length", items.len(), (*min, *max), at, errors);
            for (index, item) in items.iter().enumerate() {
                check(of, item, &format!("{at}[{index}]"), errors);
            }
        }
        (Shape::Map { key, of }, Value::Object(entries)) => {
            for (name, item) in entries {
                within("key length", name.chars().count(), *key, at, errors);
                check(of, item, &inside(at, name), errors);
            }
        }
        (Shape::Structure(members), Value::Object(entries)) => {
            structure(members, entries, at, errors);
        }
        (shape, _) => errors.push(format!("'{}' must be {}", name(at), wanted(shape))),
    }
}

fn structure(members: &[Member], entries: &Map<String, Value>, at: &str, errors: &mut Vec<String>) {
    for key in entries.keys() {
        if !members.iter().any(|member| member.name == key) {
            errors.push(format!("Unknown member '{}'", inside(at, key)));
        }
    }
    for member in members {
        let path = inside(at, member.name);
        match entries.get(member.name) {
            None | Some(Value::Null) if member.required => {
                errors.push(format!("'{path}' is required"));
            }
            None | Some(Value::Null) => {}
            Some(value) => check(&member.shape, value, &path, errors),
        }
    }
}

fn within(what: &str, size: usize, (min, max): (usize, usize), at: &str, errors: &mut Vec<String>) {
    if size < min {
        errors.push(format!("'{}' must have {what} greater than or equal to {min}", name(at)));
    }
    if size > max {
        errors.push(format!("'{}' must have {what} less than or equal to {max}", name(at)));
    }
}

fn one_of(allowed: &[&str], text: &str, at: &str, errors: &mut Vec<String>) {
    if !allowed.contains(&text) {
        errors.push(format!(
            "'{}' must satisfy enum value set: [{}]",
            name(at),
            allowed.join(", ")
        ));
    }
}

fn integer(number: Option<i64>, (min, max): (i64, i64), at: &str, errors: &mut Vec<String>) {
    match number {
        Some(number) if (min..=max).contains(&number) => {}
        Some(_) => errors.push(format!("'{}' must be between {min} and {max}", name(at))),
        None => errors.push(format!("'{}' must be an integer", name(at))),
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
mod tests;
