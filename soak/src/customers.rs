//! Customers with several devices, who ask for chats at once and again later.

use std::time::{Duration, Instant};

use fastrand::Rng;
use local_aws::fixtures::{FLOW_ID, SECOND_FLOW_ID};
use serde_json::{Value, json};

use crate::delivery::{Delivery, Expected, Request};
use crate::generated;
use crate::ids::{Ids, request_id};
use crate::markers::{self, MARKER};

/// The number of customers.
const CUSTOMERS: u32 = 12;
/// The most devices that ask at once.
const DEVICES: u8 = 4;
/// How long a device that asks later waits, in milliseconds.
const LATER: (u64, u64) = (100, 4_000);

/// Requests of one to four devices of a customer for chats of one flow: most ask at once, others
/// later.
pub(crate) fn deliveries(rng: &mut Rng, ids: &Ids) -> Vec<Delivery> {
    let customer = ids.customer(rng.u32(..CUSTOMERS));
    let flow = if rng.u8(..4) == 0 { SECOND_FLOW_ID } else { FLOW_ID };
    let devices = rng.u8(1..=DEVICES);
    (0..devices)
        .map(|device| {
            let mut delivery = delivery(&customer, flow, rng, ids);
            if device > 0 && rng.u8(..3) == 0 {
                let wait = Duration::from_millis(rng.u64(LATER.0..LATER.1));
                delivery.not_before = Some(Instant::now() + wait);
            }
            delivery
        })
        .collect()
}

fn delivery(customer: &str, flow: &'static str, rng: &mut Rng, ids: &Ids) -> Delivery {
    let marker = ids.marker();
    let mut body = json!({"ContactFlowId": flow, "Attributes": {MARKER: marker}});
    if rng.u8(..4) == 0 {
        body["PersistentChat"] = json!({"RehydrationType": "FROM_SEGMENT"});
    }
    let request = Request {
        customer: Some(customer.to_owned()),
        ..Request::new(&marker, Expected::CustomersChat(flow))
    };
    if rng.u8(..3) > 0 {
        let mut event = generated::http(rng, &body.to_string(), customer, &marker);
        let is_idempotent = rng.bool();
        if !is_idempotent {
            markers::remove_idempotency_key(&mut event);
        }
        return Delivery { is_idempotent, ..Delivery::new("device", event, vec![request]) };
    }
    direct(body, request, rng)
}

/// A direct call for a customer, half of the time without a client token: then the request id of
/// the invocation makes a second attempt recognizable.
fn direct(mut body: Value, request: Request, rng: &mut Rng) -> Delivery {
    body["CustomerId"] = json!(request.customer);
    if rng.bool() {
        body["ClientToken"] = json!(request.marker);
    }
    let request_id = Some(request_id(rng));
    Delivery { request_id, ..Delivery::new("device-direct", body, vec![request]) }
}
