//! Lambda's Invoke API, for the AWS CLI, SDKs and `cargo lambda invoke`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::{ACCOUNT_ID, FUNCTION_NAME, REGION};
use crate::http::{Reply, body as http_body};
use crate::observer::Observer;
use crate::runtime_api::{Call, Invoked, Lambda, SYNC_LIMIT};

/// The largest payload of an asynchronous invocation.
const EVENT_LIMIT: usize = 1024 * 1024;
/// The most bytes of the log in an answer.
const LOG_TAIL: usize = 4096;
/// The waits before the retries of an asynchronous invocation; on AWS they are minutes.
const RETRY_WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];
/// What `cargo lambda invoke` sends as the name of a function that it does not know.
const UNNAMED: [&str; 2] = ["_", "@package-bootstrap@"];

struct Service {
    lambda: Arc<Lambda>,
    observer: Observer,
}

/// The route of the Invoke API.
pub(crate) fn router(lambda: Arc<Lambda>, observer: Observer) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .with_state(Arc::new(Service { lambda, observer }))
}

async fn invoke(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Response {
    let (head, body) = request.into_parts();
    let headers = &head.headers;
    let kind = header(headers, "x-amz-invocation-type").unwrap_or("RequestResponse");
    let payload = match payload(&name, kind, headers, body).await {
        Ok(payload) => payload,
        Err(Rejection(status, error, message)) => return error_response(status, error, &message),
    };
    let call = Call { client_context: client_context(headers), ..Lambda::call(payload) };
    match kind {
        "RequestResponse" => service.invoke_synchronously(call, headers).await,
        "Event" => service.invoke_asynchronously(call),
        "DryRun" => Reply::new(StatusCode::NO_CONTENT).body(Body::empty()),
        _ => {
            let error = "InvalidParameterValueException";
            error_response(StatusCode::BAD_REQUEST, error, "InvocationType is not valid")
        }
    }
}

/// Why an invocation is rejected: status, error type, message.
struct Rejection(StatusCode, &'static str, String);

/// Reads and checks the payload.
async fn payload(
    name: &str,
    kind: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Rejection> {
    if !is_function_name(name) {
        let message =
            format!("Function not found: arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}");
        return Err(Rejection(StatusCode::NOT_FOUND, "ResourceNotFoundException", message));
    }
    let limit = if kind == "Event" { EVENT_LIMIT } else { SYNC_LIMIT };
    let Some(payload) = http_body::read(headers, body, limit).await else {
        let message = format!(
            "The payload is too large for the {kind} invocation type (limit {limit} bytes)"
        );
        return Err(Rejection(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message));
    };
    let payload = if payload.is_empty() { b"{}".to_vec() } else { payload.to_vec() };
    match serde_json::from_slice::<serde::de::IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        Err(error) => {
            let message = format!("Could not parse request body into json: {error}");
            Err(Rejection(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message))
        }
    }
}

impl Service {
    async fn invoke_synchronously(&self, call: Call, headers: &HeaderMap) -> Response {
        let before = self.lambda.function.logs().len();
        // In a task of its own, since the function goes on if the caller gives up.
        let lambda = Arc::clone(&self.lambda);
        let Ok(invoked) = tokio::spawn(async move { lambda.invoke(call).await }).await else {
            return error_response(
                StatusCode::INTERNAL_SERVER_ERROR,
                "ServiceException",
                "The invocation was lost",
            );
        };
        self.report(&invoked);
        let mut reply = Reply::new(StatusCode::OK)
            .header("content-type", "application/json")
            .header("x-amzn-requestid", &invoked.request_id)
            .header("x-amz-executed-version", "$LATEST");
        if let Some(error) = &invoked.function_error {
            reply = reply.header("x-amz-function-error", error);
        }
        if header(headers, "x-amz-log-type") == Some("Tail") {
            reply = reply.header("x-amz-log-result", &self.log_tail(before));
        }
        reply.body(invoked.raw)
    }

    fn invoke_asynchronously(self: Arc<Self>, call: Call) -> Response {
        let id = call.id.clone();
        tokio::spawn(async move {
            let mut invoked = self.lambda.invoke(call.clone()).await;
            for wait in RETRY_WAITS {
                self.report(&invoked);
                if invoked.function_error.is_none() {
                    return;
                }
                tokio::time::sleep(wait).await;
                invoked = self.lambda.invoke(call.clone()).await;
            }
            self.report(&invoked);
        });
        Reply::new(StatusCode::ACCEPTED).header("x-amzn-requestid", &id).body(Body::empty())
    }

    fn report(&self, invoked: &Invoked) {
        let outcome =
            invoked.error_type().or(invoked.function_error.as_deref()).unwrap_or("answered");
        self.observer.notify(|| {
            format!("Invoke {} → {outcome} ({} ms)", invoked.request_id, invoked.took.as_millis())
        });
    }

    /// The end of what the function has logged since there were `before` lines.
    fn log_tail(&self, before: usize) -> String {
        let logs = self.lambda.function.logs();
        let log = logs.get(before..).unwrap_or_default().join("\n").into_bytes();
        STANDARD.encode(log.get(log.len().saturating_sub(LOG_TAIL)..).unwrap_or_default())
    }
}

/// Returns true for the function's name, partial ARN or ARN, with or without a qualifier.
fn is_function_name(name: &str) -> bool {
    let short = match name.split_once("function:") {
        Some((_, short)) => short,
        None => name
            .split_once(':')
            .filter(|(account, _)| *account == ACCOUNT_ID)
            .map_or(name, |(_, short)| short),
    };
    let short = short.split(':').next().unwrap_or_default();
    short == FUNCTION_NAME || UNNAMED.contains(&short)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The client context, decoded from base64 to JSON.
fn client_context(headers: &HeaderMap) -> Option<String> {
    let decoded = STANDARD.decode(header(headers, "x-amz-client-context")?).ok()?;
    String::from_utf8(decoded).ok()
}

fn error_response(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = json!({"Type": "User", "Message": message, "message": message});
    Reply::new(status)
        .header("content-type", "application/json")
        .header("x-amzn-errortype", kind)
        .header("x-amzn-requestid", &Uuid::new_v4().to_string())
        .body(body.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_of_the_function() {
        for (name, known) in [
            ("start-chat-contact", true),
            ("start-chat-contact:$LATEST", true),
            ("arn:aws:lambda:us-east-1:123456789012:function:start-chat-contact", true),
            ("arn:aws:lambda:us-east-1:123456789012:function:start-chat-contact:live", true),
            ("123456789012:function:start-chat-contact", true),
            ("123456789012:start-chat-contact", true),
            ("_", true),
            ("another", false),
            ("another:start-chat-contact", false),
        ] {
            assert_eq!(is_function_name(name), known, "{name}");
        }
    }
}
