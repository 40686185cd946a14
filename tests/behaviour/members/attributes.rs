//! The two members whose keys callers choose.

use serde_json::{Value, json};

use support::{asking, assert_failed, chat, http_2, options, pointers, send, send_text, start};

#[tokio::test]
async fn segment_attributes_have_an_explicit_form_and_a_shorthand() {
    let aws = start(options()).await;
    let text = json!({"ValueString": "x"});
    let arn = "arn:aws:s3:::bucket";
    for (given, sent) in [
        (json!({"ValueString": "x"}), text.clone()),
        (json!({"valueString": ""}), json!({"ValueString": ""})),
        (json!({"ValueInteger": -7}), json!({"ValueInteger": -7})),
        (json!({"valueArn": arn}), json!({"ValueArn": arn})),
        (json!({"ValueMap": {}}), json!({"ValueMap": {}})),
        (json!({"ValueList": []}), json!({"ValueList": []})),
        (json!({"ValueString": "x", "ValueInteger": null}), text.clone()),
        (json!("x"), text.clone()),
        (json!(""), json!({"ValueString": ""})),
        (json!(0), json!({"ValueInteger": 0})),
        (json!({}), json!({"ValueMap": {}})),
        (json!([]), json!({"ValueList": []})),
        (json!({"a": "x"}), json!({"ValueMap": {"a": text}})),
        (
            json!(["x", 1, arn]),
            json!({"ValueList": [text, {"ValueInteger": 1}, {"ValueString": arn}]}),
        ),
        (
            json!({"a": {"b": [{"c": {"valueArn": arn}}]}}),
            json!({"ValueMap": {"a": {"ValueMap": {"b": {"ValueList": [{"ValueMap": {"c": {"ValueArn": arn}}}]}}}}}),
        ),
        (
            json!({"ValueMap": {"a": {"valueList": ["x", {"ValueString": "x"}]}}}),
            json!({"ValueMap": {"a": {"ValueList": [text, text]}}}),
        ),
    ] {
        let request = json!({"SegmentAttributes": {"connect:a-_1": given, "b": 1}});
        let (_, received) = chat(&aws, &asking(&request)).await;
        let sent = json!({"connect:a-_1": sent, "b": {"ValueInteger": 1}});
        assert_eq!(received["SegmentAttributes"], sent, "{given}");
    }
}

#[tokio::test]
async fn attributes_are_sent_as_strings_in_every_notation() {
    let aws = start(options()).await;
    let digits = "9".repeat(400);
    let many_digits = format!(r#"{{"n":{digits},"customerName":"C"}}"#);
    for (given, sent) in [
        (
            r#"{"a":"x","B-_9":"","customerName":"C"}"#,
            json!({"a": "x", "B-_9": "", "customerName": "C"}),
        ),
        (r#"{"n":1.10,"customerName":"C"}"#, json!({"n": "1.10", "customerName": "C"})),
        (
            r#"{"n":12345678901234567890123,"m":-0.0,"customerName":"C"}"#,
            json!({"n": "12345678901234567890123", "m": "-0.0", "customerName": "C"}),
        ),
        (
            r#"{"t":true,"f":false,"customerName":"C"}"#,
            json!({"t": "true", "f": "false", "customerName": "C"}),
        ),
        (
            r#""{\"a\":\"x\",\"n\":1.10,\"customerName\":\"C\"}""#,
            json!({"a": "x", "n": "1.10", "customerName": "C"}),
        ),
        (r#"{"a":"x"}"#, json!({"a": "x", "customerName": "Ana"})),
        (r#""{\"a\":\"x\"}""#, json!({"a": "x", "customerName": "Ana"})),
        (r#"{"customerName":""}"#, json!({"customerName": "Ana"})),
        (r#"{"a":null,"b":"x"}"#, json!({"b": "x", "customerName": "Ana"})),
        (&many_digits, json!({"n": digits, "customerName": "C"})),
        (r#"{"customername":"c"}"#, json!({"customername": "c", "customerName": "Ana"})),
        (r#""""#, json!({"customerName": "Ana"})),
    ] {
        let text =
            format!(r#"{{"ParticipantDetails":{{"DisplayName":"Ana"}},"Attributes":{given}}}"#);
        for event in [text.clone(), http_2(&text).to_string()] {
            let (_, starts) = send_text(&aws, &event).await;
            let [received]: [Value; 1] = starts.try_into().expect("one chat");
            assert_eq!(received["Attributes"], sent, "{given}");
            assert_eq!(received["ParticipantDetails"]["DisplayName"], "Ana", "{given}");
        }
    }
    for (given, pointer) in [
        (json!({"a": ["x"]}), "/Attributes/a"),
        (json!({"a": {}}), "/Attributes/a"),
        (json!(["a"]), "/Attributes"),
        (json!(1), "/Attributes"),
        (json!("x"), "/Attributes"),
        (json!("[]"), "/Attributes"),
        (json!("{\"a\":{}}"), "/Attributes/a"),
    ] {
        let (invoked, starts) = send(&aws, &asking(&json!({"Attributes": given}))).await;
        assert_failed(&invoked, "ValidationException");
        assert_eq!(pointers(&invoked), [pointer], "{given}");
        assert!(starts.is_empty(), "{given}");
    }
}

#[tokio::test]
async fn the_display_name_is_added_to_the_attributes_if_it_fits() {
    let aws = start(options()).await;
    let room = "customerNameAna".len();
    for (bytes, added) in [(32_768 - room, true), (32_769 - room, false)] {
        let full = "x".repeat(bytes - 1);
        let request = json!({"Username": "Ana", "Attributes": {"a": full}});
        let (_, received) = chat(&aws, &asking(&request)).await;
        let name = received["Attributes"].get("customerName");
        assert_eq!(name.is_some(), added, "{bytes}");
    }
}
