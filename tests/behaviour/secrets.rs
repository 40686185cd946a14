//! Data that is in no log and no error: names, customer ids, messages and the
//! tokens with which to speak as the customer.

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
use start_chat_contact::policy::{Contact, StartChat, UnverifiedContact};
use start_chat_contact::request::{Attributes, ChatRequest, InitialMessage, SegmentAttribute};
use start_chat_contact::trigger::{
    Caller, Claims, EventBridgeEvent, HttpRequest, Payload, SqsRecord, Trigger,
};

use self::log::words;
use support::{SECOND_FLOW_ID, asking, event, folder, http_1, http_2, options, start};

/// Returns options for the most verbose log, in either format.
fn verbose(format: &str) -> Options {
    let options = options().env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID);
    let options = options.env("RUST_LOG", "trace").env("AWS_LAMBDA_LOG_LEVEL", "TRACE");
    options.env("AWS_LAMBDA_LOG_FORMAT", format)
}

fn verified(options: Options) -> Options {
    let claims = "email=Email,tenant=Tenant,name=Name,username=User";
    options.env("CUSTOMER_ID_CLAIM", "sub").env("ATTRIBUTE_CLAIMS", claims)
}

/// Collects every string and number in a value, in JSON inside its strings, and
/// in Base64 of that.
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

/// Returns the values of an answer without ids of contacts, which may be logged.
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
    let mut body = body.unwrap_or_else(|| answer.take());
    forget_ids(&mut body);
    leaves(&body, &mut found);
    found
}

/// Parses every file of `events/`.
fn events() -> Vec<Value> {
    let entries = std::fs::read_dir(folder("events")).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let files = files.filter(|file| file.extension().is_some_and(|kind| kind == "json"));
    let names = files.map(|file| file.file_name().expect("a name").to_owned());
    names.map(|name| event(&name.to_string_lossy())).collect()
}

/// Sends every event. Returns all values of events and answers.
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

/// Returns the text of the log for empty requests.
async fn vocabulary(aws: &LocalAws, json: bool) -> String {
    for event in [asking(&json!({})), http_1(""), http_2("")] {
        aws.invoke_json(&event).await;
    }
    let lines = aws.function().logs();
    lines.iter().map(|line| words(line, json)).collect()
}

async fn assert_no_event_is_logged(format: &str) {
    let is_json = format == "JSON";
    for options in [verbose(format), verified(verbose(format))] {
        let aws = start(options).await;
        let vocabulary = vocabulary(&aws, is_json).await;
        let mut values = send_all(&aws).await;
        let token = |value: &String| value.starts_with(local_aws::PARTICIPANT_TOKEN_PREFIX);
        assert!(values.iter().any(token), "no answer has a participant token");
        // Ids of flows and contacts are not secret, nor is text that every log has.
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
async fn no_value_of_an_event_or_its_answer_is_in_the_json_log() {
    assert_no_event_is_logged("JSON").await;
}

#[tokio::test]
async fn no_value_of_an_event_or_its_answer_is_in_the_text_log() {
    assert_no_event_is_logged("Text").await;
}

/// Determines at compile time if a type has `Debug`: an inherent constant takes
/// precedence over that of a trait.
struct Probe<T>(PhantomData<T>);

trait OtherwiseNot {
    const HAS_DEBUG: bool = false;
}

impl<T> OtherwiseNot for Probe<T> {}

impl<T: Debug> Probe<T> {
    const HAS_DEBUG: bool = true;
}

/// Types that hold personal data have no `Debug`.
const _: () = {
    assert!(Probe::<String>::HAS_DEBUG);
    assert!(!Probe::<Trigger>::HAS_DEBUG);
    assert!(!Probe::<HttpRequest>::HAS_DEBUG);
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
    assert!(!Probe::<UnverifiedContact>::HAS_DEBUG);
    assert!(!Probe::<Contact>::HAS_DEBUG);
    // Its `Debug` redacts, which a test beside it asserts.
    assert!(Probe::<StartedChat>::HAS_DEBUG);
};
