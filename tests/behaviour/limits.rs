//! Every limit of a request, at its edges. A request within the limits reaches
//! Connect, any other does not.

mod attributes;
mod parts;
mod report;

use local_aws::LocalAws;
use serde_json::{Value, json};

use support::{asking, assert_failed, options, pointers, send_text, start};

const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
const RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// Asserts that the request reaches Connect, or that it has an error at this pointer only.
async fn check(aws: &LocalAws, request: &Value, fault: Option<&str>) {
    check_text(aws, &asking(request).to_string(), fault).await;
}

/// Does the same as [`check`] for a request in this notation.
async fn check_text(aws: &LocalAws, text: &str, fault: Option<&str>) {
    let (invoked, starts) = send_text(aws, text).await;
    let text = text.get(..200).unwrap_or(text);
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
        (plain(String::new()), None),
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
    let aws = start(options()).await;
    let fault = Some("/ChatDurationInMinutes");
    for (minutes, fault) in [
        ("60", None),
        ("10080", None),
        ("60.0", None),
        ("1.008e4", None),
        ("59", fault),
        ("10081", fault),
        ("0", fault),
        ("-60", fault),
        ("60.5", fault),
        ("59.9999", fault),
        ("10080.5", fault),
        ("\"60\"", fault),
        ("1e999", fault),
        ("12345678901234567890123", fault),
    ] {
        let request = format!(r#"{{"ChatDurationInMinutes":{minutes}}}"#);
        check_text(&aws, &request, fault).await;
    }
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
        "displayName",
        "name",
    ] {
        for value in [json!(true), json!(1), json!(1.5)] {
            let pointer = format!("/{name}");
            // A number is the text of a customer's id.
            let is_id = name == "CustomerId" && value.is_number();
            check(&aws, &json!({name: value}), (!is_id).then_some(&pointer)).await;
        }
    }
}
