//! The members that ask for a chat. Other services' events have members such as
//! `attributes` and `customerId`, and must not start chats.

use serde_json::{Value, json};

use support::{
    FLOW_ID, INSTANCE_ID, assert_failed, body, chat, event, http_1, http_2, options, pointers,
    send, start,
};

/// One request for each member that asks, with that member alone.
fn asking() -> [Value; 10] {
    [
        json!({"ContactFlowId": FLOW_ID}),
        json!({"participantDetails": {"displayName": "Ana"}}),
        json!({"InitialMessage": {"ContentType": "text/plain", "Content": "Hi"}}),
        json!({"persistentChat": {"rehydrationType": "FROM_SEGMENT", "sourceContactId": SOURCE}}),
        json!({"ChatDurationInMinutes": 60}),
        json!({"supportedMessagingContentTypes": ["text/plain"]}),
        json!({"ParticipantConfiguration": {"ResponseMode": "COMPLETE"}}),
        json!({"connectionTypes": ["WEBSOCKET"]}),
        json!({"ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC}}),
        json!({"disconnectOnCustomerExit": ["AGENT"]}),
    ]
}

const SOURCE: &str = local_aws::fixtures::ENDED_INITIAL_CONTACT_ID;
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:t";

/// Returns requests that ask for no chat.
fn not_asking() -> Vec<Value> {
    let mut requests = vec![
        json!({"Attributes": {"a": "b"}}),
        json!({"attributes": {"customerName": "Ana"}}),
        json!({"CustomerId": "c", "ClientToken": "t", "SegmentAttributes": {"a": "b"}}),
        json!({"relatedContactId": "c"}),
        json!({"InstanceId": INSTANCE_ID}),
        json!({"ConnectInstanceId": INSTANCE_ID, "Username": "Ana", "customerName": "Ana"}),
        json!({"displayName": "Ana", "name": "Ana"}),
        // In another spelling than the API's two.
        json!({"contactflowid": FLOW_ID}),
        json!({"CONTACTFLOWID": FLOW_ID}),
    ];
    for request in asking() {
        for name in request.as_object().into_iter().flat_map(serde_json::Map::keys) {
            let blanks = [json!(null), json!(""), json!({}), json!([])];
            requests.extend(blanks.map(|blank| json!({name: blank, "customerName": "Ana"})));
        }
    }
    requests
}

/// Returns the request in every form that trusted callers can send, but for messages.
fn by_trusted_callers(request: &Value) -> [Value; 4] {
    let rule = json!({"detail-type": "t", "source": "s", "id": "1", "detail": request});
    [request.clone(), rule.clone(), json!([request]), json!([rule])]
}

fn message(body: &Value) -> Value {
    let record = json!({"messageId": "m", "eventSource": "aws:sqs", "body": body.to_string()});
    json!({"Records": [record]})
}

#[tokio::test]
async fn each_of_ten_members_asks_for_a_chat() {
    let aws = start(options()).await;
    for request in asking() {
        for event in by_trusted_callers(&request) {
            chat(&aws, &event).await;
        }
        let (answer, _) = chat(&aws, &message(&request)).await;
        assert_eq!(answer, json!({"batchItemFailures": []}), "{request}");
    }
}

#[tokio::test]
async fn trusted_requests_without_a_member_that_asks_start_no_chat() {
    let aws = start(options()).await;
    let names = "ContactFlowId, ParticipantDetails, InitialMessage, PersistentChat, \
                 ChatDurationInMinutes, SupportedMessagingContentTypes, ParticipantConfiguration, \
                 ConnectionTypes, ChatStreamingConfiguration, DisconnectOnCustomerExit";
    for request in not_asking().into_iter().chain([json!({})]) {
        for event in by_trusted_callers(&request) {
            let (invoked, starts) = send(&aws, &event).await;
            assert_failed(&invoked, "ValidationException");
            let message = invoked.error_message().unwrap_or_default();
            assert!(message.contains(names), "{event}: {message}");
            assert!(pointers(&invoked).contains(&""), "{event}: {message}");
            assert!(starts.is_empty(), "{event}");
        }
        let (invoked, starts) = send(&aws, &message(&request)).await;
        assert_eq!(invoked.payload["batchItemFailures"][0]["itemIdentifier"], "m", "{request}");
        assert!(starts.is_empty(), "{request}");
    }
}

#[tokio::test]
async fn an_http_request_asks_by_itself() {
    let aws = start(options()).await;
    for request in [json!({}), json!({"customerName": "Ana"}), json!({"Attributes": {"a": "b"}})] {
        for event in [http_1(&request.to_string()), http_2(&request.to_string())] {
            let (answer, _) = chat(&aws, &event).await;
            assert_eq!(answer["statusCode"], 200, "{request}");
        }
    }
}

#[tokio::test]
async fn an_object_of_unknown_members_starts_no_chat() {
    let aws = start(options()).await;
    let unrelated = json!({"instance-id": "i-1", "state": "running"});
    let rule = json!({"detail-type": "t", "source": "aws.ec2", "detail": unrelated});
    for event in [unrelated.clone(), rule, json!([unrelated])] {
        let (invoked, starts) = send(&aws, &event).await;
        assert_failed(&invoked, "ValidationException");
        assert!(starts.is_empty(), "{event}");
    }
    let (invoked, starts) = send(&aws, &http_2(&unrelated.to_string())).await;
    assert_eq!(invoked.payload["statusCode"], 400);
    assert_eq!(body(&invoked.payload)["errors"][0]["pointer"], "");
    assert!(starts.is_empty());
    let mut scheduled = event("scheduler.json");
    scheduled["unknown"] = json!(1);
    chat(&aws, &scheduled).await;
}
