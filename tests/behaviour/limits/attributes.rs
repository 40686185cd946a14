//! Limits of the two members whose keys callers choose.

use serde_json::{Value, json};

use super::check_all;

#[tokio::test]
async fn attributes_have_a_charset_and_a_total_size() {
    let named = |name: &str, value: String| json!({"Attributes": {name: value}});
    let x = |count: usize| "x".repeat(count);
    let size = Some("/Attributes");
    // A pointer is cut after 512 characters.
    let long = format!("/Attributes/{}", x(512 - "/Attributes/".len()));
    check_all([
        (named("a", x(32_767)), None),
        (named("a", x(32_768)), size),
        (named("a", "ü".repeat(16_383)), None),
        (named("a", "ü".repeat(16_384)), size),
        (named(&x(32_767), x(1)), None),
        (named(&x(32_768), String::new()), Some(long.as_str())),
        (json!({"attributes": {"a": x(16_000), "b": x(16_767)}}), Some("/attributes")),
        (named("A-z_09", x(0)), None),
        (named("", x(1)), Some("/Attributes/")),
        (named("a b", x(1)), Some("/Attributes/a b")),
        (named("a.b", x(1)), Some("/Attributes/a.b")),
        (named("a:b", x(1)), Some("/Attributes/a:b")),
        (named("ä", x(1)), Some("/Attributes/ä")),
        (named("a/b~c", x(1)), Some("/Attributes/a~1b~0c")),
    ])
    .await;
}

#[tokio::test]
async fn segment_attributes_have_a_charset_and_two_forms() {
    let named = |name: String| json!({"SegmentAttributes": {name: "v"}});
    let value = |value: Value| json!({"SegmentAttributes": {"a": value}});
    let x = |count: usize| "x".repeat(count);
    let fault = Some("/SegmentAttributes/a");
    let long = format!("/SegmentAttributes/{}", x(129));
    let arn = |length: usize| format!("arn:aws:s3:::{}", x(length - 13));
    let integer = |number: i64| value(json!({"ValueInteger": number}));
    let in_integer = Some("/SegmentAttributes/a/ValueInteger");
    check_all([
        (named(x(1)), None),
        (named(x(128)), None),
        (named(x(129)), Some(long.as_str())),
        (named(format!("connect:{}", x(120))), None),
        (named("connect:".to_owned()), Some("/SegmentAttributes/connect:")),
        (named("aws:x".to_owned()), Some("/SegmentAttributes/aws:x")),
        (named(String::new()), Some("/SegmentAttributes/")),
        (named("a/b".to_owned()), Some("/SegmentAttributes/a~1b")),
        (value(json!({"b c": "v"})), Some("/SegmentAttributes/a/b c")),
        (value(json!({"ValueMap": {"b c": "v"}})), Some("/SegmentAttributes/a/ValueMap/b c")),
        (value(json!({"valueArn": arn(1024)})), None),
        (value(json!({"valueArn": arn(1025)})), Some("/SegmentAttributes/a/valueArn")),
        (value(json!({"valueArn": "arn:aws:s3"})), Some("/SegmentAttributes/a/valueArn")),
        (value(json!({"ValueString": 1})), Some("/SegmentAttributes/a/ValueString")),
        (value(json!({"ValueMap": []})), Some("/SegmentAttributes/a/ValueMap")),
        (value(json!({"ValueList": {}})), Some("/SegmentAttributes/a/ValueList")),
        (value(json!({"ValueList": ["v", null]})), Some("/SegmentAttributes/a/ValueList/1")),
        (value(json!({"ValueString": "v", "valueInteger": 1})), fault),
        (value(json!({"ValueString": null})), fault),
        (value(json!(null)), fault),
        (value(json!(true)), fault),
        (value(json!(1.5)), fault),
        (integer(i64::from(i32::MAX)), None),
        (integer(i64::from(i32::MIN)), None),
        (integer(i64::from(i32::MAX) + 1), in_integer),
        (integer(i64::from(i32::MIN) - 1), in_integer),
        (value(json!(i64::from(i32::MAX) + 1)), fault),
    ])
    .await;
}
