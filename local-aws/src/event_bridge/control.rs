//! `/_local/published`: what was published on the bus.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::EventBus;
use crate::http::reply;

pub(crate) fn router(bus: EventBus) -> Router {
    Router::new().route("/_local/published", get(list).delete(forget)).with_state(bus)
}

async fn list(State(bus): State<EventBus>) -> Response {
    reply::json(StatusCode::OK, &json!(bus.entries()))
}

async fn forget(State(bus): State<EventBus>) -> Response {
    bus.forget_entries();
    list(State(bus)).await
}
