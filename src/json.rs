//! Helpers for reading JSON values.

use serde_json::{Map, Value};

/// The JSON type of a value, in words.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The string at a path of member names.
pub(crate) fn str_at<'a>(object: &'a Map<String, Value>, path: &[&str]) -> Option<&'a str> {
    value_at(object, path)?.as_str()
}

/// The value at a path of member names.
pub(crate) fn value_at<'a>(object: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = object.get(*first)?;
    rest.iter().try_fold(value, |value, name| value.get(name))
}

/// Appends a member name or index to a JSON Pointer, escaped as RFC 6901 §3 requires.
pub(crate) fn push_pointer(pointer: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}

#[cfg(test)]
mod tests {
    use super::push_pointer;

    #[test]
    fn a_pointer_escapes_tilde_and_slash() {
        assert_eq!(push_pointer("/Attributes", "a/b~c"), "/Attributes/a~1b~0c");
    }
}
