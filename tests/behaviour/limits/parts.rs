//! Limits of lists and of nested objects.

use serde_json::{Value, json};

use super::{INTERACTIVE, RESPONSE, check_all};

#[tokio::test]
async fn lists_have_the_limits_of_connect() {
    let types = |types: &[&str]| json!({"SupportedMessagingContentTypes": types});
    let guide = |types: &[&str]| {
        json!({
            "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Guide"}},
            "supportedMessagingContentTypes": types,
        })
    };
    let subtype = Some("/SegmentAttributes/connect:Subtype");
    let connections = |types: Value| json!({"ConnectionTypes": types});
    let exit = |value: Value| json!({"DisconnectOnCustomerExit": value});
    let (socket, token) = ("WEBSOCKET", "CONNECTION_CREDENTIALS");
    check_all([
        (types(&["text/plain"]), None),
        (types(&["text/markdown", "application/json", INTERACTIVE, RESPONSE, "text/plain"]), None),
        (types(&["text/markdown"]), None),
        (types(&["text/plain", "text/html"]), Some("/SupportedMessagingContentTypes/1")),
        (types(&["text/plain", ""]), Some("/SupportedMessagingContentTypes/1")),
        (
            json!({"SupportedMessagingContentTypes": "text/plain"}),
            Some("/SupportedMessagingContentTypes"),
        ),
        (
            json!({"SupportedMessagingContentTypes": [null]}),
            Some("/SupportedMessagingContentTypes/0"),
        ),
        (guide(&["text/plain", INTERACTIVE, RESPONSE]), None),
        (guide(&[INTERACTIVE, RESPONSE]), None),
        (guide(&["text/plain", INTERACTIVE]), subtype),
        (guide(&["text/plain", RESPONSE]), subtype),
        (guide(&[]), subtype),
        (connections(json!([socket])), None),
        (connections(json!([token, socket])), None),
        (connections(json!([socket, socket])), Some("/ConnectionTypes/1")),
        (connections(json!([socket, token, socket])), Some("/ConnectionTypes/2")),
        (connections(json!(["websocket"])), Some("/ConnectionTypes/0")),
        (connections(json!([token, "AUTHENTICATION_SESSION"])), Some("/ConnectionTypes/1")),
        (connections(json!(socket)), Some("/ConnectionTypes")),
        (exit(json!(["AGENT"])), None),
        (exit(json!(["AGENT", "AGENT"])), Some("/DisconnectOnCustomerExit")),
        (exit(json!(["CUSTOMER"])), Some("/DisconnectOnCustomerExit")),
        (exit(json!("AGENT")), Some("/DisconnectOnCustomerExit")),
        (exit(json!([null])), Some("/DisconnectOnCustomerExit")),
    ])
    .await;
}

#[tokio::test]
async fn objects_have_the_limits_of_connect() {
    let topic = |arn: String| json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": arn}});
    let arn = |length: usize| {
        let start = "arn:aws:sns:us-east-1:123456789012:";
        format!("{start}{}", "t".repeat(length - start.len()))
    };
    let in_topic = Some("/ChatStreamingConfiguration/StreamingEndpointArn");
    let mode = |mode: Value| json!({"ParticipantConfiguration": {"ResponseMode": mode}});
    let in_mode = Some("/ParticipantConfiguration/ResponseMode");
    let persistent = |chat: Value| json!({"PersistentChat": chat});
    let (all, one) = ("ENTIRE_PAST_SESSION", "FROM_SEGMENT");
    check_all([
        (topic(arn(36)), None),
        (topic(arn(350)), None),
        (topic(arn(351)), in_topic),
        (topic(format!("{}.fifo", arn(40))), in_topic),
        (topic(arn(40).replace("sns", "sqs")), in_topic),
        (topic(format!("{}:a-subscription", arn(40))), in_topic),
        (topic("a-topic".to_owned()), in_topic),
        (json!({"ChatStreamingConfiguration": {"x": 1}}), Some("/ChatStreamingConfiguration")),
        (mode(json!("COMPLETE")), None),
        (mode(json!("complete")), in_mode),
        (mode(json!(1)), in_mode),
        (persistent(json!({"RehydrationType": all, "SourceContactId": "c"})), None),
        (persistent(json!({"rehydrationType": one, "sourceContactId": "c"})), None),
        (persistent(json!({"RehydrationType": all})), Some("/PersistentChat")),
        (persistent(json!({"SourceContactId": "c"})), Some("/PersistentChat")),
        (persistent(json!({"RehydrationType": "", "SourceContactId": "c"})), Some("/PersistentChat")),
        (
            persistent(json!({"RehydrationType": "SOME", "SourceContactId": "c"})),
            Some("/PersistentChat/RehydrationType"),
        ),
        (
            json!({"PersistentChat": {"RehydrationType": one, "SourceContactId": "c"}, "relatedContactId": "c"}),
            Some("/relatedContactId"),
        ),
        (json!({"PersistentChat": {}, "RelatedContactId": "c"}), None),
        (json!({"PersistentChat": {"SourceContactId": ""}, "RelatedContactId": "c"}), None),
    ])
    .await;
}
