//! One chat per customer, on any device.

mod faults;
mod race;

use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

use support::{
    FLOW_ID, SECOND_FLOW_ID, assert_failed, body, header, http_2, options, send, signed_in, start,
    starts, status,
};

const CUSTOMER: &str = "customer-9009";

pub(crate) fn returning() -> Options {
    options()
        .env("CONTACT_TABLE", "chat-contacts")
        .env("CUSTOMER_ID_CLAIM", "sub")
        .env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID)
}

fn latest() -> Value {
    json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT"}})
}

/// Sends a request of the customer; returns the answer's data and `X-Past-Chat`.
async fn ask(aws: &LocalAws, customer: &str, request: &Value) -> (Value, Option<String>) {
    answer(aws, &signed_in(customer, request)).await
}

pub(crate) async fn answer(aws: &LocalAws, event: &Value) -> (Value, Option<String>) {
    let answer = send(aws, event).await.0.payload;
    assert_eq!(status(&answer), 200, "{answer}");
    let past = header(&answer, "X-Past-Chat").map(str::to_owned);
    (body(&answer)["data"].clone(), past)
}

fn contact(data: &Value) -> &str {
    data["startChatResult"]["ContactId"].as_str().expect("a contact")
}

#[tokio::test]
async fn a_customer_comes_back_to_the_running_chat() {
    let aws = start(returning()).await;
    let (first, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_eq!((past, &first["chat"]), (None, &Value::Null));
    for request in [
        json!({}),
        json!({"Username": "another device", "Attributes": {"a": "b"}}),
        latest(),
        // AWS's iOS example names its last contact in every request.
        json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": contact(&first)}}),
    ] {
        let (again, past) = ask(&aws, CUSTOMER, &request).await;
        assert_eq!(again["startChatResult"], first["startChatResult"], "{request}");
        assert_eq!(past.as_deref(), Some("running"));
        assert_eq!(again["chat"], "running");
        assert_eq!(starts(&aws).len(), 0);
    }
    assert_eq!(aws.connect().chats(), 1);
    let log = aws.function().logs().concat();
    assert!(log.contains("\"Outcome\":\"running\""), "{log}");
    let token = first["startChatResult"]["ParticipantToken"].as_str().expect("a token");
    assert!(!log.contains(token), "the token is in the log");
}

#[tokio::test]
async fn other_customers_and_other_flows_have_chats_of_their_own() {
    let aws = start(returning()).await;
    let (first, _) = ask(&aws, CUSTOMER, &json!({})).await;
    let (other_flow, _) = ask(&aws, CUSTOMER, &json!({"ContactFlowId": SECOND_FLOW_ID})).await;
    let (other, _) = ask(&aws, "customer-9010", &json!({})).await;
    assert_ne!(contact(&first), contact(&other_flow));
    assert_ne!(contact(&first), contact(&other));
    // Both flows' chats are still known.
    let (again, _) = ask(&aws, CUSTOMER, &json!({"ContactFlowId": FLOW_ID})).await;
    assert_eq!(contact(&again), contact(&first));
    let (again, _) = ask(&aws, CUSTOMER, &json!({"ContactFlowId": SECOND_FLOW_ID})).await;
    assert_eq!(contact(&again), contact(&other_flow));
}

#[tokio::test]
async fn a_request_may_ask_for_a_new_chat() {
    let aws = start(returning()).await;
    let (first, _) = ask(&aws, CUSTOMER, &json!({})).await;
    for prefer in ["new-chat", "respond-async, New-Chat", "new-chat; x=1"] {
        let mut event = signed_in(CUSTOMER, &json!({}));
        event["headers"]["prefer"] = json!(prefer);
        let (new, past) = answer(&aws, &event).await;
        assert_ne!(contact(&new), contact(&first), "{prefer}");
        assert_eq!(past, None);
        // The new chat is the one to come back to.
        let (again, _) = ask(&aws, CUSTOMER, &json!({})).await;
        assert_eq!(contact(&again), contact(&new));
    }
    let mut event = signed_in(CUSTOMER, &json!({}));
    event["headers"]["prefer"] = json!("no-new-chat");
    assert_eq!(answer(&aws, &event).await.1.as_deref(), Some("running"));
    let aws = start(returning().env("RETURN_TO_RUNNING_CHAT", "false")).await;
    let (first, _) = ask(&aws, CUSTOMER, &json!({})).await;
    let (second, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_ne!(contact(&first), contact(&second));
    assert_eq!(past, None);
}

#[tokio::test]
async fn the_latest_ended_chat_is_continued_without_its_id() {
    let aws = start(returning()).await;
    let (none, past) = ask(&aws, CUSTOMER, &latest()).await;
    assert_eq!(past.as_deref(), Some("none"));
    aws.connect().end_contact(contact(&none));
    let (next, past) = ask(&aws, CUSTOMER, &latest()).await;
    assert_eq!(past, None);
    assert_eq!(next["startChatResult"]["ContinuedFromContactId"], contact(&none));
    let [sent] = starts(&aws).try_into().expect("one chat");
    assert_eq!(
        sent["PersistentChat"],
        json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": contact(&none)})
    );
    aws.connect().end_contact(contact(&next));
    let (plain, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_eq!((past, starts(&aws)[0].get("PersistentChat")), (None, None));
    aws.connect().end_contact(contact(&plain));
    // The whole past session is named by its initial contact.
    let whole = json!({"PersistentChat": {"RehydrationType": "ENTIRE_PAST_SESSION"}});
    let (_, past) = ask(&aws, CUSTOMER, &whole).await;
    assert_eq!(past, None);
}

#[tokio::test]
async fn every_chat_continues_the_latest_one_if_the_deployer_says_so() {
    let aws = start(returning().env("CONTINUE_PAST_CHAT", "ENTIRE_PAST_SESSION")).await;
    let (first, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_eq!(past.as_deref(), Some("none"));
    aws.connect().end_contact(contact(&first));
    let (_, past) = ask(&aws, CUSTOMER, &json!({})).await;
    assert_eq!(past, None);
    let [sent] = starts(&aws).try_into().expect("one chat");
    assert_eq!(sent["PersistentChat"]["RehydrationType"], "ENTIRE_PAST_SESSION");
}

#[tokio::test]
async fn a_customer_of_an_event_returns_to_the_running_chat_too() {
    let aws = start(returning().env("RESULT_BUS", "chat-results")).await;
    let (running, _) = ask(&aws, CUSTOMER, &json!({})).await;
    let request = json!({"ContactFlowId": FLOW_ID, "CustomerId": CUSTOMER});
    let event = json!({"detail-type": "t", "source": "s", "id": "1", "detail": request});
    for event in [request, event] {
        let result = send(&aws, &event).await.0.payload;
        let mut expected = running["startChatResult"].clone();
        expected["chat"] = json!("running");
        assert_eq!(result, expected);
    }
    let [entry] = aws.event_bus().entries().try_into().expect("one entry");
    assert_eq!(entry["Detail"]["result"]["chat"], "running");
    assert_eq!(aws.connect().chats(), 1);
}

#[tokio::test]
async fn the_latest_chat_takes_a_table_and_a_customer() {
    let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    let answer = send(&aws, &signed_in(CUSTOMER, &latest())).await.0.payload;
    assert_eq!(status(&answer), 400, "without a table: {answer}");
    let aws = start(options().env("CONTACT_TABLE", "chat-contacts")).await;
    let answer = send(&aws, &http_2(&latest().to_string())).await.0.payload;
    assert_eq!(status(&answer), 403, "without a verified customer: {answer}");
    let (invoked, _) = send(&aws, &latest()).await;
    assert_failed(&invoked, "ValidationException");
    assert!(aws.table().items().is_empty());
}

#[tokio::test]
async fn the_table_has_no_customer_ids_and_tokens_only_of_running_chats() {
    let aws = start(returning().env("DEFAULT_CHAT_DURATION_MINUTES", "60")).await;
    let (data, _) = ask(&aws, CUSTOMER, &json!({})).await;
    let items = aws.table().items();
    let text = json!(items).to_string();
    assert!(!text.contains(CUSTOMER) && !text.contains("Customer"), "{text}");
    let [latest, running] = {
        let mut items: [Value; 2] = items.try_into().expect("two items");
        items.sort_by_key(|item| item.get("token").is_some());
        items
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("after 1970").as_secs();
    let left = |item: &Value| -> u64 {
        let text = item["expires"]["N"].as_str().expect("a number");
        text.parse::<u64>().expect("seconds") - now
    };
    assert!((3_590..=3_600).contains(&left(&running)), "{running}");
    assert!(left(&latest) > 700 * 24 * 3_600, "{latest}");
    assert_eq!(latest.as_object().map(serde_json::Map::len), Some(3), "{latest}");
    assert_eq!(running["token"]["S"], data["startChatResult"]["ParticipantToken"]);
    for item in [&latest, &running] {
        let key = item["customer"]["S"].as_str().expect("a key");
        assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
