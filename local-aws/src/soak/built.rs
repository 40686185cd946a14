//! Events that no sample file has: chats that continue another, and requests that are to be refused.

use serde_json::{Value, json};

use super::delivery::{Ask, Delivery, Due, Mint};
use super::marks;
use super::random::Random;
use crate::world::{CUSTOMER_ID, ENDED_LATEST_CONTACT_ID, OTHER_CUSTOMERS_CONTACT_ID};

/// The origin that the function is told to allow.
pub(super) const ORIGIN: &str = "https://shop.example.com";
/// A flow that the function is not told to allow.
const OTHER_FLOW: &str = "a1b2c3d4-5678-90ab-cdef-999999999999";

const INVALID: Due = Due::Refusal(400, "ValidationException");
const UNAUTHORIZED: Due = Due::Refusal(401, "UnauthorizedException");
const FORBIDDEN: Due = Due::Refusal(403, "ForbiddenException");
const METHOD: Due = Due::Refusal(405, "MethodNotAllowedException");
const TOO_LARGE: Due = Due::Refusal(413, "PayloadTooLargeException");

/// An HTTP request in either payload format, of this customer if of any.
fn http(random: &mut Random, body: &str, customer: &str, marker: &str) -> Value {
    let headers = json!({
        "content-type": "application/json",
        "host": "chat.example.com",
        "idempotency-key": marker,
        "origin": ORIGIN,
    });
    let context = if random.chance(500) {
        json!({"http": {"method": "POST", "path": "/"}, "requestId": marker})
    } else {
        json!({"httpMethod": "POST", "requestId": marker})
    };
    let mut event = json!({
        "headers": headers,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": false,
    });
    if !customer.is_empty() {
        marks::sign_in(&mut event, customer);
    }
    event
}

fn persistent(contact: &str, kind: &str, marker: &str) -> String {
    let request = json!({
        "Attributes": {marks::MARKER: marker},
        "PersistentChat": {"RehydrationType": kind, "SourceContactId": contact},
    });
    request.to_string()
}

/// An HTTP request for a chat that continues another: the function reads that one first.
pub(super) fn continued(random: &mut Random, mint: &Mint) -> Delivery {
    let marker = mint.marker();
    let kind = if random.chance(500) { "FROM_SEGMENT" } else { "ENTIRE_PAST_SESSION" };
    let body = persistent(ENDED_LATEST_CONTACT_ID, kind, &marker);
    let ask = Ask { customer: Some(CUSTOMER_ID.to_owned()), ..Ask::new(&marker, Due::Chat) };
    let event = http(random, &body, CUSTOMER_ID, &marker);
    Delivery::new("continued", event, vec![ask])
}

/// A request that is to be refused.
pub(super) fn refused(random: &mut Random, mint: &Mint) -> Delivery {
    if random.chance(250) {
        let (event, ask) = refused_event(random, mint);
        return Delivery::new("refused-event", event, vec![ask]);
    }
    let marker = mint.marker();
    let (name, event, due) = refused_http(random, &marker);
    Delivery::new(name, event, vec![Ask::new(&marker, due)])
}

/// An event, or a bare request, that is to be refused.
pub(super) fn refused_event(random: &mut Random, mint: &Mint) -> (Value, Ask) {
    let marker = mint.marker();
    let detail = json!({"contactFlowId": OTHER_FLOW, "attributes": {marks::MARKER: marker}});
    let long = json!({"ParticipantDetails": {"DisplayName": "x".repeat(257)}, "Attributes": {"a b": marker}});
    let (event, due) = match random.between(0, 4) {
        0 => (json!({"orderId": marker, "status": "late"}), INVALID),
        1 => {
            (json!({"id": marker, "source": "s", "detail-type": "t", "detail": detail}), FORBIDDEN)
        }
        2 => {
            (json!({"id": marker, "source": "s", "detail-type": "t", "detail": [marker]}), INVALID)
        }
        _ => (long, INVALID),
    };
    (event, Ask::new(&marker, due))
}

fn refused_http(random: &mut Random, marker: &str) -> (&'static str, Value, Due) {
    let attributes = json!({marks::MARKER: marker});
    let asking = |name: &str, value: &str| {
        let body = json!({name: value, "Attributes": attributes});
        body.to_string()
    };
    let plain = json!({"Attributes": attributes}).to_string();
    let (name, body, customer, due) = match random.between(0, 10) {
        0 => ("no-json", format!("{{\"a\": {marker}"), marker, INVALID),
        1 => ("no-base64", "{}".to_owned(), marker, INVALID),
        2 => {
            let body = asking("ContactFlowId", OTHER_FLOW);
            ("other-flow", body, marker, FORBIDDEN)
        }
        3 => {
            let body = json!({"orderId": marker}).to_string();
            ("no-member", body, marker, INVALID)
        }
        4 => ("no-claim", plain, "", UNAUTHORIZED),
        5 => ("get", plain, marker, METHOD),
        6 => ("other-origin", plain, marker, FORBIDDEN),
        7 => {
            let body = asking("CustomerId", "somebody-else");
            ("other-customer", body, marker, FORBIDDEN)
        }
        8 => {
            let body = persistent(OTHER_CUSTOMERS_CONTACT_ID, "FROM_SEGMENT", marker);
            ("other-contact", body, CUSTOMER_ID, FORBIDDEN)
        }
        _ => ("too-large", " ".repeat(129 * 1024), marker, TOO_LARGE),
    };
    let mut event = http(random, &body, customer, marker);
    match name {
        "no-base64" => event["isBase64Encoded"] = json!(true),
        "get" => get(&mut event),
        "other-origin" => event["headers"]["origin"] = json!("https://elsewhere.example.com"),
        _ => {}
    }
    (name, event, due)
}

fn get(event: &mut Value) {
    for method in ["/requestContext/http/method", "/requestContext/httpMethod"] {
        if let Some(method) = event.pointer_mut(method) {
            *method = json!("GET");
        }
    }
}
