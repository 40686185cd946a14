//! The words of a log line.

use serde_json::Value;

/// Fields of a log line that may have any value or differ each time.
const FREE: [&str; 9] = [
    "contactId",
    "continuedFromContactId",
    "contactFlowId",
    "requestId",
    "traceId",
    "timestamp",
    "Timestamp",
    "connectMs",
    "totalMs",
];

/// Returns the text of a log line without ids of contacts, flows and requests,
/// times and other numbers.
pub(super) fn words(line: &str, json: bool) -> String {
    if json || line.starts_with('{') {
        let value: Value = serde_json::from_str(line).expect("a line of JSON");
        let mut words = String::new();
        collect(&value, &mut words);
        return words;
    }
    let is_free = |word: &&str| {
        let name = word.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| FREE.contains(&name))
    };
    let words: Vec<_> = line.split(' ').filter(|word| !is_free(word)).collect();
    words.join(" ")
}

fn collect(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => words.extend([text, "\n"]),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !FREE.contains(&name.as_str())) {
                words.extend([name, "="]);
                collect(value, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
