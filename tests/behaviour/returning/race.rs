//! Many requests of one customer at once.

use std::time::Duration;

use futures_util::future::join_all;
use local_aws::{Fault, Operation};
use serde_json::{Value, json};

use super::{answer, returning};
use http::Method;
use support::http::call;
use support::{FLOW_ID, body, signed_in, start, status};

#[tokio::test]
async fn a_hundred_requests_at_once_get_one_chat() {
    let aws = start(returning().env("AWS_LAMBDA_MAX_CONCURRENCY", "64")).await;
    aws.connect().inject(Fault::delay(Duration::from_millis(300)).on(Operation::StartChatContact));
    let requests: Vec<Value> = (0..100)
        .map(|device| signed_in("customer-9009", &json!({"Attributes": {"device": device}})))
        .collect();
    let answers = join_all(requests.iter().map(|event| aws.invoke_json(event))).await;
    let results: Vec<Value> = answers
        .iter()
        .map(|invoked| {
            assert_eq!(status(&invoked.payload), 200, "{}", invoked.payload);
            body(&invoked.payload)["data"]["startChatResult"].clone()
        })
        .collect();
    assert_eq!(aws.connect().chats(), 1);
    assert!(results.iter().all(|result| *result == results[0]));
}

/// Requests with claims are served by a second process of the function.
#[tokio::test]
async fn two_environments_start_one_chat() {
    let aws = start(returning().verified_env("CUSTOMER_ID_CLAIM", "sub")).await;
    let event = json!({"ContactFlowId": FLOW_ID, "CustomerId": "customer-4711"});
    let claims = ("x-local-claims", r#"{"sub":"customer-4711"}"#);
    // Both processes have started, and met the table.
    aws.invoke_json(&event).await;
    call(&aws, Method::POST, "/", &[claims], "{}").await;
    for _ in 0..5 {
        for contact in aws.connect().contacts() {
            aws.connect().end_contact(&contact.id);
        }
        let before = aws.connect().contacts().len();
        let delay = Fault::delay(Duration::from_millis(100)).on(Operation::StartChatContact);
        aws.connect().inject(delay.times(2));
        let headers = [claims];
        let (direct, http) =
            tokio::join!(aws.invoke_json(&event), call(&aws, Method::POST, "/", &headers, "{}"));
        aws.connect().clear_faults();
        let contact = direct.payload["ContactId"].as_str().expect("a contact");
        assert_eq!(http.contact_id(), format!("{contact:?}"));
        assert_eq!(aws.connect().contacts().len(), before + 1);
    }
}

#[tokio::test]
async fn customers_do_not_wait_for_each_other() {
    let aws = start(returning().env("AWS_LAMBDA_MAX_CONCURRENCY", "64")).await;
    let requests: Vec<Value> =
        (0..40).map(|number| signed_in(&format!("customer-{number}"), &json!({}))).collect();
    let answers = join_all(requests.iter().map(|event| aws.invoke_json(event))).await;
    let mut contacts: Vec<String> = answers
        .iter()
        .map(|invoked| body(&invoked.payload)["data"]["startChatResult"]["ContactId"].to_string())
        .collect();
    contacts.sort();
    contacts.dedup();
    assert_eq!((contacts.len(), aws.connect().chats()), (40, 40));
}

/// The chat was started, and the process ended before it was recorded.
#[tokio::test]
async fn a_crash_before_the_record_is_healed_by_the_next_request() {
    let aws = start(returning().timeout(Duration::from_secs(2))).await;
    // The answer of Connect never arrives.
    let lost = Fault::reset_after_start().on(Operation::StartChatContact).times(1);
    aws.connect().inject(lost);
    aws.connect().inject(Fault::black_hole().on(Operation::StartChatContact).times(2));
    let event = signed_in("customer-9009", &json!({}));
    let lost = aws.invoke_json(&event).await.payload;
    assert_eq!(status(&lost), 504, "{lost}");
    aws.connect().clear_faults();
    let (found, _) = answer(&aws, &event).await;
    assert_eq!(aws.connect().chats(), 1, "{found}");
    // A request that Connect refuses does not hold the next one up.
    let other = signed_in("customer-9010", &json!({}));
    aws.connect().inject(Fault::status(400, "InvalidRequestException"));
    assert_eq!(status(&aws.invoke_json(&other).await.payload), 400);
    let since = std::time::Instant::now();
    answer(&aws, &other).await;
    assert!(since.elapsed() < Duration::from_secs(1));
}
