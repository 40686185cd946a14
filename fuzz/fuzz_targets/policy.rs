//! Any request of an untrusted caller, with any claims: what is admitted
//! satisfies every rule of the policy, as read off the request that Connect
//! would receive.

#![no_main]

mod memory;

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use start_chat_contact::config::Settings;
use start_chat_contact::policy::{Admission, Contact, PolicyError, StartChat};
use start_chat_contact::request;
use start_chat_contact::trigger::{Caller, Claims, IdempotencyKey, Payload};

const INSTANCE: &str = "a1b2c3d4-5678-90ab-cdef-111111111111";
const FLOW: &str = "a1b2c3d4-5678-90ab-cdef-222222222222";
const OWN: &str = "customer-4711";

// A list of two objects: the request's body and the authorizer's claims.
fuzz_target!(|data: &[u8]| {
    let Ok([body, claims]) = serde_json::from_slice::<[&RawValue; 2]>(data) else {
        return;
    };
    let Ok(known) = serde_json::from_str::<Map<String, Value>>(claims.get()) else {
        return;
    };
    if !body.get().starts_with('{') || data.len() > 128 * 1024 {
        return;
    }
    memory::within_limit(|| {
        for claim in [None, Some("sub")] {
            admit(body, claims, &known, claim);
        }
    });
});

fn admit(body: &RawValue, claims: &RawValue, known: &Map<String, Value>, claim: Option<&str>) {
    let settings = settings(claim);
    let payload = Payload {
        request: Cow::Borrowed(body),
        caller: Caller::Untrusted(Claims::new(Some(claims))),
        key: IdempotencyKey::Http { header: None, request_id: "request".to_owned() },
    };
    let Ok(request) = request::parse(&payload, &settings.defaults) else {
        return;
    };
    let customer = claim.and_then(|claim| known.get(claim));
    let mut admission = settings.policy.admit(request, &payload.caller);
    let mut was_verified = false;
    while let Ok(Admission::Unverified(contact)) = admission {
        was_verified = true;
        let found = Contact {
            customer_id: Some(OWN.to_owned()),
            is_chat: true,
            has_ended: true,
            initial_contact_id: None,
        };
        admission = contact.verify(Some(found)).map_err(PolicyError::from);
    }
    if let Ok(Admission::Granted(chat)) = admission {
        let chat = json(&chat);
        let names_contact =
            ["PersistentChat", "RelatedContactId"].iter().any(|name| chat.contains_key(*name));
        assert!(!names_contact || was_verified, "a contact that nobody verified");
        if names_contact {
            assert_eq!(customer, Some(&Value::from(OWN)), "another customer's contact");
        }
        check(&chat, known, customer);
    }
}

fn check(chat: &Map<String, Value>, claims: &Map<String, Value>, customer: Option<&Value>) {
    assert_eq!(chat["InstanceId"], INSTANCE);
    assert_eq!(chat["ContactFlowId"], FLOW);
    assert!(!chat.contains_key("StreamingEndpointArn"));
    assert!(chat.get("ChatDurationInMinutes").is_none_or(|minutes| minutes.as_i64() <= Some(90)));
    let is_customer = chat.get("CustomerId").is_some() == customer.is_some();
    assert!(is_customer, "a customer whom nobody verified");
    if let (Some(sent), Some(Value::String(verified))) = (chat.get("CustomerId"), customer) {
        assert_eq!(sent, verified);
    }
    check_segments(chat.get("SegmentAttributes").unwrap_or(&Value::Null), true);
    let attributes = chat.get("Attributes").and_then(Value::as_object);
    for (name, value) in attributes.into_iter().flatten() {
        assert!(!name.eq_ignore_ascii_case("plan") || name == "Plan", "{name}");
        assert!(!name.eq_ignore_ascii_case("channel") || value == "web", "{name}");
    }
    if let Some(Value::String(plan)) = claims.get("plan") {
        assert_eq!(chat["Attributes"]["Plan"], plan.as_str());
    }
}

/// Verifies that no attribute of Connect's own is set, except that a chat is a guide.
fn check_segments(value: &Value, is_top: bool) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let is_guide =
                    is_top && name == "connect:Subtype" && value["ValueString"] == "connect:Guide";
                assert!(!name.starts_with("connect:") || is_guide, "{name}");
                check_segments(value, false);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| check_segments(item, false)),
        _ => {}
    }
}

fn json(chat: &StartChat) -> Map<String, Value> {
    match serde_json::to_value(chat).expect("a chat is JSON") {
        Value::Object(members) => members,
        _ => unreachable!("a chat is an object"),
    }
}

fn settings(claim: Option<&str>) -> Settings {
    let lookup = |name: &str| match name {
        "INSTANCE_ID" => Some(INSTANCE.to_owned()),
        "CONTACT_FLOW_ID" => Some(FLOW.to_owned()),
        "ATTRIBUTE_CLAIMS" => Some("plan=Plan".to_owned()),
        "FIXED_ATTRIBUTES" => Some("channel=web".to_owned()),
        "MAX_CHAT_DURATION_MINUTES" => Some("90".to_owned()),
        "CUSTOMER_ID_CLAIM" => claim.map(str::to_owned),
        _ => None,
    };
    Settings::read(lookup).expect("the settings are valid")
}
