//! The Lambda Runtime API, version 2018-06-01.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use uuid::Uuid;

use crate::lambda::{Lambda, SYNC_LIMIT, Work};
use crate::queue::Outcome;
use crate::receive;
use crate::respond::{self, Reply};

/// The largest response that Lambda takes: 6 MB and a little for the envelope.
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
        Some(work) => handed_out(work),
        None => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InvalidStateTransition",
            "The process has ended",
        ),
    }
}

fn handed_out(work: Work) -> Response {
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
    if !lambda.queue.runs(&id) {
        return unknown_id();
    }
    let Some(payload) = read(request).await else {
        let message = format!(
            "Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
        );
        lambda.queue.finish(&id, Outcome::error("Function.ResponseSizeTooLarge", &message));
        let message = format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
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
    lambda.function.init_failed(&payload);
    accepted_if(true)
}

/// The body, unless it is larger than Lambda takes.
async fn read(request: Request<Body>) -> Option<Vec<u8>> {
    let (head, body) = request.into_parts();
    receive::body(&head.headers, body, RESPONSE_LIMIT).await.map(Vec::from)
}

fn accepted_if(known: bool) -> Response {
    if known { respond::json(StatusCode::ACCEPTED, &json!({"status": "OK"})) } else { unknown_id() }
}

fn unknown_id() -> Response {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
    respond::json(status, &json!({"errorType": kind, "errorMessage": message}))
}
