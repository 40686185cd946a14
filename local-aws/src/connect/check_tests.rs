//! The table of members, at the edges of each.

use serde_json::{Value, json};

use super::super::model::{CONTENT_TYPES, INTERACTIVE, RESPONSE};
use super::*;

fn body(more: Value) -> Value {
    let mut body = json!({"InstanceId": "i", "ContactFlowId": "f", "ParticipantDetails": {"DisplayName": "d"}});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

fn text(length: usize) -> String {
    "é".repeat(length)
}

fn ascii(length: usize) -> String {
    "a".repeat(length)
}

fn good(more: Value) {
    let shown = head(&more);
    let faults = start_chat_contact(&body(more));
    assert!(faults.is_empty(), "{shown} is refused: {faults:?}");
}

fn bad(more: Value) {
    let shown = head(&more);
    assert!(!start_chat_contact(&body(more)).is_empty(), "{shown} is taken");
}

fn head(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}

/// A member that may have `min` to `max` characters.
fn edges(min: usize, max: usize, member: impl Fn(String) -> Value) {
    for length in [min, min + 1, max - 1, max] {
        good(member(ascii(length)));
    }
    if min > 0 {
        bad(member(ascii(min - 1)));
    }
    bad(member(ascii(max + 1)));
}

#[test]
fn lengths() {
    edges(1, 100, |s| json!({"InstanceId": s}));
    edges(0, 500, |s| json!({"ContactFlowId": s}));
    edges(1, 256, |s| json!({"ParticipantDetails": {"DisplayName": s}}));
    edges(0, 500, |s| json!({"ClientToken": s}));
    edges(1, 256, |s| json!({"RelatedContactId": s}));
    edges(
        1,
        256,
        |s| json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": s}}),
    );
    edges(1, 128, |s| json!({"CustomerId": s}));
    edges(1, 128, |s| json!({"SegmentAttributes": {s: {"ValueString": ""}}}));
    edges(0, 1024, |s| json!({"SegmentAttributes": {"a": {"ValueString": s}}}));
    edges(1, 16_384, |s| json!({"InitialMessage": {"ContentType": "text/plain", "Content": s}}));
    edges(1, 32_767, |s| json!({"Attributes": {s: ""}}));
    edges(0, 32_767, |s| json!({"Attributes": {"a": s}}));
    good(json!({"ParticipantDetails": {"DisplayName": text(256)}}));
    bad(json!({"ParticipantDetails": {"DisplayName": text(257)}}));
    let topic =
        |length: usize| format!("arn:aws:sns:us-east-1:123456789012:{}", ascii(length - 35));
    good(json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": topic(350)}}));
    bad(json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": topic(351)}}));
}

#[test]
fn bytes() {
    let message = |content: String| json!({"InitialMessage": {"ContentType": "text/plain", "Content": content}});
    good(message(text(8192)));
    bad(message(text(8193)));
    good(json!({"Attributes": {"a": text(16_383), "b": ""}}));
    good(json!({"Attributes": {"ab": text(16_383)}}));
    bad(json!({"Attributes": {"abc": text(16_383)}}));
}

#[test]
fn ranges() {
    for (minutes, fine) in
        [(59, false), (60, true), (61, true), (10_079, true), (10_080, true), (10_081, false)]
    {
        let more = json!({"ChatDurationInMinutes": minutes});
        if fine { good(more) } else { bad(more) }
    }
    let integer = |value: Value| json!({"SegmentAttributes": {"a": {"ValueInteger": value}}});
    for value in [i64::from(i32::MIN), 0, i64::from(i32::MAX)] {
        good(integer(json!(value)));
    }
    for value in [
        json!(i64::from(i32::MAX) + 1),
        json!(i64::from(i32::MIN) - 1),
        json!(1.5),
        json!("1"),
        json!(true),
    ] {
        bad(integer(value));
    }
}

#[test]
fn required_and_unknown_members() {
    for missing in ["InstanceId", "ContactFlowId", "ParticipantDetails"] {
        bad(json!({missing: null}));
    }
    for more in [
        json!({"ParticipantDetails": {}}),
        json!({"InitialMessage": {"ContentType": "text/plain"}}),
        json!({"InitialMessage": {"Content": "hi"}}),
        json!({"ChatStreamingConfiguration": {}}),
        json!({"instanceId": "i"}),
        json!({"ParticipantDetails": {"DisplayName": "d", "Age": 1}}),
        json!({"SegmentAttributes": {"a": {"valueString": "b"}}}),
    ] {
        bad(more);
    }
    assert_eq!(start_chat_contact(&body(json!({"Unheard": 1}))), ["Unknown member 'Unheard'"]);
    good(json!({"Attributes": null, "PersistentChat": null, "ClientToken": null}));
}

#[test]
fn types() {
    for more in [
        json!({"InstanceId": 1}),
        json!({"ParticipantDetails": "d"}),
        json!({"Attributes": []}),
        json!({"Attributes": {"a": 1}}),
        json!({"ChatDurationInMinutes": "60"}),
        json!({"SupportedMessagingContentTypes": "text/plain"}),
    ] {
        bad(more);
    }
}

#[test]
fn enums_and_lists() {
    good(json!({"ParticipantConfiguration": {"ResponseMode": "INCREMENTAL"}}));
    good(json!({"ParticipantConfiguration": {"ResponseMode": "COMPLETE"}}));
    bad(json!({"ParticipantConfiguration": {"ResponseMode": "complete"}}));
    good(json!({"DisconnectOnCustomerExit": ["AGENT"]}));
    for list in [json!([]), json!(["AGENT", "AGENT"]), json!(["CUSTOMER"])] {
        bad(json!({"DisconnectOnCustomerExit": list}));
    }
    for list in [
        json!(["WEBSOCKET"]),
        json!(["CONNECTION_CREDENTIALS", "WEBSOCKET"]),
        json!(["WEBRTC_CONNECTION"]),
    ] {
        good(json!({"ConnectionTypes": list}));
    }
    for list in [
        json!([]),
        json!(["WEBSOCKET", "WEBSOCKET"]),
        json!(["TELEGRAPH"]),
        json!(["WEBSOCKET", "CONNECTION_CREDENTIALS", "WEBRTC_CONNECTION"]),
    ] {
        bad(json!({"ConnectionTypes": list}));
    }
}

#[test]
fn content_types() {
    good(json!({"SupportedMessagingContentTypes": CONTENT_TYPES}));
    good(json!({"SupportedMessagingContentTypes": ["text/plain"]}));
    for list in [json!([]), json!(["text/markdown"]), json!(["text/plain", "text/html"])] {
        bad(json!({"SupportedMessagingContentTypes": list}));
    }
    for kind in ["text/plain", "text/markdown", "application/json", RESPONSE] {
        good(json!({"InitialMessage": {"ContentType": kind, "Content": "{}"}}));
    }
    for kind in [INTERACTIVE, "text/html"] {
        bad(json!({"InitialMessage": {"ContentType": kind, "Content": "{}"}}));
    }
}

#[test]
fn persistent_chats() {
    let whole = json!({"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": "c"});
    good(json!({"PersistentChat": whole}));
    for chat in [
        json!({}),
        json!({"RehydrationType": "FROM_SEGMENT"}),
        json!({"SourceContactId": "c"}),
        json!({"RehydrationType": "ALL", "SourceContactId": "c"}),
    ] {
        bad(json!({"PersistentChat": chat}));
    }
    bad(json!({"PersistentChat": whole, "RelatedContactId": "r"}));
}

#[test]
fn attribute_names() {
    good(json!({"Attributes": {"azAZ09-_": ""}}));
    for name in ["a b", "a.b", "a:b", "é"] {
        bad(json!({"Attributes": {name: ""}}));
    }
}

#[test]
fn segment_attributes() {
    let value = |value: Value| json!({"SegmentAttributes": {"a": value}});
    good(value(
        json!({"ValueMap": {"b": {"ValueList": [{"ValueInteger": 1}, {"ValueString": "c"}]}}}),
    ));
    good(value(json!({"ValueArn": "arn:aws:s3:::bucket"})));
    for wrong in [
        json!({}),
        json!("plain"),
        json!({"ValueString": "a", "ValueInteger": 1}),
        json!({"ValueMap": {"b": {}}}),
        json!({"ValueList": [{"ValueString": "a", "ValueInteger": 1}]}),
        json!({"ValueArn": "not an arn"}),
    ] {
        bad(value(wrong));
    }
    good(json!({"SegmentAttributes": {"connect:Direction": {"ValueString": "x"}}}));
    for name in ["other:a", "a b", "connect:a:b"] {
        bad(json!({"SegmentAttributes": {name: {"ValueString": "x"}}}));
    }
}

#[test]
fn a_guide_needs_both_interactive_types() {
    let guide = |types: Value| {
        let subtype = json!({"connect:Subtype": {"ValueString": "connect:Guide"}});
        json!({"SegmentAttributes": subtype, "SupportedMessagingContentTypes": types})
    };
    good(guide(json!(["text/plain", INTERACTIVE, RESPONSE])));
    bad(guide(json!(["text/plain", INTERACTIVE])));
    bad(guide(json!(["text/plain", RESPONSE])));
    bad(guide(json!(null)));
}

#[test]
fn streaming_goes_to_a_standard_topic() {
    let topic = |arn: &str| json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": arn}});
    good(topic("arn:aws:sns:us-east-1:123456789012:my-topic_1"));
    good(topic("arn:aws-us-gov:sns:us-gov-west-1:123456789012:t"));
    for arn in [
        "topic",
        "arn:aws:sqs:us-east-1:123456789012:queue",
        "arn:aws:sns:us-east-1:123456789012:topic.fifo",
        "arn:aws:sns:us-east-1:1234:topic",
        "arn:aws:sns:us-east-1:123456789012:topic:subscription",
    ] {
        bad(topic(arn));
    }
}
