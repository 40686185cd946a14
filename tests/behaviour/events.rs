//! Every file of `events/` starts its chats.

use serde_json::Value;

use support::{SECOND_FLOW_ID, body, event, folder, options, start, starts};

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder("events")).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.into_string().expect("a name in UTF-8"));
    names.filter(|name| name.strip_suffix(".json").is_some()).collect()
}

/// Returns the result objects in an answer of any form.
fn results(answer: &Value) -> Vec<Value> {
    match answer {
        Value::Array(results) => results.clone(),
        _ if answer.get("statusCode").is_some() => {
            assert_eq!(answer["statusCode"], 200, "{answer}");
            vec![body(answer)["data"]["startChatResult"].clone()]
        }
        _ => vec![answer.clone()],
    }
}

#[tokio::test]
async fn every_event_file_starts_its_chats() {
    let names = names();
    assert!(names.len() >= 15, "{names:?}");
    for name in names {
        let aws = start(options().env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID)).await;
        let event = event(&name);
        let invoked = aws.invoke_json(&event).await;
        assert_eq!(invoked.function_error, None, "{name}: {}", invoked.payload);
        let chats = starts(&aws).len();
        if let Some(records) = event.get("Records").and_then(Value::as_array) {
            assert_eq!(invoked.payload["batchItemFailures"], serde_json::json!([]), "{name}");
            assert_eq!(chats, records.len(), "{name}");
            continue;
        }
        let results = results(&invoked.payload);
        assert_eq!(chats, results.len(), "{name}");
        for result in results {
            for member in ["ContactId", "ParticipantId", "ParticipantToken"] {
                assert!(result[member].is_string(), "{name}: {member} in {result}");
            }
            let id = result["ContactId"].as_str().expect("an id");
            assert!(aws.connect().contact(id).is_some(), "{name}: {id}");
        }
    }
}
