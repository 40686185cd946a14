//! Payloads that cannot start a chat for any caller.

use serde_json::json;

use super::{REQUEST, with};
use support::{
    FLOW_ID, assert_failed, body, chat, event, http_1, http_2, options, pointers, send, start,
    starts,
};

#[tokio::test]
async fn events_of_other_services_are_named_and_start_no_chat() {
    let aws = start(options()).await;
    let records = |member: &str, source: &str| json!({"Records": [{member: source}]});
    let v1 = http_1(REQUEST);
    let v2 = http_2(REQUEST);
    for (event, named) in [
        (records("EventSource", "aws:sns"), "aws:sns"),
        (records("eventSource", "aws:s3"), "aws:s3"),
        (records("eventSource", "aws:kinesis"), "aws:kinesis"),
        (records("eventSource", "aws:dynamodb"), "aws:dynamodb"),
        (records("eventSource", "aws:ses"), "aws:ses"),
        (json!({"Records": [{"x": {}}]}), "an unknown source"),
        (json!({"Records": [{"cf": {}}]}), "CloudFront"),
        (json!({"eventSource": "SelfManagedKafka", "records": {}}), "SelfManagedKafka"),
        (json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}), "S3 test"),
        (json!({"Records": []}), "an empty batch"),
        (json!({"eventSource": "aws:kafka", "records": {}}), "aws:kafka"),
        (with(v1.clone(), "/requestContext/elb", json!({})), "Load Balancer"),
        (
            json!({"requestContext": {"elb": {}}, "httpMethod": "POST", "body": REQUEST}),
            "Load Balancer",
        ),
        (with(v1, "/requestContext/connectionId", json!("x=")), "WebSocket"),
        (with(v2, "/requestContext/serviceNetworkArn", json!("arn:x")), "Lattice"),
        (
            json!({"version": "2.0", "requestContext": {"serviceNetworkArn": "a"}, "method": "POST"}),
            "Lattice",
        ),
        (json!({"raw_path": "/", "method": "POST", "body": REQUEST}), "Lattice"),
        (json!({"Name": "ContactFlowEvent", "Details": {"ContactData": {}}}), "Connect flow"),
        (json!({"requestContext": {"http": {}}, "version": "2.0"}), "unknown kind"),
    ] {
        for event in [event.clone(), json!([event])] {
            let (invoked, starts) = send(&aws, &event).await;
            assert_failed(&invoked, "ValidationException");
            let message = invoked.error_message().unwrap_or_default();
            assert!(message.contains(named), "{named} in {message}");
            assert!(starts.is_empty(), "{event}");
        }
    }
}

#[tokio::test]
async fn a_payload_that_is_not_an_object_is_refused() {
    let aws = start(options()).await;
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let nested = format!(r#"{{"Attributes":{}}}"#, deep(200));
    for payload in [
        "null".to_owned(),
        "true".to_owned(),
        "1".to_owned(),
        "\"text\"".to_owned(),
        "[1]".to_owned(),
        "[[]]".to_owned(),
        "[null]".to_owned(),
        r#"{"detail-type":"t","source":"s","detail":[]}"#.to_owned(),
        r#"{"detail-type":"t","source":"s","detail":null}"#.to_owned(),
        r#"{"ContactFlowId":"\ud800"}"#.to_owned(),
        deep(200),
        deep(100_000),
        format!(r#"{{"detail-type":"t","source":"s","detail":{nested}}}"#),
        nested.clone(),
    ] {
        aws.connect().forget_requests();
        let start = payload.get(..40).unwrap_or(&payload).to_owned();
        let invoked = aws.invoke(payload).await;
        assert_failed(&invoked, "ValidationException");
        assert!(!pointers(&invoked).is_empty(), "{start}");
        assert!(aws.connect().requests().is_empty(), "{start}");
    }
    let (invoked, _) = send(&aws, &http_2(&nested)).await;
    assert_eq!(invoked.payload["statusCode"], 400);
    assert_eq!(body(&invoked.payload)["code"], "ValidationException");
    let record = json!({"messageId": "m", "eventSource": "aws:sqs", "body": nested});
    let (invoked, _) = send(&aws, &json!({"Records": [record]})).await;
    let failures = json!({"batchItemFailures": [{"itemIdentifier": "m"}]});
    assert_eq!(invoked.payload, failures);
    assert_eq!(aws.function().starts(), 1, "the process was restarted");
}

/// A rule whose pattern is too wide would open chat after chat: a chat that an
/// event of Connect started would emit the next such event.
#[tokio::test]
async fn an_event_from_connect_starts_no_chat() {
    let aws = start(options()).await;
    let mut event = event("eventbridge-rule.json");
    let contact =
        json!({"eventType": "INITIATED", "relatedContactId": "c-1", "segmentAttributes": {}});
    let asking = json!({"ContactFlowId": FLOW_ID});
    for source in ["aws.connect", "aws.events", "aws.iot", "aws.transfer", "aws.partner"] {
        for detail in [&contact, &asking] {
            event["source"] = json!(source);
            event["detail"] = detail.clone();
            for event in [event.clone(), json!([event])] {
                let (invoked, starts) = send(&aws, &event).await;
                assert_failed(&invoked, "ValidationException");
                let message = invoked.error_message().unwrap_or_default();
                let named = format!("an event of {source} cannot start a chat");
                assert!(message.contains(&named), "{message}");
                assert!(starts.is_empty(), "{event}");
            }
        }
    }
    event["source"] = json!("aws.partner/example.com/123/events");
    chat(&aws, &event).await;
    for record in [
        json!({"AWSContactTraceRecordFormatVersion": "2017-03-10", "ContactFlowId": FLOW_ID}),
        json!({"ContactId": "c", "Channel": "CHAT", "ContactFlowId": FLOW_ID}),
    ] {
        for event in [record.clone(), json!([record])] {
            let (invoked, starts) = send(&aws, &event).await;
            assert_failed(&invoked, "ValidationException");
            let message = invoked.error_message().unwrap_or_default();
            assert!(message.contains("an Amazon Connect contact record"), "{message}");
            assert!(starts.is_empty(), "{event}");
        }
    }
}

/// `serde_json` parses the value of such a member again, with a new count of levels.
#[tokio::test]
async fn no_member_raises_the_nesting_limit() {
    let aws = start(options()).await;
    let deep = |text: String| format!("{}{text}{}", "[".repeat(100), "]".repeat(100));
    let inner = serde_json::to_string(&deep("1".to_owned())).expect("text is JSON");
    let outer = deep(format!("{{\"$serde_json::private::RawValue\":{inner}}}"));
    let body = format!("{{\"SegmentAttributes\":{{\"a\":{outer}}}}}");
    let answer = aws.invoke_json(&http_2(&body)).await.payload;
    assert_eq!(answer["statusCode"], 400, "{answer}");
    assert_eq!(starts(&aws).len(), 0);
}

#[tokio::test]
async fn a_body_that_is_not_a_string_is_not_an_empty_body() {
    let aws = start(options()).await;
    let mut request = http_2("");
    request["body"] = json!({"customerName": "Jane"});
    let answer = aws.invoke_json(&request).await.payload;
    assert_eq!(answer["statusCode"], 400, "{answer}");
    assert_eq!(starts(&aws).len(), 0);
}
