//! A table that is slow, gone, forbidden, or has items that cannot be true.

use std::time::Duration;

use local_aws::{Fault, LocalAws, Operation};
use serde_json::{Value, json};

use super::{answer, ask, contact, latest, returning};
use support::{FLOW_ID, header, send, signed_in, start, starts, status};

const CUSTOMER: &str = "customer-9009";

fn faults() -> [Fault; 6] {
    [
        Fault::black_hole(),
        Fault::reset(),
        Fault::garbage(),
        Fault::status(400, "ResourceNotFoundException"),
        Fault::status(400, "AccessDeniedException"),
        Fault::status(400, "ProvisionedThroughputExceededException"),
    ]
}

fn failures(aws: &LocalAws) -> usize {
    aws.function().logs().concat().matches("\"TableFailures\":1").count()
}

#[tokio::test]
async fn a_chat_starts_although_the_table_cannot_be_used() {
    for fault in faults() {
        for operation in [Operation::GetItem, Operation::PutItem] {
            let aws = start(returning()).await;
            aws.connect().inject(fault.clone().on(operation).always());
            let since = std::time::Instant::now();
            let (_, past) = ask(&aws, CUSTOMER, &json!({})).await;
            assert_eq!(past, None);
            assert_eq!(starts(&aws).len(), 1, "{fault:?} {operation:?}");
            assert!(since.elapsed() < Duration::from_secs(2), "{fault:?} {operation:?}");
            assert_eq!(
                failures(&aws),
                1,
                "{fault:?} {operation:?}: {}",
                aws.function().logs().concat()
            );
        }
    }
}

#[tokio::test]
async fn a_past_chat_that_cannot_be_looked_up_is_503() {
    for fault in faults() {
        let aws = start(returning()).await;
        aws.connect().inject(fault.clone().on(Operation::GetItem).always());
        let answer = send(&aws, &signed_in(CUSTOMER, &latest())).await.0.payload;
        assert_eq!(status(&answer), 503, "{fault:?}: {answer}");
        assert_eq!(header(&answer, "Retry-After"), Some("1"));
        assert_eq!(starts(&aws).len(), 0);
        // A setting is no request.
        let aws = start(returning().env("CONTINUE_PAST_CHAT", "FROM_SEGMENT")).await;
        aws.connect().inject(fault.on(Operation::GetItem).always());
        let (_, past) = ask(&aws, CUSTOMER, &json!({})).await;
        assert_eq!(past.as_deref(), Some("none"));
    }
}

/// Replaces members of the customer's items.
fn rewrite(aws: &LocalAws, change: impl Fn(&mut Value)) {
    for mut item in aws.table().items() {
        change(&mut item);
        assert!(aws.table().put(item));
    }
}

#[tokio::test]
async fn a_record_is_believed_only_as_far_as_connect_confirms_it() {
    let aws = start(returning()).await;
    let (foreign, _) = ask(&aws, "eve", &json!({})).await;
    let foreign = contact(&foreign).to_owned();
    aws.table().clear();
    for lie in [foreign.as_str(), "a1b2c3d4-0000-0000-0000-000000000000", "../../chat", "a b"] {
        aws.table().clear();
        let (own, _) = ask(&aws, CUSTOMER, &json!({})).await;
        rewrite(&aws, |item| item["contact"] = json!({"S": lie}));
        let (next, past) = ask(&aws, CUSTOMER, &json!({})).await;
        assert_eq!(past, None, "{lie}");
        assert_ne!(contact(&next), lie);
        assert_ne!(contact(&next), contact(&own), "{lie}");
        aws.connect().end_contact(contact(&next));
        rewrite(&aws, |item| item["contact"] = json!({"S": lie}));
        let (_, past) = ask(&aws, CUSTOMER, &latest()).await;
        assert_eq!(past.as_deref(), Some("none"), "{lie}");
    }
    assert!(aws.function().logs().concat().contains("the contact is not the customer's"));
}

#[tokio::test]
async fn broken_items_are_table_failures() {
    for (name, value) in [
        ("attempt_id", json!({"N": "1"})),
        ("held_until", json!({"S": "soon"})),
        ("expires", json!({"S": "never"})),
        ("participant", json!({"S": ""})),
        ("token", json!({"NULL": true})),
    ] {
        let aws = start(returning()).await;
        ask(&aws, CUSTOMER, &json!({})).await;
        rewrite(&aws, |item| {
            if item.get("token").is_some() {
                item[name] = value.clone();
            }
        });
        let (_, past) = ask(&aws, CUSTOMER, &json!({})).await;
        assert_eq!((past, starts(&aws).len()), (None, 1), "{name}");
        assert_eq!(failures(&aws), 1, "{name}");
    }
}

#[tokio::test]
async fn an_expired_item_is_none() {
    let aws = start(returning()).await;
    ask(&aws, CUSTOMER, &json!({})).await;
    rewrite(&aws, |item| item["expires"] = json!({"N": "1000"}));
    let (_, past) = ask(&aws, CUSTOMER, &latest()).await;
    assert_eq!((past.as_deref(), starts(&aws).len()), (Some("none"), 1));
}

#[tokio::test]
async fn a_failure_of_connect_is_reported_as_one() {
    let aws = start(returning()).await;
    ask(&aws, CUSTOMER, &json!({})).await;
    let describe = Fault::status(500, "InternalServiceException").on(Operation::DescribeContact);
    aws.connect().inject(describe.always());
    let refused = send(&aws, &signed_in(CUSTOMER, &json!({}))).await.0.payload;
    assert_eq!(status(&refused), 503);
    assert_eq!(starts(&aws).len(), 0);
    aws.connect().clear_faults();
    let (_, past) = answer(&aws, &signed_in(CUSTOMER, &json!({}))).await;
    assert_eq!(past.as_deref(), Some("running"));
}

/// The claim was made, but its answer got lost, so the SDK made it again.
#[tokio::test]
async fn a_request_does_not_wait_for_its_own_claim() {
    let aws = start(returning()).await;
    aws.connect().inject(Fault::reset_after_start().on(Operation::PutItem));
    let since = std::time::Instant::now();
    let (_, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_eq!((past, starts(&aws).len()), (None, 1));
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    let (_, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_eq!(past.as_deref(), Some("running"));
}

/// A second attempt of a direct call without the table gets the chat of the first.
#[tokio::test]
async fn a_repeated_call_starts_no_second_chat_without_the_table() {
    let aws = start(returning()).await;
    let event = json!({"ContactFlowId": FLOW_ID, "CustomerId": CUSTOMER}).to_string();
    let first = aws.invoke_again("r-1", event.clone()).await.payload;
    for operation in [Operation::GetItem, Operation::PutItem] {
        aws.connect().inject(Fault::status(400, "AccessDeniedException").on(operation));
        let again = aws.invoke_again("r-1", event.clone()).await.payload;
        assert_eq!(again["ContactId"], first["ContactId"], "{operation:?}");
        aws.connect().clear_faults();
    }
    assert_eq!(aws.connect().chats(), 1);
}
