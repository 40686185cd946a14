//! Right and wrong accounts of customers.

use local_aws::fixtures::{FLOW_ID, SECOND_FLOW_ID};
use serde_json::json;

use super::*;

fn key(flow: &'static str) -> Key {
    ("c".to_owned(), flow)
}

/// Enters the chat of a request with the same name as the contact, and ends it if `ended`.
fn chat(accounts: &mut CustomerAccounts, contact: &str, flow: &'static str, ended: bool) {
    let lifetime = Duration::from_secs(if ended { 0 } else { 60 });
    assert_eq!(accounts.answered(&key(flow), contact, true, lifetime), None);
    assert_eq!(accounts.end_due().len(), usize::from(ended));
    accounts.invoked(contact, &format!("r-{contact}"), false);
    enter(accounts, contact, contact);
}

fn enter(accounts: &mut CustomerAccounts, contact: &str, marker: &str) {
    let mut contact = Contact::chat(contact).customer("c");
    contact.attributes.insert(MARKER.to_owned(), marker.to_owned());
    accounts.enter(&[contact], 0);
}

fn failure(contact: &str, outcome: &str) -> Value {
    json!({"tableFailure": "GetItem: no response in time", "Outcome": outcome,
        "contactId": contact, "requestId": format!("r-{contact}")})
}

#[test]
fn one_chat_after_another_and_one_per_flow_are_right() {
    let mut accounts = CustomerAccounts::default();
    chat(&mut accounts, "1", FLOW_ID, true);
    chat(&mut accounts, "2", FLOW_ID, false);
    chat(&mut accounts, "3", SECOND_FLOW_ID, false);
    assert_eq!(accounts.answered(&key(FLOW_ID), "2", false, Duration::ZERO), None);
    assert_eq!(accounts.findings(), [""; 0]);
    let Counts { own, returned, chats, ended, .. } = accounts.counts();
    assert_eq!((own, returned, chats, ended), (3, 1, 3, 1));
}

#[test]
fn two_chats_at_once_are_found_unless_one_had_no_table() {
    for (failing, outcome, expected) in [
        ("", "started", 1),
        ("1", "started", 0),
        ("2", "started", 0),
        ("2", "running", 1),
        ("3", "started", 1),
    ] {
        let mut accounts = CustomerAccounts::default();
        chat(&mut accounts, "1", FLOW_ID, false);
        chat(&mut accounts, "2", FLOW_ID, false);
        accounts.log(&failure(failing, outcome));
        assert_eq!(accounts.findings().len(), expected, "{failing} {outcome}");
    }
}

#[test]
fn a_chat_without_a_table_hides_no_other_two() {
    let mut accounts = CustomerAccounts::default();
    for contact in ["1", "2", "3"] {
        chat(&mut accounts, contact, FLOW_ID, false);
    }
    accounts.log(&failure("2", "started"));
    let findings = accounts.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].ends_with("1 and 3"), "{findings:?}");
    assert_eq!((accounts.counts().excused, accounts.counts().excused_beside), (1, 1));
}

#[test]
fn a_chat_of_another_flow_is_a_wrong_answer() {
    let mut accounts = CustomerAccounts::default();
    chat(&mut accounts, "1", FLOW_ID, false);
    let wrong = accounts.answered(&key(SECOND_FLOW_ID), "1", false, Duration::ZERO);
    assert_eq!(wrong, Some("the chat of another flow"));
}

#[test]
fn chats_that_nobody_was_told_of_belong_to_failed_requests() {
    let mut accounts = CustomerAccounts::default();
    for (marker, has_failed) in [("failed", true), ("answered", false)] {
        accounts.invoked(marker, "r", has_failed);
        enter(&mut accounts, &format!("chat-{marker}"), marker);
    }
    assert_eq!(accounts.findings(), ["a chat of answered that no answer has named"]);
    assert_eq!(accounts.counts().unanswered, 2);
}

#[test]
fn a_second_chat_of_a_request_is_found_unless_it_had_no_table() {
    for (failing, expected) in [("other", 1), ("1", 0)] {
        let mut accounts = CustomerAccounts::default();
        chat(&mut accounts, "1", FLOW_ID, true);
        accounts.invoked("1", "r-1", true);
        enter(&mut accounts, "2", "1");
        accounts.log(&failure(failing, "TimeoutException"));
        assert_eq!(accounts.findings().len(), expected, "{failing}");
    }
}

#[test]
fn requests_without_an_answer_are_lost() {
    let mut accounts = CustomerAccounts::default();
    accounts.open("answered");
    accounts.open("lost");
    accounts.close("answered");
    assert_eq!(accounts.findings(), ["no answer in the end for lost"]);
}

#[test]
fn contacts_are_kept_while_a_request_may_name_them() {
    let mut accounts = CustomerAccounts::default();
    accounts.answered(&key(FLOW_ID), "running", true, Duration::from_mins(1));
    let contacts = [
        Contact::chat("running"),
        Contact::chat("unanswered"),
        Contact::chat("ended").ended_at(1_000),
        Contact::chat("ended-lately").ended_at(4_000_000_000),
    ];
    assert_eq!(accounts.enter(&contacts, 4_000_000_001), ["unanswered", "ended"]);
}
