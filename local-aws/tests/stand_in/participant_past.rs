//! Persistent chats: what a later session shows of earlier ones. And what is told of chats.

use std::error::Error;
use std::sync::{Arc, Mutex};

use local_aws::{LocalAws, Options, fixtures};
use serde_json::{Value, json};

use super::customer::{Customer, fast};
use super::support::{chat, send, start_chat};

type Tested = Result<(), Box<dyn Error>>;

fn past(kind: &str, source: &str) -> Value {
    json!({"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}})
}

/// The texts of the customer's own messages in a transcript, each with where it comes from.
async fn texts(jane: &Customer) -> Result<Vec<(String, &'static str)>, Box<dyn Error>> {
    let own = |item: &Value| {
        let is_past = item.get("RelatedContactId").is_some();
        assert_ne!(is_past, item.get("ContactId").is_some(), "{item}");
        let text = item["Content"].as_str().filter(|_| item["ParticipantRole"] == "CUSTOMER")?;
        Some((text.to_owned(), if is_past { "past" } else { "now" }))
    };
    Ok(jane.transcript().await?.iter().filter_map(own).collect())
}

/// A session of two contacts that has ended: the customer, and the latest contact.
async fn session(local: &LocalAws) -> Result<(Customer, String), Box<dyn Error>> {
    let jane = Customer::start(local, json!({})).await?;
    let mut socket = jane.subscribe().await?;
    socket.agent_says().await?;
    jane.say("transfer").await?;
    socket
        .until(|item| item["Content"].as_str().is_some_and(|text| text.contains("Robin")))
        .await?;
    jane.say("second").await?;
    let latest = socket.agent_says().await?["ContactId"].as_str().unwrap_or_default().to_owned();
    jane.act("agentEnds").await?;
    socket.event("chat.ended").await?;
    Ok((jane, latest))
}

#[tokio::test]
async fn a_session_or_a_segment_is_shown_again() -> Tested {
    let local = fast().await?;
    let (jane, latest) = session(&local).await?;
    let initial = jane.text("ContactId");
    let then = |text: &str| (text.to_owned(), "past");
    for (kind, source, continued, shown) in [
        ("ENTIRE_PAST_SESSION", initial, latest.as_str(), vec![then("transfer"), then("second")]),
        ("FROM_SEGMENT", latest.as_str(), latest.as_str(), vec![then("transfer"), then("second")]),
        ("FROM_SEGMENT", initial, initial, vec![then("transfer")]),
    ] {
        let again = Customer::start(&local, past(kind, source)).await?;
        assert_eq!(again.text("ContinuedFromContactId"), continued);
        again.say("now").await?;
        let expected = [shown, vec![("now".to_owned(), "now")]].concat();
        assert_eq!(texts(&again).await?, expected, "{kind} {source}");
        local.connect().end_contact(again.text("ContactId"));
    }
    Ok(())
}

#[tokio::test]
async fn chats_of_chats_are_shown_too() -> Tested {
    let local = fast().await?;
    let mut source = fixtures::ENDED_INITIAL_CONTACT_ID.to_owned();
    for round in 0..2 {
        let jane = Customer::start(&local, past("ENTIRE_PAST_SESSION", &source)).await?;
        jane.say(&round.to_string()).await?;
        source = jane.text("ContactId").to_owned();
        local.connect().end_contact(&source);
    }
    let jane = Customer::start(&local, past("FROM_SEGMENT", &source)).await?;
    let shown: Vec<_> = texts(&jane).await?.into_iter().map(|(text, _)| text).collect();
    assert_eq!(shown, ["My parcel has not come.", "Thank you!", "0", "1"]);
    let page = jane.post("transcript", json!({"MaxResults": 2})).await?.json();
    let next = json!({"NextToken": page["NextToken"], "MaxResults": 100});
    assert!(jane.post("transcript", next).await?.json()["NextToken"].is_null());
    for filter in [json!({"StartPosition": {"MostRecent": 1}}), json!({"ContactId": source})] {
        assert_eq!(jane.post("transcript", filter).await?.status, 400);
    }
    Ok(())
}

#[tokio::test]
async fn a_running_chat_is_not_continued_and_a_forgotten_one_is_gone() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let body = chat(past("FROM_SEGMENT", jane.text("ContactId")));
    assert_eq!(start_chat(&local, &body).await?.status, 400);
    local.connect().forget_contacts(&[jane.text("ContactId").to_owned()]);
    assert_eq!((jane.say("hi").await?.status, jane.connect().await?.status), (403, 403));
    assert_eq!(jane.chat().await?, Value::Null);
    Ok(())
}

#[tokio::test]
async fn chats_are_listed_without_their_secrets() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    jane.say("hi").await?;
    let listed = send(&jane.url, "GET", "/_local/chats", &[], b"").await?;
    let connection = &jane.connection["ConnectionCredentials"]["ConnectionToken"];
    for secret in [jane.text("ParticipantToken"), connection.as_str().unwrap_or_default()] {
        assert!(!secret.is_empty() && !listed.text().contains(secret));
    }
    let chat = jane.chat().await?;
    assert_eq!((&chat["State"], &chat["DisplayName"]), (&json!("WAITING"), &json!("Jane")));
    assert_eq!(chat["Transcript"][0]["Content"], "hi");
    assert_eq!(jane.act("explode").await?.status, 400);
    let unknown = br#"{"ContactId": "unknown", "Action": "agentEnds"}"#;
    assert_eq!(send(&jane.url, "POST", "/_local/chats", &[], unknown).await?.status, 400);
    Ok(())
}

#[tokio::test]
async fn each_message_is_one_line() -> Tested {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&lines);
    let options = Options::without_function()
        .no_rate_limit()
        .chat_pace(50.0)
        .observe_chats(move |line| told.lock().unwrap().push(line.to_owned()));
    let local = LocalAws::start(options).await?;
    let jane = Customer::start(&local, json!({})).await?;
    let mut socket = jane.subscribe().await?;
    socket.agent_says().await?;
    jane.say("two\nlines").await?;
    socket.agent_says().await?;
    jane.act("agentEnds").await?;
    let lines = lines.lock().unwrap().clone();
    let prefix = format!("Chat {}… ", jane.text("ContactId").get(..8).unwrap_or_default());
    assert!(lines.iter().all(|line| line.starts_with(&prefix) && line.lines().count() == 1));
    for part in
        ["Jane connected", "Alex joined", "Jane: \"two\\nlines\"", "ended: AGENT_DISCONNECT"]
    {
        assert!(lines.iter().any(|line| line.contains(part)), "{part} in {lines:?}");
    }
    Ok(())
}
