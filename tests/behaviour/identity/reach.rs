//! Members that untrusted callers may set.

use serde_json::{Value, json};

use super::{assert_forbidden, authorized, aws};
use support::{
    FLOW_ID, INSTANCE_ID, assert_failed, body, calls, http_2, options, signed_in, start, starts,
    status,
};

#[tokio::test]
async fn an_untrusted_caller_cannot_set_an_attribute_of_a_claim() {
    let aws = aws().await;
    let request = json!({"Attributes": {"Email": "boss@example.com", "Gone": "x", "mine": "x"}});
    let stringified = json!({"attributes": r#"{"Email":"boss@example.com"}"#});
    for claims in [json!({"sub": "c", "email": "ana@example.com"}), json!({"sub": "c"})] {
        for (_, event) in authorized(&claims, &request) {
            assert_forbidden(&aws, &event, &["/Attributes/Email", "/Attributes/Gone"]).await;
        }
        for (_, event) in authorized(&claims, &stringified) {
            assert_forbidden(&aws, &event, &["/attributes/Email"]).await;
        }
        for (_, event) in authorized(&claims, &json!({"Attributes": {"EMAIL": "x", "gOne": "x"}})) {
            assert_forbidden(&aws, &event, &["/Attributes/EMAIL", "/Attributes/gOne"]).await;
        }
    }
}

#[tokio::test]
async fn an_untrusted_caller_cannot_pass_a_display_name_off_as_verified() {
    for (claims, expected) in [
        (json!({"sub": "c", "name": "Ana"}), json!("Ana")),
        (json!({"sub": "c", "name": ""}), json!("")),
        (json!({"sub": "c", "name": null}), Value::Null),
        (json!({"sub": "c"}), Value::Null),
    ] {
        let claim = ("ATTRIBUTE_CLAIMS", "name=customerName");
        let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub").env(claim.0, claim.1)).await;
        let request = json!({"ParticipantDetails": {"DisplayName": "The boss"}});
        let [(_, event), ..] = authorized(&claims, &request);
        assert_eq!(status(&aws.invoke_json(&event).await.payload), 200);
        assert_eq!(starts(&aws)[0]["Attributes"]["customerName"], expected, "{claims}");
    }
}

#[tokio::test]
async fn an_untrusted_caller_cannot_crowd_out_verified_claims() {
    let aws = aws().await;
    let claims = json!({"sub": "c", "email": "ana@example.com", "email_verified": true});
    let full = json!({"Attributes": {"a": "x".repeat(32_767)}});
    for (place, event) in authorized(&claims, &full) {
        let answer = aws.invoke_json(&event).await.payload;
        assert_eq!(status(&answer), 400, "{place}: {answer}");
        assert_eq!(body(&answer)["errors"][0]["pointer"], "/Attributes", "{place}");
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn an_untrusted_caller_cannot_set_segment_attributes_of_connect() {
    let aws = start(options()).await;
    for value in [
        json!({"ValueString": "x"}),
        json!({"valueMap": {"a": {"ValueString": "x"}}}),
        json!("x"),
        json!(7),
        json!(["x"]),
        json!({"a": {"b": "x"}}),
    ] {
        for name in ["connect:Direction", "connect:subtype", "connect:CustomerId"] {
            let event = http_2(&json!({"segmentAttributes": {"mine": 1, name: value}}).to_string());
            assert_forbidden(&aws, &event, &[&format!("/segmentAttributes/{name}")]).await;
        }
    }
    for (_, event) in
        authorized(&json!({}), &json!({"SegmentAttributes": {"connect:X": "x", "connect:Y": 1}}))
    {
        let places = ["/SegmentAttributes/connect:X", "/SegmentAttributes/connect:Y"];
        assert_forbidden(&aws, &event, &places).await;
    }
    let guide = json!({"ValueString": "connect:Guide"});
    for (attributes, places) in [
        (json!({"connect:Subtype": "connect:Chat"}), ["/SegmentAttributes/connect:Subtype"]),
        (json!({"connect:Subtype": ["connect:Guide"]}), ["/SegmentAttributes/connect:Subtype"]),
        (json!({"a": {"connect:Direction": "x"}}), ["/SegmentAttributes/a/connect:Direction"]),
        (json!({"a": {"connect:Subtype": guide}}), ["/SegmentAttributes/a/connect:Subtype"]),
        (
            json!({"a": {"ValueMap": {"b": [{"connect:X": 1}]}}}),
            ["/SegmentAttributes/a/ValueMap/b/0/connect:X"],
        ),
    ] {
        let event = http_2(&json!({"SegmentAttributes": attributes}).to_string());
        assert_forbidden(&aws, &event, &places).await;
    }
    let request = json!({
        "SegmentAttributes": {"connect:Subtype": guide, "mine": {"Direction": "x"}},
        "SupportedMessagingContentTypes": GUIDE_TYPES,
    });
    let answer = aws.invoke_json(&http_2(&request.to_string())).await.payload;
    assert_eq!(status(&answer), 200, "{answer}");
    let sent = &starts(&aws)[0]["SegmentAttributes"];
    assert_eq!(sent["connect:Subtype"], guide);
}

/// The content types that a guide needs.
const GUIDE_TYPES: [&str; 3] = [
    "text/plain",
    "application/vnd.amazonaws.connect.message.interactive",
    "application/vnd.amazonaws.connect.message.interactive.response",
];

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:eavesdropper";

#[tokio::test]
async fn an_untrusted_caller_cannot_stream_a_chat_to_their_own_topic() {
    let aws = aws().await;
    let request = json!({"chatStreamingConfiguration": {"streamingEndpointArn": TOPIC}});
    for (_, event) in authorized(&json!({"sub": "c"}), &request) {
        let place = "/chatStreamingConfiguration/streamingEndpointArn";
        assert_forbidden(&aws, &event, &[place]).await;
    }
}

#[tokio::test]
async fn every_reason_is_reported_at_once() {
    let aws = start(options().env("ATTRIBUTE_CLAIMS", "email=Email")).await;
    let request = json!({
        "InstanceId": "i", "ContactFlowId": "f", "CustomerId": "c", "Attributes": {"Email": "x"},
        "SegmentAttributes": {"connect:X": 1},
        "ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC}, "RelatedContactId": "r",
    });
    let places = [
        "/InstanceId",
        "/ContactFlowId",
        "/CustomerId",
        "/Attributes/Email",
        "/SegmentAttributes/connect:X",
        "/ChatStreamingConfiguration/StreamingEndpointArn",
        "/RelatedContactId",
    ];
    assert_forbidden(&aws, &http_2(&request.to_string()), &places).await;
}

fn all_that_iam_allows() -> Value {
    json!({
        "InstanceId": INSTANCE_ID, "ContactFlowId": FLOW_ID, "CustomerId": "customer-1234",
        "Attributes": {"Email": "ana@example.com"},
        "SegmentAttributes": {"connect:Direction": {"ValueString": "OUTBOUND"}},
        "ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC},
    })
}

#[tokio::test]
async fn trusted_callers_may_send_what_untrusted_callers_may_not() {
    let request = all_that_iam_allows();
    let event = json!({"detail-type": "t", "source": "s", "id": "1", "detail": request});
    let record = json!({"messageId": "1", "eventSource": "aws:sqs", "body": request.to_string()});
    for payload in [request.clone(), event, json!([request]), json!({"Records": [record]})] {
        let aws = aws().await;
        let invoked = aws.invoke_json(&payload).await;
        assert_eq!(invoked.function_error, None, "{}", invoked.payload);
        let [mut chat] = starts(&aws).try_into().expect("one chat");
        for name in ["ClientToken", "ParticipantDetails"] {
            chat.as_object_mut().and_then(|chat| chat.remove(name));
        }
        let mut expected = request.clone();
        expected["Attributes"]["customerName"] = json!("Customer");
        assert_eq!(chat, expected);
    }
}

#[tokio::test]
async fn a_body_that_imitates_an_event_is_still_untrusted() {
    let aws = aws().await;
    let request = all_that_iam_allows();
    let event = json!({"detail-type": "t", "source": "s", "id": "1", "detail": request});
    let record = json!({"messageId": "1", "eventSource": "aws:sqs", "body": request.to_string()});
    for posing in
        [event, json!([request]), json!({"Records": [record]}), json!(request.to_string())]
    {
        let answer = aws.invoke_json(&signed_in("c", &posing)).await.payload;
        assert_eq!(status(&answer), 400, "{posing}: {answer}");
    }
    let direct = aws.invoke_json(&json!({"ContactFlowId": "another"})).await;
    assert_failed(&direct, "ForbiddenException");
    assert_eq!(calls(&aws), [""; 0]);
}
