//! All errors of a request are reported at once, as far as a caller can use them.

use serde_json::{Value, json};

use support::{asking, assert_failed, body, http_1, http_2, options, pointers, send, start};

#[tokio::test]
async fn all_field_errors_are_reported_at_once() {
    let aws = start(options()).await;
    let request = json!({
        "contactFlowId": 7,
        "participantDetails": {"displayName": "x".repeat(257)},
        "Attributes": {"a/b": "x", "list": ["x"], "ok": null},
        "initialMessage": {"ContentType": "text/html", "content": "x".repeat(16_385)},
        "ChatDurationInMinutes": 59,
        "supportedMessagingContentTypes": ["text/plain", "x"],
        "persistentChat": {"SourceContactId": "c"},
        "segmentAttributes": {
            "m": {"valueList": ["v", {"ValueString": 1}]},
            // What has no valid name is not read.
            "m~": {"valueList": ["v", {"ValueString": 1}]},
        },
        "ConnectionTypes": ["WEBSOCKET", "WEBSOCKET"],
        "unknown": 1,
    });
    let expected = [
        "/Attributes/a~1b",
        "/Attributes/list",
        "/ChatDurationInMinutes",
        "/ConnectionTypes/1",
        "/contactFlowId",
        "/initialMessage/ContentType",
        "/initialMessage/content",
        "/participantDetails/displayName",
        "/persistentChat",
        "/segmentAttributes/m/valueList/1/ValueString",
        "/segmentAttributes/m~0",
        "/supportedMessagingContentTypes/1",
    ];
    let (invoked, starts) = send(&aws, &request).await;
    assert_failed(&invoked, "ValidationException");
    assert_eq!(pointers(&invoked), expected);
    assert!(starts.is_empty());
    for event in [http_1(&request.to_string()), http_2(&request.to_string())] {
        let (invoked, starts) = send(&aws, &event).await;
        let problem = body(&invoked.payload);
        let errors = problem["errors"].as_array().expect("a list");
        let mut reported: Vec<&str> = Vec::new();
        for error in errors {
            assert!(error["detail"].as_str().is_some_and(|text| !text.is_empty()));
            reported.push(error["pointer"].as_str().expect("a pointer"));
        }
        reported.sort_unstable();
        assert_eq!(reported, expected);
        assert!(starts.is_empty());
    }
}

#[tokio::test]
async fn the_first_100_field_errors_are_listed_and_the_others_counted() {
    let aws = start(options()).await;
    for (count, more) in [(99, None), (100, None), (101, Some(1)), (1_000, Some(900))] {
        let attributes = (0..count).map(|index| (format!("a{index}"), json!([])));
        let request = asking(&json!({"Attributes": Value::Object(attributes.collect())}));
        let (invoked, starts) = send(&aws, &request).await;
        assert_failed(&invoked, "ValidationException");
        let message = invoked.error_message().unwrap_or_default();
        assert_eq!(message.matches(" | /Attributes/a").count(), count.min(100), "{message}");
        let end = message.rfind(" | and ").and_then(|end| message.get(end..));
        assert_eq!(end, more.map(|more| format!(" | and {more} more")).as_deref(), "{message}");
        let (answer, _) = send(&aws, &http_2(&request.to_string())).await;
        let problem = body(&answer.payload);
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(count.min(100)));
        let detail = problem["detail"].as_str().expect("a detail");
        let end = detail.find(" There are ").and_then(|end| detail.get(end..));
        assert_eq!(end, more.map(|more| format!(" There are {more} more.")).as_deref());
        assert!(starts.is_empty());
    }
}
