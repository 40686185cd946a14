//! Decodes answers as strictly as a client does.

use serde_json::Value;

use crate::client::{Client, Reads};
use support::http::Answer;

impl Client {
    /// What the client makes of an answer that it takes for a success.
    pub(crate) fn decode(&self, answer: &Answer) -> Result<Value, String> {
        if !(200..300).contains(&answer.status) {
            return Err(format!("status {}", answer.status));
        }
        let label = answer.header("content-type").unwrap_or_default();
        if let Some(wanted) = &self.success.labelled
            && !label.contains(wanted.as_str())
        {
            return Err(format!("labelled {label:?}"));
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

    /// Whether the client learns of a failure, and can tell it.
    pub(crate) fn understand_failure(&self, answer: &Answer) -> Result<(), String> {
        if answer.status < 400 {
            return Err(format!("status {} is no failure", answer.status));
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

/// The decoders do refuse what the clients refuse: else nothing is proven.
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
        let takes = |status, label, body: &str| client.decode(&answer(status, label, body)).is_ok();
        assert!(takes(200, "application/json", right), "{name}");
        for (from, to) in [
            ("\"t\"", "null"),
            ("\"t\"", "\"\""),
            ("\"c\"", "7"),
            ("ParticipantId", "participantid"),
            ("startChatResult", "StartChatResult"),
        ] {
            let wrong = right.replace(from, to);
            assert!(!takes(200, "application/json", &wrong), "{name} {wrong}");
        }
        assert!(!takes(200, "application/json", ""), "{name}");
        assert!(!takes(500, "application/json", right), "{name}");
        let needs_label = client.success.labelled.is_some();
        assert_eq!(takes(200, "text/plain", right), !needs_label, "{name}");
        let tells = |status, body: &str| client.understand_failure(&answer(status, "", body));
        assert!(tells(429, problem).is_ok(), "{name}");
        assert!(tells(200, problem).is_err(), "{name}");
        let reads_body = client.failure.reads == Reads::Json;
        assert_eq!(tells(502, "<html>").is_err(), reads_body, "{name}");
        assert_eq!(tells(502, right).is_err(), reads_body, "{name}");
    }
}
