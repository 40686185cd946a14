//! Answers to the devices of a customer.

use local_aws::fixtures::FLOW_ID;
use local_aws::{LocalAws, Options};
use serde_json::json;

use super::*;

/// A stand-in with the chats `own` (of the request), `device` (of another device of the customer)
/// and `foreign`.
async fn stand_in() -> LocalAws {
    let local = LocalAws::start(Options::without_function()).await.expect("the stand-in starts");
    for (id, customer) in [("own", "c"), ("device", "c"), ("foreign", "d")] {
        let mut contact = Contact::chat(id).customer(customer);
        contact.attributes.insert(MARKER.to_owned(), id.to_owned());
        local.connect().put_contact(contact);
    }
    local
}

fn request(expected: Expected) -> Request {
    Request { customer: Some("c".to_owned()), ..Request::new("own", expected) }
}

fn result(contact: &str, past: &str) -> Value {
    json!({
        "ContactId": contact, "ParticipantId": "p", "ParticipantToken": "t",
        "ContinuedFromContactId": past,
    })
}

#[tokio::test]
async fn a_customer_gets_a_chat_of_any_device_but_of_nobody_else() {
    let local = stand_in().await;
    let customers = request(Expected::CustomersChat(FLOW_ID));
    let outcome = |request: &Request, contact: &str, past: &str| {
        started(request, &result(contact, past), local.connect())
    };
    for contact in ["own", "device"] {
        let expected = Outcome::Started(Some(contact.to_owned()));
        assert_eq!(outcome(&customers, contact, ""), expected);
        assert_eq!(outcome(&customers, contact, "device"), expected);
    }
    assert_eq!(outcome(&customers, "foreign", ""), wrong("the chat of another customer"));
    assert_eq!(outcome(&customers, "own", "foreign"), wrong("the past chat of another customer"));
    let unknown = wrong("Amazon Connect has no contact \"unknown\"");
    assert_eq!(outcome(&customers, "unknown", ""), unknown);
    let event = request(Expected::Chat);
    assert_eq!(outcome(&event, "device", ""), wrong("the chat of another request"));
}

#[tokio::test]
async fn an_answer_says_whether_its_chat_is_a_running_one() {
    let local = stand_in().await;
    let request = request(Expected::CustomersChat(FLOW_ID));
    for (contact, header, member, expected) in [
        ("own", None, None, true),
        ("device", Some("running"), Some("running"), true),
        // A second attempt finds the chat of the first.
        ("own", Some("running"), Some("running"), true),
        ("own", Some("none"), None, true),
        ("device", None, None, false),
        ("device", Some("running"), None, false),
        ("own", None, Some("running"), false),
    ] {
        let invoked = Invoked {
            request_id: "r".to_owned(),
            payload: json!({"headers": {"X-Past-Chat": header}}),
            function_error: None,
            raw: Vec::new(),
            took: std::time::Duration::ZERO,
        };
        let body = json!({"data": {"startChatResult": result(contact, ""), "chat": member}});
        let says = says_running(&request, &invoked, &body, local.connect());
        assert_eq!(says, expected, "{contact} {header:?} {member:?}");
    }
}
