//! What operators replay: the records of on-failure destinations, the messages
//! of dead-letter queues, and events that reach a queue by SNS or a pipe. Each
//! brings its first chat back.

use local_aws::LocalAws;
use serde_json::{Value, json};

use super::REQUEST;
use support::{assert_failed, calls, chat, event, http_2, options, send, start};

/// An event that started a chat, and how that chat is identified.
struct Original {
    event: Value,
    request_id: String,
    token: Value,
}

fn request() -> Value {
    super::request()
}

fn rule() -> Value {
    let mut rule = event("eventbridge-rule.json");
    rule["detail"] = request();
    rule
}

async fn first(aws: &LocalAws, event: Value) -> Original {
    let (invoked, starts) = send(aws, &event).await;
    assert_eq!(starts.len(), 1, "{}", invoked.payload);
    let token = starts[0]["ClientToken"].clone();
    Original { event, request_id: invoked.request_id, token }
}

/// Starts the chats of an event whose id identifies them, and of a bare request,
/// which its invocation identifies.
async fn originals(aws: &LocalAws) -> [Original; 2] {
    let originals = [first(aws, rule()).await, first(aws, request()).await];
    assert_eq!(aws.connect().chats(), 2);
    originals
}

/// Returns the record of an on-failure destination (Lambda developer guide,
/// "Retain records of Lambda asynchronous invocations").
fn destination(original: &Original, condition: &str) -> Value {
    json!({
        "version": "1.0",
        "timestamp": "2026-11-20T15:04:05.678Z",
        "requestContext": {
            "requestId": original.request_id,
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:start-chat:$LATEST",
            "condition": condition,
            "approximateInvokeCount": 3,
        },
        "requestPayload": original.event,
        "responseContext": {
            "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
        },
        "responsePayload": {"errorType": "TimeoutException", "errorMessage": "x"},
    })
}

fn record(id: &str, body: &Value) -> Value {
    let mut record = event("sqs.json")["Records"][0].clone();
    record["messageId"] = json!(id);
    record["body"] = json!(body.to_string());
    record
}

fn queue(record: &Value) -> Value {
    json!({"Records": [record]})
}

/// Returns the notification that SNS puts into a queue (SNS developer guide,
/// "Fanout to Amazon SQS queues").
fn notification(message: &Value) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "63a3f6b6-d533-4a47-aef9-fcf5cf758c76",
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:chats",
        "Subject": "Testing publish to subscribed queues",
        "Message": message.to_string(),
        "Timestamp": "2026-11-20T15:04:05.678Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLEnTrFPa3",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/example.pem",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    })
}

/// Asserts that an event starts one chat, with this token.
async fn assert_token(aws: &LocalAws, event: &Value, token: &Value) {
    let (answer, sent) = chat(aws, event).await;
    assert_eq!(sent["ClientToken"], *token, "{event}");
    if event.get("Records").is_some() {
        assert_eq!(answer, json!({"batchItemFailures": []}), "{event}");
    }
}

#[tokio::test]
async fn a_destinations_record_brings_the_chat_of_its_event_back() {
    let aws = start(options()).await;
    for original in originals(&aws).await {
        for condition in ["RetriesExhausted", "EventAgeExceeded"] {
            let record = destination(&original, condition);
            // Invoked with the record, whose replay fails, too, and from a queue.
            assert_token(&aws, &record, &original.token).await;
            let replayed = Original {
                event: record.clone(),
                request_id: "r".to_owned(),
                ..first(&aws, rule()).await
            };
            assert_token(&aws, &destination(&replayed, condition), &original.token).await;
            assert_token(&aws, &queue(&self::record("m-1", &record)), &original.token).await;
            assert_token(&aws, &queue(&self::record("m-2", &record)), &original.token).await;
            let by_sns = self::record("m-3", &notification(&record));
            assert_token(&aws, &queue(&by_sns), &original.token).await;
            assert_token(&aws, &json!([record]), &original.token).await;
        }
    }
    assert_eq!(aws.connect().chats(), 2);
}

