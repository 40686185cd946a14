//! Attacks that once succeeded: each is one case of its kind, and the tests
//! cover the kind.

mod memory;
mod names;

use local_aws::Fault;
use serde_json::{Value, json};
use support::{assert_failed, http_1, http_2, options, pointers, send, start, starts, status};

/// Events of other services and of other people's systems.
#[tokio::test]
async fn stray_events_open_no_chats() {
    let aws = start(options()).await;
    let event = |source: &str, detail: Value| json!({"detail-type": "t", "source": source, "id": "1", "detail": detail});
    let scheduled = event("aws.events", json!({}));
    let chat = json!({"ParticipantDetails": {"DisplayName": "Ana"}});
    for stray in [
        json!({}),
        json!({"orderId": "1", "customerId": "c-9", "status": "SHIPPED"}),
        json!({"username": "bob", "action": "login"}),
        json!({"attributes": {"a": 1}, "id": 3}),
        json!({"attributes": {"a": 1}, "clientToken": "t", "relatedContactId": "c", "segmentAttributes": {"a": 1}}),
        json!({"participantDetails": {}, "initialMessage": null, "contactFlowId": ""}),
        json!({"persistentChat": {"sourceContactId": ""}}),
        event("com.example", json!({})),
        event("com.example", json!({"customerName": "Ana", "name": "Ana"})),
        event("aws.s3", chat.clone()),
        event("aws.connect", chat.clone()),
        scheduled,
        // AppSync, Client VPN, Transfer Family, a Connect contact record.
        json!({"arguments": {}, "info": {"fieldName": "f"}, "identity": {"username": "bob"}}),
        json!({"connection-id": "c", "endpoint-id": "e", "username": "bob", "attributes": {}}),
        json!({"serverId": "s", "username": "bob", "protocol": "SFTP", "sourceIp": "1.2.3.4"}),
        json!({"AWSContactTraceRecordFormatVersion": "2017-03-10", "Attributes": {}, "InitialContactId": "c"}),
        json!({"ContactId": "c", "Channel": "CHAT", "ParticipantDetails": {"DisplayName": "Ana"}}),
    ] {
        for event in [stray.clone(), json!([stray])] {
            let (invoked, starts) = send(&aws, &event).await;
            assert_failed(&invoked, "ValidationException");
            assert!(!pointers(&invoked).is_empty(), "{event}");
            assert!(starts.is_empty(), "{event}");
        }
        let record = json!({"messageId": "m", "eventSource": "aws:sqs", "body": stray.to_string()});
        let (invoked, starts) = send(&aws, &json!({"Records": [record]})).await;
        let failures = json!({"batchItemFailures": [{"itemIdentifier": "m"}]});
        assert_eq!((invoked.payload, starts.len()), (failures, 0), "{stray}");
    }
    let (_, starts) = send(&aws, &event("aws.partner/example.com/orders", chat)).await;
    assert_eq!(starts.len(), 1, "partners' events are the customer's own");
}

/// The real request is in the body; `attributes` are SQS's.
#[tokio::test]
async fn a_queue_behind_a_pipe_opens_the_chat_in_the_message() {
    let aws = start(options()).await;
    let message = json!({
        "messageId": "m-1",
        "receiptHandle": "r",
        "body": "{\"ParticipantDetails\":{\"DisplayName\":\"Ana\"}}",
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
    });
    let (_, piped) = send(&aws, &json!([message])).await;
    assert_eq!(piped[0]["ParticipantDetails"]["DisplayName"], "Ana");
    assert!(piped[0].get("Attributes").and_then(|found| found.get("SentTimestamp")).is_none());
    let (_, queued) = send(&aws, &json!({"Records": [message]})).await;
    assert_eq!(piped[0]["ClientToken"], queued[0]["ClientToken"]);
}

/// A user pool lets people write an address that nobody has checked.
#[tokio::test]
async fn an_unverified_address_names_no_customer() {
    let options =
        options().env("CUSTOMER_ID_CLAIM", "email").env("ATTRIBUTE_CLAIMS", "email=Email");
    let aws = start(options).await;
    for (flag, expected) in [
        (json!("true"), 200),
        (json!(true), 200),
        (json!("false"), 401),
        (json!(false), 401),
        (Value::Null, 401),
    ] {
        let claims = json!({"email": "ana@example.com", "email_verified": flag});
        let mut v1 = http_1("{}");
        v1["requestContext"]["authorizer"] = json!({"claims": claims});
        let mut v2 = http_2("{}");
        v2["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims}});
        let mut lambda = http_2("{}");
        lambda["requestContext"]["authorizer"] = json!({"lambda": claims});
        for event in [v1, v2, lambda] {
            let (invoked, starts) = send(&aws, &event).await;
            assert_eq!(status(&invoked.payload), expected, "{event}");
            assert_eq!(starts.len(), usize::from(expected == 200));
            assert!(starts.iter().all(|start| start["CustomerId"] == "ana@example.com"));
        }
    }
}

/// Connect's error has its name in a header when the body cannot be read.
#[tokio::test]
async fn an_error_that_is_not_json_keeps_its_name() {
    let raw_newline = "{\"Message\":\"User is not\nauthorized\"}";
    for (status_code, name, body, code, attempts) in [
        (403, "AccessDeniedException", raw_newline, "AccessDeniedException", 1),
        (403, "AccessDeniedException", "<html>no</html>", "AccessDeniedException", 1),
        (404, "ResourceNotFoundException", "", "ResourceNotFoundException", 1),
        (400, "ThrottlingException:http://x", "<html>slow</html>", "ThrottlingException", 3),
        (429, "", "<html>slow</html>", "TooManyRequestsException", 3),
        (429, "", "", "TooManyRequestsException", 3),
    ] {
        let aws = start(options()).await;
        let fault = Fault::raw(status_code, "application/json", body);
        let fault = if name.is_empty() { fault } else { fault.header("x-amzn-errortype", name) };
        aws.connect().inject(fault.always());
        let invoked = aws.invoke_json(&json!({"ContactFlowId": support::FLOW_ID})).await;
        assert_failed(&invoked, code);
        assert_eq!(starts(&aws).len(), attempts, "{status_code} {name}");
    }
}

/// Copies of one initialized process share its random numbers, and so would
/// share a random client token.
#[tokio::test]
async fn copies_of_a_process_share_no_client_token() {
    let aws = start(options()).await;
    let mut tokens = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let (_, starts) = send(&aws, &http_2("{}")).await;
        let token = starts[0]["ClientToken"].as_str().unwrap_or_default().to_owned();
        assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
        assert!(tokens.insert(token), "two requests share a token");
    }
}
