//! The causes that the results of a delivery's requests must be published with.

use serde_json::{Map, Value, json};

use crate::delivery::PayloadKind;
use crate::markers;

/// The cause of each request of a payload, in order; `None` for HTTP requests and direct calls,
/// whose results are not published.
pub(crate) fn of(kind: PayloadKind, payload: &Value) -> Vec<Option<Value>> {
    match kind {
        PayloadKind::Http => vec![None],
        PayloadKind::Event => vec![markers::is_eventbridge(payload).then(|| event(payload))],
        PayloadKind::List => {
            payload.as_array().into_iter().flatten().map(event).map(Some).collect()
        }
        PayloadKind::Queue => {
            let records = payload.get("Records").and_then(Value::as_array);
            records.into_iter().flatten().map(message).map(Some).collect()
        }
    }
}

/// The cause of an event; empty for a bare request.
fn event(event: &Value) -> Value {
    let mut cause = Map::new();
    if markers::is_eventbridge(event) {
        for name in ["source", "detail-type", "id", "time"] {
            let text = event.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            cause.extend(text.map(|text| (name.to_owned(), json!(text))));
        }
    }
    Value::Object(cause)
}

fn message(record: &Value) -> Value {
    let body = record.get("body").and_then(Value::as_str).unwrap_or_default();
    let mut cause = event(&serde_json::from_str(body).unwrap_or_default());
    cause["messageId"] = record["messageId"].clone();
    cause
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_an_event_a_message_or_both() {
        let event = json!({"id": "i", "source": "s", "detail-type": "t", "detail": {}, "time": ""});
        let cause = json!({"id": "i", "source": "s", "detail-type": "t"});
        let bare = json!({"Attributes": {}});
        let of = |payload: Value| of(PayloadKind::of(&payload), &payload);
        assert_eq!(of(json!({"requestContext": {}})), [None]);
        assert_eq!(of(bare.clone()), [None]);
        assert_eq!(of(event.clone()), [Some(cause.clone())]);
        assert_eq!(of(json!([event, bare])), [Some(cause), Some(json!({}))]);
        let record = |body: &Value| json!({"messageId": "m", "body": body.to_string()});
        let both = json!({"id": "i", "source": "s", "detail-type": "t", "messageId": "m"});
        assert_eq!(
            of(json!({"Records": [record(&event), record(&bare)]})),
            [Some(both), Some(json!({"messageId": "m"}))]
        );
    }
}
