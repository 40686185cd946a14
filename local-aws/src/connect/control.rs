//! The local controls, under `/_local/`: faults, requests and contacts over HTTP.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::contact::Contact;
use super::{Connect, fault_json};
use crate::http::reply;

/// The routes of the local controls.
pub(crate) fn router(connect: Connect) -> Router {
    Router::new()
        .route("/_local/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/_local/requests", get(requests).delete(forget_requests))
        .route("/_local/contacts", get(contacts).post(put_contact))
        .with_state(connect)
}

fn ok(body: &Value) -> Response {
    reply::json(StatusCode::OK, body)
}

fn invalid(message: &str) -> Response {
    reply::json(StatusCode::BAD_REQUEST, &json!({"message": message}))
}

async fn faults(State(connect): State<Connect>) -> Response {
    let faults: Vec<_> = connect.faults().list().iter().map(fault_json::to_json).collect();
    ok(&json!(faults))
}

async fn add_faults(State(connect): State<Connect>, body: Bytes) -> Response {
    let faults = serde_json::from_slice(&body)
        .map_err(|error| error.to_string())
        .and_then(|json| fault_json::parse(&json));
    match faults {
        Ok(faults) => {
            for fault in faults {
                connect.inject(fault);
            }
            self::faults(State(connect)).await
        }
        Err(message) => invalid(&message),
    }
}

async fn clear_faults(State(connect): State<Connect>) -> Response {
    connect.clear_faults();
    ok(&json!([]))
}

async fn requests(State(connect): State<Connect>) -> Response {
    let requests: Vec<_> = connect.requests().iter().map(super::Received::json).collect();
    ok(&json!(requests))
}

async fn forget_requests(State(connect): State<Connect>) -> Response {
    connect.forget_requests();
    ok(&json!([]))
}

async fn contacts(State(connect): State<Connect>) -> Response {
    ok(&json!(connect.contacts()))
}

/// Ends a contact (`{"End": "contact id"}`), or adds or replaces one in the format of
/// `DescribeContact`.
async fn put_contact(State(connect): State<Connect>, body: Bytes) -> Response {
    let json: Value = match serde_json::from_slice(&body) {
        Ok(json) => json,
        Err(error) => return invalid(&error.to_string()),
    };
    if let Some(id) = json.get("End").and_then(Value::as_str) {
        let ended = connect.end_contact(id);
        return if ended {
            ok(&json!(connect.contact(id)))
        } else {
            invalid("there is no such contact")
        };
    }
    match serde_json::from_value::<Contact>(json) {
        Ok(contact) => {
            let id = contact.id.clone();
            connect.put_contact(contact);
            ok(&json!(connect.contact(&id)))
        }
        Err(error) => invalid(&error.to_string()),
    }
}
