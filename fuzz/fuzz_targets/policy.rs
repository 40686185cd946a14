//! Any request of a stranger, with any claims: what is admitted keeps to every
//! rule of the policy, as read off the request that Connect would get.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use start_chat_contact::config::Settings;
use start_chat_contact::idempotency::Key;
use start_chat_contact::policy::{Admission, Caller, Claims, Contact, StartChat};
use start_chat_contact::request;
use start_chat_contact::trigger::Payload;

const INSTANCE: &str = "a1b2c3d4-5678-90ab-cdef-111111111111";
const FLOW: &str = "a1b2c3d4-5678-90ab-cdef-222222222222";
const OWN: &str = "customer-4711";

// A list of two objects: the request's body and the authorizer's claims.
fuzz_target!(|data: &[u8]| {
    let Ok([body, claims]) = serde_json::from_slice::<[Map<String, Value>; 2]>(data) else {
        return;
    };
    for claim in [None, Some("sub")] {
        admit(&body, &claims, claim);
    }
});

fn admit(body: &Map<String, Value>, claims: &Map<String, Value>, claim: Option<&str>) {
    let settings = settings(claim);
    let payload = Payload {
        request: body.clone(),
        caller: Caller::Stranger(Claims::new(claims.clone())),
        key: Key::Http { header: None },
    };
    let Ok(request) = request::parse(&payload, &settings.defaults) else {
        return;
    };
    let customer = claim.and_then(|claim| claims.get(claim));
    match settings.policy.admit(request, &payload.caller) {
        Ok(Admission::Granted(chat)) => {
            let chat = json(&chat);
            assert!(chat.get("PersistentChat").is_none() && chat.get("RelatedContactId").is_none());
            check(&chat, claims, customer);
        }
        Ok(Admission::Claimed(claimed)) => {
            let contact = Contact {
                customer_id: Some(OWN.to_owned()),
                is_chat: true,
                has_ended: true,
                initial_contact_id: None,
            };
            if let Ok(chat) = claimed.decide(Some(contact)) {
                assert_eq!(customer, Some(&Value::from(OWN)), "another's contact");
                check(&json(&chat), claims, customer);
            }
        }
        Err(_) => {}
    }
}

fn check(chat: &Map<String, Value>, claims: &Map<String, Value>, customer: Option<&Value>) {
    assert_eq!(chat["InstanceId"], INSTANCE);
    assert_eq!(chat["ContactFlowId"], FLOW);
    assert!(chat.get("StreamingEndpointArn").is_none());
    let verified = customer.map(|customer| match customer {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    assert_eq!(chat.get("CustomerId").and_then(Value::as_str), verified.as_deref());
    let segments = chat.get("SegmentAttributes").and_then(Value::as_object);
    for name in segments.into_iter().flat_map(Map::keys) {
        assert!(!name.starts_with("connect:") || name == "connect:Subtype");
    }
    if let Some(Value::String(plan)) = claims.get("plan") {
        assert_eq!(chat["Attributes"]["Plan"], plan.as_str());
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
        "CUSTOMER_ID_CLAIM" => claim.map(str::to_owned),
        _ => None,
    };
    Settings::read(lookup).expect("the settings are right")
}
