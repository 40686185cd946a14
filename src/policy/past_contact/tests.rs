use std::borrow::Cow;

use serde_json::{Value, json};

use super::*;
use crate::config::Settings;
use crate::json::raw;
use crate::request;
use crate::trigger::{Caller, Cause, Claims, IdempotencyKey, Payload};

/// The chat that the customer `ana` asks for.
fn unverified(request: Value, starts_anyway: bool) -> UnverifiedContact {
    let settings = Settings::read(|name| {
        let value = match name {
            "INSTANCE_ID" => "i",
            "CONTACT_FLOW_ID" => "f",
            "CUSTOMER_ID_CLAIM" => "sub",
            "START_NEW_IF_NOT_CONTINUED" if starts_anyway => "true",
            _ => return None,
        };
        Some(value.to_owned())
    })
    .expect("settings");
    let claims = raw(json!({"sub": "ana"}));
    let payload = Payload {
        request: Cow::Owned(raw(request)),
        caller: Caller::Untrusted(Claims::new(Some(&claims))),
        key: IdempotencyKey::Http { header: None, request_id: "r".to_owned() },
        cause: Cause::default(),
        prefers_new_chat: false,
    };
    let request = request::parse(&payload, &settings.defaults).expect("a request");
    match settings.policy.admit(request, &payload.caller).expect("an admission") {
        Admission::Unverified(contact) => contact,
        Admission::Granted(_) => panic!("granted without a look at the contact"),
    }
}

fn continuing(how: &str) -> UnverifiedContact {
    let past = json!({"RehydrationType": how, "SourceContactId": "latest"});
    unverified(json!({"PersistentChat": past}), false)
}

fn related() -> UnverifiedContact {
    unverified(json!({"RelatedContactId": "latest"}), false)
}

fn contact(owner: Option<&str>, is_chat: bool, has_ended: bool) -> Contact {
    let initial_contact_id = Some("initial".to_owned());
    Contact { initial_contact_id, customer_id: owner.map(str::to_owned), is_chat, has_ended }
}

/// The source that Connect is sent, after all contacts are verified.
fn source(mut contact: UnverifiedContact, found: &[Contact]) -> Result<String, ContactRefusal> {
    for found in found {
        match contact.verify(Some(found.clone()))? {
            Admission::Unverified(next) => contact = next,
            Admission::Granted(chat) => {
                return Ok(chat.named_contact().unwrap_or_default().to_owned());
            }
        }
    }
    panic!("more contacts to verify than {}", found.len())
}

#[test]
fn customers_continue_only_their_own_ended_chats() {
    use ContactRefusal::{Foreign, NotAChat, Ownerless, Unknown};
    for (found, refused) in [
        (Some(contact(Some("ana"), true, true)), None),
        (Some(contact(Some("ana"), true, false)), Some(ContactRefusal::StillActive)),
        (Some(contact(Some("ana"), false, true)), Some(NotAChat)),
        (Some(contact(Some("ana"), false, false)), Some(NotAChat)),
        (Some(contact(Some("eve"), true, true)), Some(Foreign)),
        (Some(contact(Some("eve"), true, false)), Some(Foreign)),
        (Some(contact(Some("Ana"), true, true)), Some(Foreign)),
        (Some(contact(Some(""), true, true)), Some(Ownerless)),
        (Some(contact(None, true, true)), Some(Ownerless)),
        (None, Some(Unknown)),
    ] {
        for how in ["FROM_SEGMENT", "ENTIRE_PAST_SESSION"] {
            assert_eq!(continuing(how).verify(found.clone()).err(), refused);
        }
    }
}

#[test]
fn customers_relate_chats_to_any_contact_of_their_own() {
    use ContactRefusal::{Foreign, Ownerless, Unknown};
    for (found, refused) in [
        (Some(contact(Some("ana"), true, true)), None),
        (Some(contact(Some("ana"), true, false)), None),
        (Some(contact(Some("ana"), false, true)), None),
        (Some(contact(Some("eve"), true, true)), Some(Foreign)),
        (Some(contact(None, false, true)), Some(Ownerless)),
        (None, Some(Unknown)),
    ] {
        assert_eq!(related().verify(found).err(), refused);
    }
}

#[test]
fn an_entire_session_is_continued_by_its_initial_contact() {
    let own = contact(Some("ana"), true, true);
    let first = Contact { initial_contact_id: None, ..own.clone() };
    let itself = Contact { initial_contact_id: Some("latest".to_owned()), ..own.clone() };
    let session = [own.clone(), own.clone()];
    for (how, found, expected) in [
        ("ENTIRE_PAST_SESSION", &session[..], "initial"),
        ("ENTIRE_PAST_SESSION", std::slice::from_ref(&first), "latest"),
        ("ENTIRE_PAST_SESSION", std::slice::from_ref(&itself), "latest"),
        ("FROM_SEGMENT", std::slice::from_ref(&own), "latest"),
        ("FROM_SEGMENT", std::slice::from_ref(&first), "latest"),
    ] {
        assert_eq!(source(continuing(how), found).as_deref(), Ok(expected), "{how}");
    }
}

#[test]
fn the_initial_contact_of_a_session_is_verified_too() {
    let own = contact(Some("ana"), true, true);
    let foreign = contact(Some("eve"), true, true);
    let found = source(continuing("ENTIRE_PAST_SESSION"), &[own, foreign]);
    assert_eq!(found, Err(ContactRefusal::Foreign));
}

#[test]
fn a_chat_starts_without_the_refused_past_chat_if_the_deployer_says_so() {
    let past = json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "latest"});
    let chat = |request: Value, found| unverified(request, true).verify(found);
    let foreign = Some(contact(Some("eve"), true, true));
    for found in [None, foreign.clone()] {
        match chat(json!({"PersistentChat": past}), found) {
            Ok(Admission::Granted(chat)) => {
                assert!(
                    chat.named_contact().is_none()
                        && chat.past_chat() == Some(PastChat::NotContinued)
                );
            }
            _ => panic!("not started"),
        }
    }
    let running = Some(contact(Some("ana"), true, false));
    let refused = chat(json!({"PersistentChat": past}), running).err();
    assert_eq!(refused, Some(ContactRefusal::StillActive));
    assert!(chat(json!({"RelatedContactId": "latest"}), foreign).is_err());
}
