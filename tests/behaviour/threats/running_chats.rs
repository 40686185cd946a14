//! The running chats that a caller may return to.

use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

use support::{body, http_1, http_2, options, signed_in, start, status};

const VICTIM: &str = "customer-9009";

fn returning() -> Options {
    options().env("CONTACT_TABLE", "chat-contacts").env("CUSTOMER_ID_CLAIM", "sub")
}

/// Starts the victim's chat. Returns its token and its contact.
async fn victims_chat(aws: &LocalAws) -> [String; 2] {
    let mut event = signed_in(VICTIM, &json!({"ParticipantDetails": {"DisplayName": "Ana"}}));
    event["headers"]["idempotency-key"] = json!("victims-key");
    let answer = aws.invoke_json(&event).await.payload;
    let chat = body(&answer)["data"]["startChatResult"].clone();
    ["ParticipantToken", "ContactId"].map(|name| chat[name].as_str().expect("text").to_owned())
}

/// Asserts that the answer does not lead to the victim's chat.
fn assert_stranger(answer: &Value, victims: &[String; 2], attempt: &Value) {
    let text = answer.to_string();
    for secret in victims {
        assert!(!text.contains(secret), "{attempt}: {answer}");
    }
}

#[tokio::test]
async fn a_stranger_cannot_reach_another_customers_running_chat() {
    let aws = start(returning()).await;
    let victims = victims_chat(&aws).await;
    let other = |mut event: Value| {
        event["headers"]["idempotency-key"] = json!("victims-key");
        event
    };
    let spelled = |sub: Value| {
        let mut event = http_2("{}");
        event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": sub}}});
        event
    };
    let in_body = json!({"CustomerId": VICTIM});
    let attempts = [
        other(signed_in("eve", &json!({}))),
        signed_in("eve", &in_body),
        signed_in("eve", &json!({"ClientToken": "victims-key"})),
        signed_in("eve", &json!({"RelatedContactId": victims[1]})),
        signed_in(
            "eve",
            &json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": victims[1]}}),
        ),
        signed_in("eve", &json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT"}})),
        spelled(json!([VICTIM])),
        spelled(json!({"sub": VICTIM})),
        spelled(json!(format!("{VICTIM} "))),
        spelled(json!(VICTIM.to_uppercase())),
        other(http_2(&in_body.to_string())),
        other(http_1(&in_body.to_string())),
        http_2("{}"),
    ];
    for attempt in attempts {
        let answer = aws.invoke_json(&attempt).await.payload;
        assert_stranger(&answer, &victims, &attempt);
    }
}

/// Without a claim, nobody is known over HTTP, and nothing is looked up.
#[tokio::test]
async fn callers_whom_nobody_verified_have_no_running_chats() {
    let aws = start(options().env("CONTACT_TABLE", "chat-contacts")).await;
    let known = json!({"ContactFlowId": support::FLOW_ID, "CustomerId": VICTIM});
    aws.invoke_json(&known).await;
    let items = aws.table().items();
    for event in [signed_in(VICTIM, &json!({})), http_2("{}")] {
        let answer = aws.invoke_json(&event).await.payload;
        assert_eq!(body(&answer)["data"].get("chat"), None);
    }
    let refused = aws.invoke_json(&http_2(&json!({"CustomerId": VICTIM}).to_string())).await;
    assert_eq!(status(&refused.payload), 403);
    assert_eq!(aws.table().items(), items);
}

/// Fields of the key do not run into each other.
#[tokio::test]
async fn customers_whose_ids_are_alike_have_chats_of_their_own() {
    let aws = start(returning()).await;
    let mut contacts = Vec::new();
    for sub in ["a", "A", "a ", "aa", "á", "a\u{301}", "1", "01"] {
        let answer = aws.invoke_json(&signed_in(sub, &json!({}))).await.payload;
        contacts.push(body(&answer)["data"]["startChatResult"]["ContactId"].to_string());
    }
    let count = contacts.len();
    contacts.sort();
    contacts.dedup();
    assert_eq!(contacts.len(), count);
}
