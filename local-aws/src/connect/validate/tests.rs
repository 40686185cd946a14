//! Every member at its limits.

use serde_json::{Value, json};

use super::*;
use crate::connect::model::{CONTENT_TYPES, INTERACTIVE, RESPONSE};

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

fn accepts(more: Value) {
    let shown = head(&more);
    let errors = start_chat_contact(&body(more));
    assert!(errors.is_empty(), "{shown} is rejected: {errors:?}");
}

fn rejects(more: Value) {
    let shown = head(&more);
    assert!(!start_chat_contact(&body(more)).is_empty(), "{shown} is accepted");
}

fn head(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}

/// Checks a member that may have `min` to `max` characters.
fn edges(min: usize, max: usize, member: impl Fn(String) -> Value) {
    for length in [min, min + 1, max - 1, max] {
        accepts(member(ascii(length)));
    }
    if min > 0 {
        rejects(member(ascii(min - 1)));
    }
    rejects(member(ascii(max + 1)));
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
    accepts(json!({"ParticipantDetails": {"DisplayName": text(256)}}));
    rejects(json!({"ParticipantDetails": {"DisplayName": text(257)}}));
    let topic =
        |length: usize| format!("arn:aws:sns:us-east-1:123456789012:{}", ascii(length - 35));
    accepts(json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": topic(350)}}));
    rejects(json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": topic(351)}}));
}

#[test]
fn bytes() {
    let message = |content: String| json!({"InitialMessage": {"ContentType": "text/plain", "Content": content}});
    accepts(message(text(8192)));
    rejects(message(text(8193)));
    accepts(json!({"Attributes": {"a": text(16_383), "b": ""}}));
    accepts(json!({"Attributes": {"ab": text(16_383)}}));
    rejects(json!({"Attributes": {"abc": text(16_383)}}));
}

#[test]
fn ranges() {
    for (minutes, fine) in
        [(59, false), (60, true), (61, true), (10_079, true), (10_080, true), (10_081, false)]
    {
        let more = json!({"ChatDurationInMinutes": minutes});
        if fine { accepts(more) } else { rejects(more) }
    }
    let integer = |value: Value| json!({"SegmentAttributes": {"a": {"ValueInteger": value}}});
    for value in [i64::from(i32::MIN), 0, i64::from(i32::MAX)] {
        accepts(integer(json!(value)));
    }
    for value in [
        json!(i64::from(i32::MAX) + 1),
        json!(i64::from(i32::MIN) - 1),
        json!(1.5),
        json!("1"),
        json!(true),
    ] {
        rejects(integer(value));
    }
}

#[test]
fn required_and_unknown_members() {
    for missing in ["InstanceId", "ContactFlowId", "ParticipantDetails"] {
        rejects(json!({missing: null}));
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
        rejects(more);
    }
    assert_eq!(start_chat_contact(&body(json!({"Unheard": 1}))), ["Unknown member 'Unheard'"]);
    accepts(json!({"Attributes": null, "PersistentChat": null, "ClientToken": null}));
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
        rejects(more);
    }
}

#[test]
fn enums_and_lists() {
    accepts(json!({"ParticipantConfiguration": {"ResponseMode": "INCREMENTAL"}}));
    accepts(json!({"ParticipantConfiguration": {"ResponseMode": "COMPLETE"}}));
    rejects(json!({"ParticipantConfiguration": {"ResponseMode": "complete"}}));
    accepts(json!({"DisconnectOnCustomerExit": ["AGENT"]}));
    for list in [json!([]), json!(["AGENT", "AGENT"]), json!(["CUSTOMER"])] {
        rejects(json!({"DisconnectOnCustomerExit": list}));
    }
    for list in [
        json!(["WEBSOCKET"]),
        json!(["CONNECTION_CREDENTIALS", "WEBSOCKET"]),
        json!(["WEBRTC_CONNECTION"]),
    ] {
        accepts(json!({"ConnectionTypes": list}));
    }
    for list in [
        json!([]),
        json!(["WEBSOCKET", "WEBSOCKET"]),
        json!(["TELEGRAPH"]),
        json!(["WEBSOCKET", "CONNECTION_CREDENTIALS", "WEBRTC_CONNECTION"]),
    ] {
        rejects(json!({"ConnectionTypes": list}));
    }
}

#[test]
fn content_types() {
    accepts(json!({"SupportedMessagingContentTypes": CONTENT_TYPES}));
    accepts(json!({"SupportedMessagingContentTypes": ["text/plain"]}));
    for list in [json!([]), json!(["text/markdown"]), json!(["text/plain", "text/html"])] {
        rejects(json!({"SupportedMessagingContentTypes": list}));
    }
    for kind in ["text/plain", "text/markdown", "application/json", RESPONSE] {
        accepts(json!({"InitialMessage": {"ContentType": kind, "Content": "{}"}}));
    }
    for kind in [INTERACTIVE, "text/html"] {
        rejects(json!({"InitialMessage": {"ContentType": kind, "Content": "{}"}}));
    }
}

#[test]
fn persistent_chats() {
    let whole = json!({"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": "c"});
    accepts(json!({"PersistentChat": whole}));
    for chat in [
        json!({}),
        json!({"RehydrationType": "FROM_SEGMENT"}),
        json!({"SourceContactId": "c"}),
        json!({"RehydrationType": "ALL", "SourceContactId": "c"}),
    ] {
        rejects(json!({"PersistentChat": chat}));
    }
    rejects(json!({"PersistentChat": whole, "RelatedContactId": "r"}));
}

#[test]
fn attribute_names() {
    accepts(json!({"Attributes": {"azAZ09-_": ""}}));
    for name in ["a b", "a.b", "a:b", "é"] {
        rejects(json!({"Attributes": {name: ""}}));
    }
}

#[test]
fn segment_attributes() {
    let value = |value: Value| json!({"SegmentAttributes": {"a": value}});
    accepts(value(
        json!({"ValueMap": {"b": {"ValueList": [{"ValueInteger": 1}, {"ValueString": "c"}]}}}),
    ));
    accepts(value(json!({"ValueArn": "arn:aws:s3:::bucket"})));
    for wrong in [
        json!({}),
        json!("plain"),
        json!({"ValueString": "a", "ValueInteger": 1}),
        json!({"ValueMap": {"b": {}}}),
        json!({"ValueList": [{"ValueString": "a", "ValueInteger": 1}]}),
        json!({"ValueArn": "not an arn"}),
    ] {
        rejects(value(wrong));
    }
    accepts(json!({"SegmentAttributes": {"connect:Direction": {"ValueString": "x"}}}));
    for name in ["other:a", "a b", "connect:a:b"] {
        rejects(json!({"SegmentAttributes": {name: {"ValueString": "x"}}}));
    }
}

#[test]
fn a_guide_needs_both_interactive_types() {
    let guide = |types: Value| {
        let subtype = json!({"connect:Subtype": {"ValueString": "connect:Guide"}});
        json!({"SegmentAttributes": subtype, "SupportedMessagingContentTypes": types})
    };
    accepts(guide(json!(["text/plain", INTERACTIVE, RESPONSE])));
    rejects(guide(json!(["text/plain", INTERACTIVE])));
    rejects(guide(json!(["text/plain", RESPONSE])));
    rejects(guide(json!(null)));
}

#[test]
fn streaming_goes_to_a_standard_topic() {
    let topic = |arn: &str| json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": arn}});
    accepts(topic("arn:aws:sns:us-east-1:123456789012:my-topic_1"));
    accepts(topic("arn:aws-us-gov:sns:us-gov-west-1:123456789012:t"));
    for arn in [
        "topic",
        "arn:aws:sqs:us-east-1:123456789012:queue",
        "arn:aws:sns:us-east-1:123456789012:topic.fifo",
        "arn:aws:sns:us-east-1:1234:topic",
        "arn:aws:sns:us-east-1:123456789012:topic:subscription",
    ] {
        rejects(topic(arn));
    }
}
