//! What the log and the errors never tell: who the customer is, what they
//! wrote, and the tokens that let somebody speak in their name.

mod log;
mod zebra;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};
use start_chat_contact::connect::StartedChat;
use start_chat_contact::policy::{Claimed, Contact, StartChat};
use start_chat_contact::request::{Attributes, ChatRequest, InitialMessage, SegmentAttribute};
use start_chat_contact::trigger::{
    Caller, Claims, EventBridgeEvent, HttpCall, Payload, SqsRecord, Trigger,
};

use self::log::words;
use support::{SECOND_FLOW_ID, event, folder, http_1, http_2, options, start};

/// The function at its most talkative, in either form of log.
fn talkative(format: &str) -> Options {
    let options = options().env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID);
    let options = options.env("RUST_LOG", "trace").env("AWS_LAMBDA_LOG_LEVEL", "TRACE");
    options.env("AWS_LAMBDA_LOG_FORMAT", format)
}

fn verified(options: Options) -> Options {
    let claims = "email=Email,tenant=Tenant,name=Name,username=User";
    options.env("CUSTOMER_ID_CLAIM", "sub").env("ATTRIBUTE_CLAIMS", claims)
}

/// Every text and number in a value, in the JSON that texts hold, and in the
/// base64 of it.
fn leaves(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => drop(found.insert(number.to_string())),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|value| leaves(value, found)),
        Value::String(text) => {
            let decoded = STANDARD.decode(text).ok();
            let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
            for json in [Some(text), decoded.as_ref()].into_iter().flatten() {
                if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(json)
                {
                    leaves(&value, found);
                }
            }
            found.insert(text.clone());
        }
    }
}

/// What an answer holds besides the ids of contacts, which may be logged.
fn secrets_of(mut answer: Value) -> BTreeSet<String> {
    fn forget_ids(value: &mut Value) {
        if let Some(members) = value.as_object_mut() {
            members.retain(|name, _| name != "ContactId" && name != "ContinuedFromContactId");
            members.values_mut().for_each(forget_ids);
        } else if let Some(items) = value.as_array_mut() {
            items.iter_mut().for_each(forget_ids);
        }
    }
    let mut found = BTreeSet::new();
    let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
    let mut told = body.unwrap_or_else(|| answer.take());
    forget_ids(&mut told);
    leaves(&told, &mut found);
    found
}

/// The files of `events/`.
fn events() -> Vec<Value> {
    let entries = std::fs::read_dir(folder("events")).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let files = files.filter(|file| file.extension().is_some_and(|kind| kind == "json"));
    let names = files.map(|file| file.file_name().expect("a name").to_owned());
    names.map(|name| event(&name.to_string_lossy())).collect()
}

/// Sends every event, and gives back all that went in and came out.
async fn send_all(aws: &LocalAws) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for event in events() {
        leaves(&event, &mut values);
        let answer = aws.invoke_json(&event).await.payload;
        if answer["statusCode"].as_u64().unwrap_or(200) == 200 {
            values.extend(secrets_of(answer));
        }
    }
    values
}

/// What the log says of chats that were asked for without a word.
async fn vocabulary(aws: &LocalAws, json: bool) -> String {
    for event in [json!({}), http_1(""), http_2("")] {
        aws.invoke_json(&event).await;
    }
    let lines = aws.function().logs();
    lines.iter().map(|line| words(line, json)).collect()
}

async fn assert_no_event_is_logged(format: &str) {
    let is_json = format == "JSON";
    for options in [talkative(format), verified(talkative(format))] {
        let aws = start(options).await;
        let vocabulary = vocabulary(&aws, is_json).await;
        let mut values = send_all(&aws).await;
        let token = |value: &String| value.starts_with(local_aws::PARTICIPANT_TOKEN_PREFIX);
        assert!(values.iter().any(token), "no token came out");
        // Ids of flows and contacts are no secrets, nor are parts of any word.
        values.retain(|value| value.len() > 3 && !value.starts_with("a1b2c3d4-5678-90ab-cdef-"));
        values.retain(|value| !vocabulary.contains(value));
        assert!(values.len() > 300, "{values:#?}");
        let lines = aws.function().logs();
        assert!(lines.len() >= events().len(), "{lines:#?}");
        for line in &lines {
            let words = words(line, is_json);
            for value in &values {
                assert!(!words.contains(value), "{value:?} is logged: {line}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_of_an_event_or_its_answer_is_logged_as_json() {
    assert_no_event_is_logged("JSON").await;
}

#[tokio::test]
async fn nothing_of_an_event_or_its_answer_is_logged_as_text() {
    assert_no_event_is_logged("Text").await;
}

/// Tells at compile time whether a type has `Debug`: the constant of the
/// narrower implementation comes first.
struct Probe<T>(PhantomData<T>);

trait OtherwiseNot {
    const HAS_DEBUG: bool = false;
}

impl<T> OtherwiseNot for Probe<T> {}

impl<T: Debug> Probe<T> {
    const HAS_DEBUG: bool = true;
}

/// What holds personal data cannot be printed by mistake.
const _: () = {
    assert!(Probe::<String>::HAS_DEBUG);
    assert!(!Probe::<Trigger>::HAS_DEBUG);
    assert!(!Probe::<HttpCall>::HAS_DEBUG);
    assert!(!Probe::<EventBridgeEvent>::HAS_DEBUG);
    assert!(!Probe::<SqsRecord>::HAS_DEBUG);
    assert!(!Probe::<Payload>::HAS_DEBUG);
    assert!(!Probe::<Caller>::HAS_DEBUG);
    assert!(!Probe::<Claims>::HAS_DEBUG);
    assert!(!Probe::<ChatRequest>::HAS_DEBUG);
    assert!(!Probe::<Attributes>::HAS_DEBUG);
    assert!(!Probe::<InitialMessage>::HAS_DEBUG);
    assert!(!Probe::<SegmentAttribute>::HAS_DEBUG);
    assert!(!Probe::<StartChat>::HAS_DEBUG);
    assert!(!Probe::<Claimed>::HAS_DEBUG);
    assert!(!Probe::<Contact>::HAS_DEBUG);
    // Redacted: see its own test.
    assert!(Probe::<StartedChat>::HAS_DEBUG);
};
