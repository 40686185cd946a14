//! Requests that no sample file has: chats that continue another, and requests that must be
//! rejected.

use fastrand::Rng;
use local_aws::fixtures::{CUSTOMER_ID, ENDED_LATEST_CONTACT_ID, OTHER_CUSTOMERS_CONTACT_ID};
use serde_json::{Value, json};

use crate::delivery::{Delivery, Expected, Request};
use crate::ids::Ids;
use crate::markers::{self, MARKER};

/// The origin that the function allows.
pub(crate) const ORIGIN: &str = "https://shop.example.com";
/// A flow that the function does not allow.
const OTHER_FLOW: &str = "a1b2c3d4-5678-90ab-cdef-999999999999";

const INVALID: Expected = Expected::Rejection(400, "ValidationException");
const UNAUTHORIZED: Expected = Expected::Rejection(401, "UnauthorizedException");
const FORBIDDEN: Expected = Expected::Rejection(403, "ForbiddenException");
const METHOD: Expected = Expected::Rejection(405, "MethodNotAllowedException");
const TOO_LARGE: Expected = Expected::Rejection(413, "PayloadTooLargeException");

/// An HTTP request in either payload format, with this customer's claims unless `customer` is empty.
pub(crate) fn http(rng: &mut Rng, body: &str, customer: &str, marker: &str) -> Value {
    let context = if rng.bool() {
        json!({"http": {"method": "POST", "path": "/"}, "requestId": marker})
    } else {
        json!({"httpMethod": "POST", "requestId": marker})
    };
    let mut event = json!({
        "headers": {
            "content-type": "application/json",
            "host": "chat.example.com",
            "idempotency-key": marker,
            "origin": ORIGIN,
        },
        "requestContext": context,
        "body": body,
        "isBase64Encoded": false,
    });
    if !customer.is_empty() {
        markers::add_claims(&mut event, customer);
    }
    event
}

fn persistent(contact: &str, rehydration: &str, marker: &str) -> String {
    let chat = json!({"RehydrationType": rehydration, "SourceContactId": contact});
    json!({"Attributes": {MARKER: marker}, "PersistentChat": chat}).to_string()
}

/// An HTTP request for a chat that continues another, which the function has to read first. All of
/// these requests are of one customer, so they ask for a new chat each.
pub(crate) fn continued(rng: &mut Rng, ids: &Ids) -> Delivery {
    let marker = ids.marker();
    let rehydration = if rng.bool() { "FROM_SEGMENT" } else { "ENTIRE_PAST_SESSION" };
    let body = persistent(ENDED_LATEST_CONTACT_ID, rehydration, &marker);
    let mut event = http(rng, &body, CUSTOMER_ID, &marker);
    event["headers"]["prefer"] = json!("new-chat");
    let request =
        Request { customer: Some(CUSTOMER_ID.to_owned()), ..Request::new(&marker, Expected::Chat) };
    Delivery::new("continued", event, vec![request])
}

/// A payload that must be rejected.
pub(crate) fn rejected(rng: &mut Rng, ids: &Ids) -> Delivery {
    if rng.u8(..4) == 0 {
        let (event, request) = rejected_event(rng, ids);
        return Delivery::new("rejected-event", event, vec![request]);
    }
    let marker = ids.marker();
    let (name, event, expected) = rejected_http(rng, &marker);
    Delivery::new(name, event, vec![Request::new(&marker, expected)])
}

/// An event or a bare request that must be rejected.
pub(crate) fn rejected_event(rng: &mut Rng, ids: &Ids) -> (Value, Request) {
    let marker = ids.marker();
    let event =
        |detail: Value| json!({"id": marker, "source": "s", "detail-type": "t", "detail": detail});
    let (event, expected) = match rng.u8(..4) {
        0 => (json!({"orderId": marker, "status": "late"}), INVALID),
        1 => {
            let detail = json!({"contactFlowId": OTHER_FLOW, "attributes": {MARKER: marker}});
            (event(detail), FORBIDDEN)
        }
        2 => (event(json!([marker])), INVALID),
        _ => {
            let details = json!({"DisplayName": "x".repeat(257)});
            let bare = json!({"ParticipantDetails": details, "Attributes": {"a b": marker}});
            (bare, INVALID)
        }
    };
    (event, Request::new(&marker, expected))
}

fn rejected_http(rng: &mut Rng, marker: &str) -> (&'static str, Value, Expected) {
    let attributes = json!({MARKER: marker});
    let plain = json!({"Attributes": attributes}).to_string();
    let with = |name: &str, value: &str| json!({name: value, "Attributes": attributes}).to_string();
    let (name, body, customer, expected) = match rng.u8(..10) {
        0 => ("no-json", format!("{{\"a\": {marker}"), marker, INVALID),
        1 => ("no-base64", "{}".to_owned(), marker, INVALID),
        2 => ("other-flow", with("ContactFlowId", OTHER_FLOW), marker, FORBIDDEN),
        3 => ("no-member", json!({"orderId": marker}).to_string(), marker, INVALID),
        4 => ("no-claim", plain, "", UNAUTHORIZED),
        5 => ("get", plain, marker, METHOD),
        6 => ("other-origin", plain, marker, FORBIDDEN),
        7 => ("other-customer", with("CustomerId", "somebody-else"), marker, FORBIDDEN),
        8 => {
            let body = persistent(OTHER_CUSTOMERS_CONTACT_ID, "FROM_SEGMENT", marker);
            ("other-contact", body, CUSTOMER_ID, FORBIDDEN)
        }
        _ => ("too-large", " ".repeat(129 * 1024), marker, TOO_LARGE),
    };
    let mut event = http(rng, &body, customer, marker);
    match name {
        "no-base64" => event["isBase64Encoded"] = json!(true),
        "get" => set_method(&mut event, "GET"),
        "other-origin" => event["headers"]["origin"] = json!("https://elsewhere.example.com"),
        // Otherwise the answer may be a running chat of the customer, which is nobody else's.
        "other-contact" => event["headers"]["prefer"] = json!("new-chat"),
        _ => {}
    }
    (name, event, expected)
}

fn set_method(event: &mut Value, method: &str) {
    for pointer in ["/requestContext/http/method", "/requestContext/httpMethod"] {
        if let Some(place) = event.pointer_mut(pointer) {
            *place = json!(method);
        }
    }
}
