//! Any JSON as an invocation's payload: recognised, opened, parsed and judged
//! without a panic, and never refused without a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use start_chat_contact::config::Settings;
use start_chat_contact::error::Error;
use start_chat_contact::idempotency::{Key, client_token};
use start_chat_contact::policy::{Admission, Contact};
use start_chat_contact::reply::ignored_members;
use start_chat_contact::request;
use start_chat_contact::trigger::{self, Payload, Trigger};

fuzz_target!(|data: &[u8]| {
    let Ok(payload) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    for payload in open(payload) {
        match payload.and_then(|payload| chat(&payload)) {
            Ok(()) => {}
            Err(error) => assert!((400..600).contains(&error.told().status)),
        }
    }
});

fn key(index: usize) -> Key {
    Key::Invocation { request_id: "request".to_owned(), index }
}

fn open(payload: Value) -> Vec<Result<Payload, Error>> {
    match Trigger::recognize(payload) {
        Err(unreadable) => vec![Err(unreadable.into())],
        Ok(Trigger::Http(mut call)) => vec![call.open().map_err(Error::from)],
        Ok(Trigger::EventBridge(event)) => vec![event.open(key(0)).map_err(Error::from)],
        Ok(Trigger::Direct(request)) => vec![Ok(trigger::trusted(request, key(0)))],
        Ok(Trigger::Batch(items)) => {
            let items = items.into_iter().enumerate();
            let items = items.map(|(index, item)| trigger::open_element(item, key(index)));
            items.map(|item| item.map_err(Error::from)).collect()
        }
        Ok(Trigger::Sqs(records)) => {
            let records = records.into_iter().enumerate();
            let records = records.map(|(index, record)| record.open(key(index)));
            records.map(|record| record.map_err(Error::from)).collect()
        }
    }
}

fn chat(payload: &Payload) -> Result<(), Error> {
    let settings = settings();
    let request = match request::parse(payload, &settings.defaults) {
        Ok(request) => request,
        Err(invalid) => {
            assert!(!invalid.problems.is_empty(), "refused without a reason");
            assert!(ignored_members(&invalid.ignored).len() <= 256);
            return Err(invalid.into());
        }
    };
    let chat = match settings.policy.admit(request, &payload.caller)? {
        Admission::Granted(chat) => chat,
        Admission::Claimed(claimed) => {
            if let Some(id) = claimed.contact_id() {
                assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            }
            claimed.decide(Some(Contact::default()))?
        }
    };
    let token = client_token(&payload.key, &chat);
    assert_eq!(token, client_token(&payload.key, &chat));
    Ok(())
}

fn settings() -> Settings {
    let lookup = |name: &str| match name {
        "INSTANCE_ID" => Some("a1b2c3d4-5678-90ab-cdef-111111111111".to_owned()),
        "CONTACT_FLOW_ID" => Some("a1b2c3d4-5678-90ab-cdef-222222222222".to_owned()),
        "ALLOWED_CONTACT_FLOW_IDS" => Some("a1b2c3d4-5678-90ab-cdef-333333333333".to_owned()),
        _ => None,
    };
    Settings::read(lookup).expect("the settings are right")
}
