//! The results of events, as they are published on the bus.

use std::time::Duration;

use local_aws::{Fault, LocalAws, Operation, Options};
use serde_json::{Value, json};

use support::{
    FLOW_ID, INSTANCE_ID, assert_failed, body, event, http_1, http_2, options, send, start, starts,
    status,
};

const BUS: &str = "chat-results";

fn publishing() -> Options {
    options().env("RESULT_BUS", BUS)
}

fn order_event(detail: &Value) -> Value {
    json!({
        "version": "0", "id": "6f8a0a4c-5d6c-4e9e-9a0a-0c7a3c1d2e3f", "detail-type": "Order Delayed",
        "source": "com.example.orders", "account": "123456789012", "time": "2026-11-25T12:00:00Z",
        "region": "us-east-1", "resources": [], "detail": detail,
    })
}

fn message(id: &str, body: &Value) -> Value {
    let mut record = event("sqs.json")["Records"][0].clone();
    record["messageId"] = json!(id);
    record["body"] = json!(body.to_string());
    record
}

fn asking(name: &str) -> Value {
    json!({"ParticipantDetails": {"DisplayName": name}, "CustomerId": "customer-4711"})
}

fn entries(aws: &LocalAws) -> Vec<Value> {
    aws.event_bus().entries()
}

#[tokio::test]
async fn the_chat_of_an_event_is_published_with_what_it_takes_to_join_it() {
    let aws = start(publishing()).await;
    let detail = json!({
        "ContactFlowId": FLOW_ID, "CustomerId": "customer-4711",
        "ParticipantDetails": {"DisplayName": "Zoë Secret"}, "Attributes": {"pin": "secret-1"},
        "InitialMessage": {"ContentType": "text/plain", "Content": "secret-2"},
        "SegmentAttributes": {"orderPriority": "high"},
    });
    let (invoked, _) = send(&aws, &order_event(&detail)).await;
    let result = invoked.payload;
    let [entry] = entries(&aws).try_into().expect("one entry");
    assert_eq!(entry["Source"], "start-chat-contact");
    assert_eq!(entry["DetailType"], "Chat Started");
    assert_eq!(entry["EventBusName"], BUS);
    let contact = result["ContactId"].as_str().expect("a contact");
    let arn =
        format!("arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}/contact/{contact}");
    assert_eq!(entry["Resources"], json!([arn]));
    assert_eq!(
        entry["Detail"],
        json!({
            "result": result,
            "request": {
                "InstanceId": INSTANCE_ID, "ContactFlowId": FLOW_ID, "CustomerId": "customer-4711",
                "SegmentAttributes": {"orderPriority": {"ValueString": "high"}},
            },
            "cause": {
                "source": "com.example.orders", "detail-type": "Order Delayed",
                "id": "6f8a0a4c-5d6c-4e9e-9a0a-0c7a3c1d2e3f", "time": "2026-11-25T12:00:00Z",
            },
        })
    );
    assert!(!entry.to_string().contains("ecret"), "{entry}");
}

#[tokio::test]
async fn elements_and_messages_are_published_one_by_one() {
    let aws = start(publishing()).await;
    let inner = order_event(&asking("b"));
    let batch = json!([order_event(&asking("a")), asking("b"), message("m-1", &asking("c"))]);
    let (invoked, starts) = send(&aws, &batch).await;
    assert_eq!((starts.len(), invoked.function_error), (3, None));
    let records = json!({"Records": [message("m-2", &asking("d")), message("m-3", &inner)]});
    send(&aws, &records).await;
    let mut causes: Vec<String> =
        entries(&aws).iter().map(|entry| entry["Detail"]["cause"].to_string()).collect();
    causes.sort();
    let event = order_event(&Value::Null);
    let order = json!({
        "source": event["source"], "detail-type": event["detail-type"], "id": event["id"],
        "time": event["time"],
    });
    let mut in_message = order.clone();
    in_message["messageId"] = json!("m-3");
    let mut expected =
        [order, json!({}), json!({"messageId": "m-1"}), json!({"messageId": "m-2"}), in_message]
            .map(|cause| cause.to_string());
    expected.sort();
    assert_eq!(causes, expected);
}

