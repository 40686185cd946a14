//! Lists of events and batches of messages.

use std::time::Duration;

use local_aws::{Fault, Invoked, Rate};
use serde_json::{Value, json};

use support::{FLOW_ID, assert_failed, event, options, send, start, starts};

const UNKNOWN_FLOW: &str = "a1b2c3d4-5678-90ab-cdef-444444444444";

fn named(name: impl std::fmt::Display) -> Value {
    json!({"ParticipantDetails": {"DisplayName": name.to_string()}})
}

fn record(id: &str, body: impl Into<Value>) -> Value {
    let mut record = event("sqs.json")["Records"][0].clone();
    record["messageId"] = json!(id);
    record["body"] = body.into();
    record
}

fn sqs(records: &[Value]) -> Value {
    json!({"Records": records})
}

/// Returns the ids of the messages that SQS is to deliver again.
fn failed(invoked: &Invoked) -> Vec<&str> {
    assert_eq!(invoked.function_error, None, "{}", invoked.payload);
    let failures = invoked.payload["batchItemFailures"].as_array();
    let failures = failures.expect("a list").iter();
    let ids = failures.map(|failure| failure["itemIdentifier"].as_str());
    ids.map(|id| id.expect("an id")).collect()
}

/// Returns the display names that Connect received, sorted.
fn names(starts: &[Value]) -> Vec<&str> {
    let names = starts.iter().map(|sent| sent["ParticipantDetails"]["DisplayName"].as_str());
    let mut names: Vec<_> = names.map(Option::unwrap_or_default).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn every_element_of_a_list_is_attempted_and_every_failure_listed() {
    let aws = start(options()).await;
    let events = json!([
        named("a"),
        {"unknown": 1},
        named("b"),
        {"ContactFlowId": UNKNOWN_FLOW},
        [],
        {"detail-type": "t", "source": "s", "detail": {"ChatDurationInMinutes": 1, "CustomerId": true}},
        null,
        named("c"),
    ]);
    let (invoked, starts) = send(&aws, &events).await;
    assert_failed(&invoked, "ValidationException");
    assert_eq!(names(&starts), ["a", "b", "c"]);
    let message = invoked.error_message().unwrap_or_default();
    assert!(message.starts_with("5 of 8 failed: "), "{message}");
    for part in [
        "/1 ValidationException: ",
        "/3 ForbiddenException: ",
        "/4 ValidationException: ",
        "/5 ValidationException: ",
        "/ChatDurationInMinutes: ",
        "/CustomerId: ",
        "/6 ValidationException: ",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[tokio::test]
async fn a_list_names_its_first_100_failures() {
    let aws = start(options()).await;
    for (failed, more) in [(100, None), (101, Some("; and 1 more")), (150, Some("; and 50 more"))] {
        let events: Vec<Value> = (0..failed).map(|_| json!([])).collect();
        let (invoked, _) = send(&aws, &json!(events)).await;
        assert_failed(&invoked, "ValidationException");
        let message = invoked.error_message().unwrap_or_default();
        assert!(message.starts_with(&format!("{failed} of {failed} failed: /0 ")), "{message}");
        assert_eq!(message.matches(" ValidationException: ").count(), 100, "{message}");
        assert!(message.contains("; /99 ") && !message.contains("; /100 "), "{message}");
        let end = message.rfind("; and ").and_then(|end| message.get(end..));
        assert_eq!(end, more, "{message}");
    }
}

#[tokio::test]
async fn a_list_fails_with_the_error_that_a_retry_may_resolve() {
    for (fault, error_type) in [
        (Fault::status(429, "LimitExceededException"), "LimitExceededException"),
        (Fault::status(404, "ResourceNotFoundException"), "ValidationException"),
        (Fault::garbage(), "BadGatewayException"),
        (Fault::status(403, "AccessDeniedException"), "ValidationException"),
    ] {
        let aws = start(options()).await;
        aws.connect().inject(fault.always());
        let (invoked, _) = send(&aws, &json!([{"unknown": 1}, named("a")])).await;
        assert_failed(&invoked, error_type);
        let message = invoked.error_message().unwrap_or_default();
        assert!(message.starts_with("2 of 2 failed: /0 ValidationException: "), "{message}");
    }
}

#[tokio::test]
async fn a_redelivered_list_starts_only_what_failed() {
    let aws = start(options()).await;
    let rule = |id: &str| json!({"detail-type": "t", "source": "s", "id": id, "detail": named(id)});
    let events = json!([rule("1"), rule("2"), rule("3")]);
    aws.connect().inject(Fault::status(404, "ResourceNotFoundException"));
    let (invoked, _) = send(&aws, &events).await;
    assert_failed(&invoked, "ResourceNotFoundException");
    assert_eq!(aws.connect().chats(), 2);
    let (invoked, starts) = send(&aws, &events).await;
    assert_eq!(invoked.payload.as_array().map(Vec::len), Some(3));
    assert_eq!((starts.len(), aws.connect().chats()), (3, 3));
}

#[tokio::test]
async fn only_the_failed_messages_of_a_queue_are_reported() {
    let aws = start(options()).await;
    let rule = json!({"detail-type": "t", "source": "s", "id": "1", "detail": named("rule")});
    let http = support::http_2("{}");
    let lambda = sqs(&[record("x", "{}")]);
    let records = [
        record("bare", named("bare").to_string()),
        record("rule", rule.to_string()),
        record("empty object", "{}"),
        record("list", json!([named("list")]).to_string()),
        record("garbage", "not JSON"),
        record("empty", ""),
        record("null", "null"),
        record("no text", Value::Null),
        record("object", named("object")),
        record("http", http.to_string()),
        record("sqs", lambda.to_string()),
        record("unknown", "{\"unknown\":1}"),
        record("invalid", "{\"ChatDurationInMinutes\":1}"),
        record("flow", json!({"ContactFlowId": UNKNOWN_FLOW}).to_string()),
        record(
            "last",
            json!({"detail-type": "t", "source": "s", "detail": named("last")}).to_string(),
        ),
    ];
    let (invoked, starts) = send(&aws, &sqs(&records)).await;
    let reported = [
        "empty object",
        "list",
        "garbage",
        "empty",
        "null",
        "no text",
        "object",
        "http",
        "sqs",
        "unknown",
        "invalid",
        "flow",
    ];
    assert_eq!(failed(&invoked), reported);
    assert_eq!(names(&starts), ["bare", "last", "rule"]);

    aws.connect().inject(Fault::status(403, "AccessDeniedException").always());
    let (invoked, _) = send(&aws, &sqs(&records[..2])).await;
    assert_eq!(failed(&invoked), ["bare", "rule"]);
}

#[tokio::test]
async fn a_fifo_queue_is_processed_up_to_its_first_failure() {
    let aws = start(options()).await;
    let names_of = ["a", "b", "c"];
    let mut records = names_of.map(|name| record(name, named(name).to_string()));
    for record in &mut records {
        record["eventSourceARN"] = json!("arn:aws:sqs:us-east-1:123456789012:chats.fifo");
    }
    let (invoked, starts) = send(&aws, &sqs(&records)).await;
    assert_eq!(failed(&invoked), Vec::<&str>::new());
    let sent = starts.iter().map(|sent| &sent["ParticipantDetails"]["DisplayName"]);
    assert_eq!(sent.collect::<Vec<_>>(), names_of);
    records[1]["body"] = json!("not JSON");
    let (invoked, starts) = send(&aws, &sqs(&records)).await;
    assert_eq!(failed(&invoked), ["b", "c"]);
    assert_eq!(names(&starts), ["a"]);
}

#[tokio::test]
async fn a_message_without_an_id_fails_its_batch_if_it_fails() {
    let aws = start(options()).await;
    let nameless = |body: &str| {
        let mut nameless = record("", body);
        nameless["messageId"] = Value::Null;
        [nameless, record("", body)]
    };
    let good = record("good", named("good").to_string());
    for message in nameless(&named("Ana").to_string()) {
        let (invoked, starts) = send(&aws, &sqs(&[message, good.clone()])).await;
        assert_eq!(failed(&invoked), Vec::<&str>::new());
        assert_eq!(starts.len(), 2);
    }
    for message in nameless("not JSON") {
        let (invoked, starts) = send(&aws, &sqs(&[message, good.clone()])).await;
        assert_failed(&invoked, "ValidationException");
        assert_eq!(starts.len(), 1, "the other message was not attempted");
    }
    let (invoked, starts) = send(&aws, &sqs(&[good, json!(null), json!("x")])).await;
    assert_failed(&invoked, "ValidationException");
    assert_eq!(starts.len(), 1);
}

/// Asserts that Connect receives eight requests of this batch at once and no more.
async fn assert_eight_at_once(batch: &Value, chats: usize) {
    const DELAY: Duration = Duration::from_secs(1);
    let aws = start(options()).await;
    aws.connect().inject(Fault::delay(DELAY).always());
    let (invoked, starts) = send(&aws, batch).await;
    assert_eq!(invoked.function_error, None, "{}", invoked.payload);
    assert_eq!(starts.len(), chats);
    // A request is in flight from its arrival until its delay is over, or longer.
    let arrivals: Vec<_> = aws.connect().requests().iter().map(|request| request.at).collect();
    let in_flight = arrivals.iter().map(|now| {
        let others = arrivals.iter();
        others.filter(|start| *start <= now && *now < **start + DELAY).count()
    });
    assert_eq!(in_flight.max(), Some(8));
}

#[tokio::test]
async fn at_most_eight_chats_of_a_batch_are_requested_at_once() {
    const CHATS: usize = 20;
    let requests: Vec<_> = (0..CHATS).map(named).collect();
    let messages = requests.iter().enumerate();
    let messages: Vec<_> =
        messages.map(|(id, request)| record(&id.to_string(), request.to_string())).collect();
    let (list, queue) = (json!(requests), sqs(&messages));
    tokio::join!(assert_eight_at_once(&list, CHATS), assert_eight_at_once(&queue, CHATS));
}

#[tokio::test]
async fn a_batch_slows_down_to_the_rate_of_the_account() {
    let aws = start(options().rate(Rate::new(5.0, 8))).await;
    let requests: Vec<_> = (0..20).map(named).collect();
    let invoked = aws.invoke_json(&json!(requests)).await;
    assert_eq!(invoked.function_error, None, "{}", invoked.payload);
    assert_eq!(aws.connect().chats(), 20);
    let flows = starts(&aws);
    assert!(flows.iter().all(|sent| sent["ContactFlowId"] == FLOW_ID));
    let results = invoked.payload.as_array().expect("a list");
    for (index, result) in results.iter().enumerate() {
        let id = result["ContactId"].as_str().expect("an id");
        let contact = aws.connect().contact(id).expect("a contact");
        assert_eq!(contact.attributes["customerName"], index.to_string());
    }
}