#[tokio::test]
async fn a_destinations_record_of_a_list_brings_all_its_chats_back() {
    let aws = start(options()).await;
    let list = json!([request(), request(), rule()]);
    let (invoked, starts) = send(&aws, &list).await;
    assert_eq!((starts.len(), aws.connect().chats()), (3, 3));
    let original = Original { event: list, request_id: invoked.request_id, token: Value::Null };
    let (again, _) = send(&aws, &destination(&original, "RetriesExhausted")).await;
    assert_eq!(again.payload, invoked.payload);
    assert_eq!(aws.connect().chats(), 3);
}

#[tokio::test]
async fn only_the_record_of_a_failure_is_replayed() {
    let aws = start(options()).await;
    let original = |event| Original { event, request_id: "r".to_owned(), token: Value::Null };
    let success = destination(&original(rule()), "Success");
    let http = destination(&original(http_2(REQUEST)), "RetriesExhausted");
    for (refused, named) in [(success, "a Lambda destination's record"), (http, "an HTTP request")]
    {
        for event in [refused.clone(), json!([refused])] {
            let (invoked, _) = send(&aws, &event).await;
            assert_failed(&invoked, "ValidationException");
            let message = invoked.error_message().unwrap_or_default();
            assert!(message.contains(named), "{message}");
        }
        let (invoked, _) = send(&aws, &queue(&record("m", &refused))).await;
        assert_eq!(invoked.payload["batchItemFailures"][0]["itemIdentifier"], "m");
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn a_dead_letter_brings_the_chat_of_its_event_back() {
    let aws = start(options()).await;
    for original in originals(&aws).await {
        let text = |value: &str| json!({"stringValue": value, "dataType": "String"});
        let mut letter = record("m", &original.event);
        letter["messageAttributes"] = json!({
            "RequestID": text(&original.request_id),
            "ErrorCode": {"stringValue": "200", "dataType": "Number"},
            "ErrorMessage": text("TimeoutException"),
        });
        assert_token(&aws, &queue(&letter), &original.token).await;
        assert_token(&aws, &json!([letter]), &original.token).await;
    }
    assert_eq!(aws.connect().chats(), 2);

    // A sender's own attribute of that name is none of Lambda's.
    let mut message = record("m", &request());
    let by_message = first(&aws, queue(&message)).await;
    message["messageAttributes"] = json!({"RequestID": {"stringValue": "r", "dataType": "String"}});
    assert_token(&aws, &queue(&message), &by_message.token).await;
}

#[tokio::test]
async fn a_notification_in_a_queue_is_opened() {
    let aws = start(options()).await;
    let [by_event, _] = originals(&aws).await;
    let notified = queue(&record("m-1", &notification(&rule())));
    assert_token(&aws, &notified, &by_event.token).await;

    let by_message = first(&aws, queue(&record("m-1", &request()))).await;
    let notified = queue(&record("m-1", &notification(&request())));
    assert_token(&aws, &notified, &by_message.token).await;
    let other = first(&aws, queue(&record("m-2", &notification(&request())))).await;
    assert_ne!(other.token, by_message.token);

    aws.connect().forget_requests();
    let mut of_no_topic = notification(&request());
    of_no_topic["TopicArn"] = Value::Null;
    of_no_topic.as_object_mut().expect("an object").remove("TopicArn");
    for message in [of_no_topic, notification(&json!("text")), notification(&json!([request()]))] {
        let (invoked, starts) = send(&aws, &queue(&record("m", &message))).await;
        assert_eq!(invoked.payload["batchItemFailures"][0]["itemIdentifier"], "m", "{message}");
        assert!(starts.is_empty(), "{message}");
    }
}

/// A pipe without an input template delivers the messages as they are.
#[tokio::test]
async fn the_messages_of_a_pipe_are_opened() {
    let aws = start(options()).await;
    let [by_event, _] = originals(&aws).await;
    let by_message = first(&aws, queue(&record("m-1", &request()))).await;
    let (of_event, of_request) = (record("m-2", &rule()), record("m-1", &request()));
    let (invoked, starts) = send(&aws, &json!([of_event, of_request])).await;
    let results = invoked.payload.as_array().map(Vec::len);
    assert_eq!((invoked.function_error, results), (None, Some(2)));
    let tokens: std::collections::BTreeSet<_> =
        starts.iter().map(|sent| sent["ClientToken"].to_string()).collect();
    let expected = [by_event, by_message].map(|original| original.token.to_string());
    assert_eq!(tokens, expected.into());
    assert_eq!(aws.connect().chats(), 3);
}