#[tokio::test]
async fn http_and_direct_callers_are_published_only_if_they_are_named() {
    for (named, expected) in
        [("", [0, 0, 0]), ("http", [1, 1, 0]), ("direct", [0, 0, 1]), ("http, direct", [1, 1, 1])]
    {
        let aws = start(publishing().env("RESULT_BUS_FOR", named)).await;
        for (event, expected) in [http_1("{}"), http_2("{}"), asking("a")].iter().zip(expected) {
            aws.event_bus().forget_entries();
            let (_, starts) = send(&aws, event).await;
            assert_eq!(starts.len(), 1);
            assert_eq!(entries(&aws).len(), expected, "{named:?}");
        }
    }
}

#[tokio::test]
async fn what_a_retry_cannot_mend_is_published_as_not_started() {
    let aws = start(publishing()).await;
    let detail = json!({"ContactFlowId": FLOW_ID, "ChatDurationInMinutes": 1});
    let (invoked, _) = send(&aws, &order_event(&detail)).await;
    assert_failed(&invoked, "ValidationException");
    let [entry] = entries(&aws).try_into().expect("one entry");
    assert_eq!(entry["DetailType"], "Chat Not Started");
    let detail = &entry["Detail"];
    assert_eq!(detail["code"], "ValidationException");
    assert!(detail["message"].as_str().is_some_and(|message| message.contains("errors")));
    assert_eq!(detail["errors"][0]["pointer"], "/ChatDurationInMinutes");
    assert_eq!(detail["cause"]["source"], "com.example.orders");
    // A message that is not even JSON has a cause, too.
    aws.event_bus().forget_entries();
    let mut broken = message("m-1", &Value::Null);
    broken["body"] = json!("{");
    send(&aws, &json!({"Records": [broken]})).await;
    assert_eq!(entries(&aws)[0]["Detail"]["cause"], json!({"messageId": "m-1"}));
    // Connect's own words may quote the request.
    aws.event_bus().forget_entries();
    let fault = Fault::status(400, "InvalidRequestException").message("bad name \"Zoë Secret\"");
    aws.connect().inject(fault);
    send(&aws, &order_event(&asking("Zoë Secret"))).await;
    let [entry] = entries(&aws).try_into().expect("one entry");
    assert_eq!(entry["Detail"]["code"], "InvalidRequestException");
    assert!(!entry.to_string().contains("Secret"), "{entry}");
}

#[tokio::test]
async fn a_transient_failure_is_not_published() {
    let aws = start(publishing()).await;
    aws.connect().inject(Fault::status(500, "InternalServiceException").always());
    let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
    assert_failed(&invoked, "InternalServiceException");
    assert!(entries(&aws).is_empty());
}

#[tokio::test]
async fn an_event_is_redelivered_until_its_result_is_published() {
    let aws = start(publishing()).await;
    for fault in [
        Fault::status(400, "AccessDeniedException").on(Operation::PutEvents),
        Fault::status(500, "InternalException").on(Operation::PutEvents).times(3),
        Fault::garbage().on(Operation::PutEvents).times(3),
    ] {
        aws.connect().inject(fault);
        let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
        assert_failed(&invoked, "ResultNotPublishedException");
        aws.connect().clear_faults();
    }
    aws.event_bus().refuse(3, "InternalFailure");
    let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
    assert_failed(&invoked, "ResultNotPublishedException");
    assert!(entries(&aws).is_empty());
    assert!(aws.function().logs().concat().contains("\"PublishFailures\":1"));
    // Two refusals are repeated within the invocation.
    aws.event_bus().refuse(2, "ThrottlingException");
    let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
    let [entry] = entries(&aws).try_into().expect("one entry");
    assert_eq!(entry["Detail"]["result"], invoked.payload);
    assert_eq!(aws.connect().chats(), 1);
}

