//! The HTTP API that the process polls: the Lambda Runtime API, version 2018-06-01.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use uuid::Uuid;

use super::lambda::{Lambda, SYNC_LIMIT, Work};
use super::queue::Outcome;
use crate::http::body;
use crate::http::{Reply, reply};

/// The largest response that Lambda accepts.
const RESPONSE_LIMIT: usize = SYNC_LIMIT + 100;

/// The routes of the Runtime API.
pub(crate) fn router(lambda: Arc<Lambda>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(lambda)
}

async fn next(State(lambda): State<Arc<Lambda>>) -> Response {
    match lambda.next().await {
        Some(work) => invocation(work),
        None => error_response(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InvalidStateTransition",
            "The process has ended",
        ),
    }
}

fn invocation(work: Work) -> Response {
    let Work { call, deadline_ms } = work;
    let mut reply = Reply::new(StatusCode::OK)
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &call.id)
        .header("lambda-runtime-deadline-ms", &deadline_ms.to_string())
        .header("lambda-runtime-invoked-function-arn", &call.arn)
        .header(
            "lambda-runtime-trace-id",
            &format!("{};Parent=53995c3f42cd8ad8;Sampled=0", call.trace_id),
        )
        .header("lambda-runtime-invocation-id", &Uuid::new_v4().to_string());
    if let Some(context) = &call.client_context {
        reply = reply.header("lambda-runtime-client-context", context);
    }
    reply.body(call.payload)
}

async fn response(
    State(lambda): State<Arc<Lambda>>,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    if !lambda.queue.is_running(&id) {
        return unknown_id();
    }
    let Some(payload) = read(request).await else {
        let message = format!(
            "Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
        );
        lambda.queue.finish(&id, Outcome::error("Function.ResponseSizeTooLarge", &message));
        let message = format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
        return error_response(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
    };
    accepted_if(lambda.queue.finish(&id, Outcome::answered(payload)))
}

async fn error(
    State(lambda): State<Arc<Lambda>>,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    let payload = read(request).await.unwrap_or_default();
    accepted_if(lambda.queue.finish(&id, Outcome::failed(payload)))
}

async fn init_error(State(lambda): State<Arc<Lambda>>, request: Request<Body>) -> Response {
    let payload = read(request).await.unwrap_or_default();
    lambda.function.set_init_error(&payload);
    accepted_if(true)
}

/// The body, or `None` if it is too large.
async fn read(request: Request<Body>) -> Option<Vec<u8>> {
    let (head, body) = request.into_parts();
    body::read(&head.headers, body, RESPONSE_LIMIT).await.map(Vec::from)
}

fn accepted_if(known: bool) -> Response {
    if known { reply::json(StatusCode::ACCEPTED, &json!({"status": "OK"})) } else { unknown_id() }
}

fn unknown_id() -> Response {
    error_response(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

fn error_response(status: StatusCode, kind: &str, message: &str) -> Response {
    reply::json(status, &json!({"errorType": kind, "errorMessage": message}))
}
