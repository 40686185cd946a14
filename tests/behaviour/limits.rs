//! Every limit of a request, at its edges. A request within the limits reaches
//! Connect, any other does not, and all its errors are reported at once.

mod attributes;
mod parts;

use local_aws::LocalAws;
use serde_json::{Value, json};

use support::{assert_failed, body, http_1, http_2, options, pointers, send, start};

const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
const RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// Asserts that the request reaches Connect, or that it has an error at this pointer only.
async fn check(aws: &LocalAws, request: &Value, fault: Option<&str>) {
    let (invoked, starts) = send(aws, request).await;
    let text = request.to_string();
    let text = text.get(..200).unwrap_or(&text);
    if let Some(pointer) = fault {
        assert_failed(&invoked, "ValidationException");
        assert_eq!(pointers(&invoked), [pointer], "{text}");
        assert!(starts.is_empty(), "{text}");
    } else {
        assert_eq!(starts.len(), 1, "{text}: {}", invoked.payload);
        // The stand-in checks the limits too. It may lack the contact.
        let failed = invoked.error_type();
        let unknown = Some("ResourceNotFoundException");
        assert!(failed.is_none() || failed == unknown, "{text}: {failed:?}");
    }
}

async fn check_all(rows: impl IntoIterator<Item = (Value, Option<&str>)>) {
    let aws = start(options()).await;
    for (request, fault) in rows {
        check(&aws, &request, fault).await;
    }
}

#[tokio::test]
async fn lengths_of_strings_are_in_characters() {
    type Request = fn(&str) -> Value;
    let texts: [(Request, usize, &str); 8] = [
        (
            |text| json!({"ParticipantDetails": {"DisplayName": text}}),
            256,
            "/ParticipantDetails/DisplayName",
        ),
        (|text| json!({"CustomerId": text}), 128, "/CustomerId"),
        (|text| json!({"ClientToken": text}), 500, "/ClientToken"),
        (|text| json!({"RelatedContactId": text}), 256, "/RelatedContactId"),
        (
            |text| json!({"persistentChat": {"rehydrationType": "FROM_SEGMENT", "sourceContactId": text}}),
            256,
            "/persistentChat/sourceContactId",
        ),
        (
            |text| json!({"SegmentAttributes": {"a": {"ValueString": text}}}),
            1024,
            "/SegmentAttributes/a/ValueString",
        ),
        (
            |text| json!({"segmentAttributes": {"a": [{"b": text}]}}),
            1024,
            "/segmentAttributes/a/0/b",
        ),
        (|text| json!({"Username": text}), 256, "/Username"),
    ];
    let aws = start(options()).await;
    for (request, max, pointer) in texts {
        for one in ["x", "ü", "😀"] {
            check(&aws, &request(one), None).await;
            check(&aws, &request(&one.repeat(max)), None).await;
            check(&aws, &request(&one.repeat(max + 1)), Some(pointer)).await;
        }
    }
}

#[tokio::test]
async fn a_first_message_has_a_type_and_up_to_16384_bytes() {
    let message = |kind: &str, content: String| json!({"InitialMessage": {"ContentType": kind, "Content": content}});
    let plain = |content: String| message("text/plain", content);
    let of = |kind: &str| message(kind, "{}".to_owned());
    let content = Some("/InitialMessage/Content");
    let kind = Some("/InitialMessage/ContentType");
    check_all([
        (plain(String::new()), content),
        (plain("x".to_owned()), None),
        (plain("x".repeat(16_384)), None),
        (plain("x".repeat(16_385)), content),
        (plain("ü".repeat(8_192)), None),
        (plain("ü".repeat(8_193)), content),
        (plain("😀".repeat(4_096)), None),
        (plain(format!("x{}", "😀".repeat(4_096))), content),
        (of("text/markdown"), None),
        (of("application/json"), None),
        (of(RESPONSE), None),
        (of(INTERACTIVE), kind),
        (of("text/html"), kind),
        (of("TEXT/PLAIN"), kind),
        (of(""), kind),
        (of(&"x".repeat(101)), kind),
        (json!({"InitialMessage": {"Content": "x"}}), Some("/InitialMessage")),
        (
            json!({"initialMessage": {"contentType": "text/plain", "content": null}}),
            Some("/initialMessage"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_chat_lasts_an_hour_to_seven_days() {
    let minutes = |text: &str| -> Value {
        let request = format!(r#"{{"ChatDurationInMinutes":{text}}}"#);
        serde_json::from_str(&request).expect("JSON")
    };
    let fault = Some("/ChatDurationInMinutes");
    check_all([
        (minutes("60"), None),
        (minutes("10080"), None),
        (minutes("60.0"), None),
        (minutes("1.008e4"), None),
        (minutes("59"), fault),
        (minutes("10081"), fault),
        (minutes("0"), fault),
        (minutes("-60"), fault),
        (minutes("60.5"), fault),
        (minutes("59.9999"), fault),
        (minutes("10080.5"), fault),
        (minutes("\"60\""), fault),
        (minutes("1e999"), fault),
        (minutes("12345678901234567890123"), fault),
    ])
    .await;
}

#[tokio::test]
async fn a_member_of_another_type_is_an_error() {
    let aws = start(options()).await;
    for name in [
        "InstanceId",
        "ContactFlowId",
        "ClientToken",
        "RelatedContactId",
        "CustomerId",
        "ChatDurationInMinutes",
        "SupportedMessagingContentTypes",
        "DisconnectOnCustomerExit",
        "ConnectionTypes",
        "ParticipantDetails",
        "InitialMessage",
        "PersistentChat",
        "SegmentAttributes",
        "ParticipantConfiguration",
        "ChatStreamingConfiguration",
        "Attributes",
        "Username",
        "customerName",
    ] {
        for value in [json!(true), json!(1), json!(1.5)] {
            let pointer = format!("/{name}");
            check(&aws, &json!({name: value}), Some(&pointer)).await;
        }
    }
}

#[tokio::test]
async fn all_field_errors_are_reported_at_once() {
    let aws = start(options()).await;
    let request = json!({
        "contactFlowId": 7,
        "participantDetails": {"displayName": "x".repeat(257)},
        "Attributes": {"a/b": "x", "ok": null},
        "initialMessage": {"ContentType": "text/html", "content": ""},
        "ChatDurationInMinutes": 59,
        "supportedMessagingContentTypes": ["text/plain", "x"],
        "persistentChat": {"SourceContactId": "c"},
        "segmentAttributes": {"m~": {"valueList": ["v", {"ValueString": 1}]}},
        "ConnectionTypes": ["WEBSOCKET", "WEBSOCKET"],
        "unknown": 1,
    });
    let expected = [
        "/Attributes/a~1b",
        "/Attributes/ok",
        "/ChatDurationInMinutes",
        "/ConnectionTypes/1",
        "/contactFlowId",
        "/initialMessage/ContentType",
        "/initialMessage/content",
        "/participantDetails/displayName",
        "/persistentChat",
        "/segmentAttributes/m~0",
        "/segmentAttributes/m~0/valueList/1/ValueString",
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