/// An answer without entries does not say that the event was accepted.
#[tokio::test]
async fn an_answer_that_names_no_event_is_no_publication() {
    for answer in ["", "{}", r#"{"FailedEntryCount":0,"Entries":[]}"#, r#"{"Entries":[{}]}"#] {
        let aws = start(publishing()).await;
        let fault = Fault::raw(200, "application/x-amz-json-1.1", answer).on(Operation::PutEvents);
        aws.connect().inject(fault.clone());
        let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
        assert_eq!((entries(&aws).len(), invoked.function_error), (1, None), "{answer}");
        aws.connect().inject(fault.always());
        let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
        assert_failed(&invoked, "ResultNotPublishedException");
    }
}

#[tokio::test]
async fn only_the_messages_whose_results_are_missing_are_delivered_again() {
    let aws = start(publishing()).await;
    aws.event_bus().refuse(1, "NotAuthorizedForSourceException");
    let records = json!({"Records": [message("m-1", &asking("a")), message("m-2", &asking("b"))]});
    let (invoked, _) = send(&aws, &records).await;
    let failures = invoked.payload["batchItemFailures"].as_array().map(Vec::len);
    assert_eq!((failures, entries(&aws).len()), (Some(1), 1));
    let (invoked, _) = send(&aws, &records).await;
    assert_eq!(invoked.payload, json!({"batchItemFailures": []}));
    assert_eq!(aws.connect().chats(), 2);
}

#[tokio::test]
async fn an_http_caller_has_its_chat_even_if_nothing_is_published() {
    let aws = start(publishing().env("RESULT_BUS_FOR", "http")).await;
    aws.connect().inject(Fault::status(400, "AccessDeniedException").on(Operation::PutEvents));
    let answer = send(&aws, &http_2("{}")).await.0.payload;
    assert_eq!(status(&answer), 200);
    assert!(body(&answer)["data"]["startChatResult"]["ParticipantToken"].is_string());
    let log = aws.function().logs().concat();
    assert!(log.contains("\"PublishFailures\":1") && log.contains("publishFailure"), "{log}");
}

#[tokio::test]
async fn publishing_ends_at_the_deadline() {
    let aws = start(publishing().timeout(Duration::from_secs(2))).await;
    aws.connect().inject(Fault::black_hole().on(Operation::PutEvents).always());
    let (invoked, _) = send(&aws, &order_event(&asking("a"))).await;
    assert_failed(&invoked, "TimeoutException");
}

#[tokio::test]
async fn an_event_that_is_too_old_starts_no_chat() {
    let aws = start(publishing().env("EVENT_MAX_AGE_SECONDS", "300")).await;
    let mut old = order_event(&asking("a"));
    old["time"] = json!("2026-01-01T00:00:00Z");
    let (invoked, _) = send(&aws, &old).await;
    assert_failed(&invoked, "ExpiredException");
    let [entry] = entries(&aws).try_into().expect("one entry");
    assert_eq!(entry["DetailType"], "Chat Not Started");
    assert_eq!(entry["Detail"]["code"], "ExpiredException");
    let mut stale = message("m-1", &asking("b"));
    stale["attributes"]["SentTimestamp"] = json!("1577836800000");
    let mut fresh = message("m-2", &asking("c"));
    fresh["attributes"]["SentTimestamp"] = json!("4102444800000");
    let in_fresh = {
        let mut record = message("m-3", &old);
        record["attributes"] = fresh["attributes"].clone();
        record
    };
    // It counts as done in a batch, once it is published.
    let records = json!({"Records": [stale, fresh, in_fresh]});
    let (invoked, _) = send(&aws, &records).await;
    assert_eq!(invoked.payload, json!({"batchItemFailures": []}));
    assert_eq!(starts(&aws).len(), 1);
    let (invoked, _) = send(&aws, &json!([old, asking("d")])).await;
    assert_eq!(invoked.payload[0]["errorType"], "ExpiredException", "{}", invoked.payload);
    assert!(invoked.payload[1]["ContactId"].is_string());
    aws.event_bus().refuse(1, "NotAuthorizedForSourceException");
    let (invoked, _) = send(&aws, &json!({"Records": [stale]})).await;
    assert_eq!(invoked.payload["batchItemFailures"][0]["itemIdentifier"], "m-1");
}

#[tokio::test]
async fn nothing_is_published_without_a_bus() {
    let aws = start(options()).await;
    send(&aws, &order_event(&asking("a"))).await;
    assert!(entries(&aws).is_empty());
}
