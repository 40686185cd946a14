//! Decoders of answers, as strict as the clients.

use serde_json::Value;

use crate::client::{Client, Reads};
use support::http::Answer;

impl Client {
    /// Decodes an answer. Returns an error if the client would not accept it.
    pub(crate) fn decode(&self, answer: &Answer) -> Result<Value, String> {
        if !(200..300).contains(&answer.status) {
            return Err(format!("status {}", answer.status));
        }
        let label = answer.header("content-type").unwrap_or_default();
        if let Some(wanted) = &self.success.content_type
            && !label.contains(wanted.as_str())
        {
            return Err(format!("Content-Type is {label:?}"));
        }
        let body = parsed(answer)?;
        for pointer in &self.success.strings {
            text(&body, pointer)?;
        }
        for pointer in &self.success.strings_if_present {
            if body.pointer(pointer).is_some() {
                text(&body, pointer)?;
            }
        }
        for pointer in &self.success.booleans {
            let value = body.pointer(pointer).and_then(Value::as_bool);
            value.ok_or_else(|| format!("no boolean at {pointer}"))?;
        }
        Ok(body)
    }

    /// Decodes an error. Returns an error if the client would not recognize it.
    pub(crate) fn decode_error(&self, answer: &Answer) -> Result<(), String> {
        if answer.status < 400 {
            return Err(format!("status {} is not an error", answer.status));
        }
        if self.failure.reads == Reads::Status {
            return Ok(());
        }
        let body = parsed(answer)?;
        if body.pointer("/data/startChatResult").is_some() {
            return Err("it has a result".to_owned());
        }
        for pointer in &self.failure.strings {
            text(&body, pointer)?;
        }
        for pointer in &self.failure.objects {
            let value = body.pointer(pointer).and_then(Value::as_object);
            value.ok_or_else(|| format!("no object at {pointer}"))?;
        }
        Ok(())
    }
}

fn parsed(answer: &Answer) -> Result<Value, String> {
    serde_json::from_slice(&answer.body).map_err(|error| format!("not JSON: {error}"))
}

fn text(body: &Value, pointer: &str) -> Result<(), String> {
    let value = body.pointer(pointer).and_then(Value::as_str);
    let filled = value.filter(|text| !text.is_empty());
    filled.map(drop).ok_or_else(|| format!("no text at {pointer}"))
}

/// The decoders refuse what the clients refuse, without which they prove nothing.
#[test]
fn the_decoders_are_strict() {
    let answer = |status: u16, label: &str, body: &str| {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-type", label.parse().expect("a header's value"));
        let body = body.as_bytes().to_vec();
        Answer { status, headers, body }
    };
    let right = r#"{"data":{"startChatResult":{"ContactId":"c","ParticipantId":"p","ParticipantToken":"t"},"featurePermissions":{"MESSAGING_MARKDOWN":true,"ATTACHMENTS":false}}}"#;
    let problem = r#"{"data":{"Error":{"message":"No."}}}"#;
    for (name, client) in crate::client::clients() {
        let accepts =
            |status, label, body: &str| client.decode(&answer(status, label, body)).is_ok();
        assert!(accepts(200, "application/json", right), "{name}");
        for (from, to) in [
            ("\"t\"", "null"),
            ("\"t\"", "\"\""),
            ("\"c\"", "7"),
            ("ParticipantId", "participantid"),
            ("startChatResult", "StartChatResult"),
        ] {
            let wrong = right.replace(from, to);
            assert!(!accepts(200, "application/json", &wrong), "{name} {wrong}");
        }
        assert!(!accepts(200, "application/json", ""), "{name}");
        assert!(!accepts(500, "application/json", right), "{name}");
        let needs_label = client.success.content_type.is_some();
        assert_eq!(accepts(200, "text/plain", right), !needs_label, "{name}");
        let decoded = |status, body: &str| client.decode_error(&answer(status, "", body));
        assert!(decoded(429, problem).is_ok(), "{name}");
        assert!(decoded(200, problem).is_err(), "{name}");
        let reads_body = client.failure.reads == Reads::Json;
        assert_eq!(decoded(502, "<html>").is_err(), reads_body, "{name}");
        assert_eq!(decoded(502, right).is_err(), reads_body, "{name}");
    }
}
