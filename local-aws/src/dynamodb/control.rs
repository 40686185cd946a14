//! `/_local/table`: the items of the table.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::Table;
use crate::http::reply;

pub(crate) fn router(table: Table) -> Router {
    Router::new().route("/_local/table", get(list).post(put).delete(clear)).with_state(table)
}

async fn list(State(table): State<Table>) -> Response {
    reply::json(StatusCode::OK, &json!(table.items()))
}

/// Adds or replaces an item in DynamoDB's JSON.
async fn put(State(table): State<Table>, body: Bytes) -> Response {
    let item: Value = serde_json::from_slice(&body).unwrap_or_default();
    if table.put(item) {
        return list(State(table)).await;
    }
    let message = "an item such as {\"customer\":{\"S\":\"…\"}} is required";
    reply::json(StatusCode::BAD_REQUEST, &json!({"message": message}))
}

async fn clear(State(table): State<Table>) -> Response {
    table.clear();
    list(State(table)).await
}
