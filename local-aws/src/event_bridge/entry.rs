//! An entry of `PutEvents`.

use serde_json::Value;

/// The size of a `Time`.
const TIME_SIZE: usize = 14;

/// The code and the message of an entry's error.
type EntryError = (&'static str, String);

/// The bytes of an entry that count against the limit.
pub(super) fn size(entry: &Value) -> usize {
    let text = |member: &str| entry.get(member).and_then(Value::as_str).map_or(0, str::len);
    let resources = entry.get("Resources").and_then(Value::as_array);
    let resources: usize =
        resources.into_iter().flatten().filter_map(Value::as_str).map(str::len).sum();
    let time = entry.get("Time").map_or(0, |_| TIME_SIZE);
    time + text("Source") + text("DetailType") + text("Detail") + resources
}

/// The entry with its `Detail` as JSON.
///
/// # Errors
///
/// Returns the error of an entry that lacks a member or whose `Detail` is not a JSON object.
pub(super) fn parse(entry: &Value) -> Result<Value, EntryError> {
    for member in ["Source", "DetailType", "Detail"] {
        if entry.get(member).and_then(Value::as_str).is_none_or(str::is_empty) {
            let message = format!(
                "Parameter {member} is not valid. Reason: {member} is a required argument."
            );
            return Err(("InvalidArgument", message));
        }
    }
    let detail = entry.get("Detail").and_then(Value::as_str).unwrap_or_default();
    let detail = serde_json::from_str(detail).ok().filter(Value::is_object);
    let detail = detail.ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
    let mut parsed = entry.clone();
    parsed["Detail"] = detail;
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_detail_is_a_json_object() {
        let code = |detail: &str| {
            let entry = json!({"Source": "s", "DetailType": "t", "Detail": detail});
            parse(&entry).map_err(|(code, _)| code).err()
        };
        assert_eq!(code("{}"), None);
        assert_eq!(code(""), Some("InvalidArgument"));
        for detail in ["[]", "1", "{"] {
            assert_eq!(code(detail), Some("MalformedDetail"), "{detail}");
        }
    }

    #[test]
    fn the_size_counts_bytes() {
        let entry = json!({"Source": "é", "DetailType": "t", "Detail": "{}", "Resources": ["arn"],
            "EventBusName": "uncounted", "Time": 1});
        assert_eq!(size(&entry), 14 + 2 + 1 + 2 + 3);
    }
}
