//! Lambda Invoke, as the AWS CLI, the SDKs and `cargo lambda invoke` call it.

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

use crate::lambda::{Invoked, Lambda, SYNC_LIMIT};
use crate::options::Narrator;
use crate::queue::Call;
use crate::receive;
use crate::respond::Reply;
use crate::world::{ACCOUNT_ID, FUNCTION_NAME, REGION};

/// The largest payload of an asynchronous invocation.
const EVENT_LIMIT: usize = 1024 * 1024;
/// How much of the log a caller can have with the answer.
const LOG_TAIL: usize = 4096;
/// How long an asynchronous invocation waits before each retry; AWS waits minutes.
const RETRY_WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];
/// What `cargo lambda invoke` calls a function that it is not told the name of.
const UNNAMED: [&str; 2] = ["_", "@package-bootstrap@"];

struct Service {
    lambda: Arc<Lambda>,
    narrator: Narrator,
}

/// The route of Lambda Invoke.
pub(crate) fn router(lambda: Arc<Lambda>, narrator: Narrator) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .with_state(Arc::new(Service { lambda, narrator }))
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
        Err(Refusal(status, error, message)) => return refusal(status, error, &message),
    };
    let call = Call { client_context: client_context(headers), ..Lambda::call(payload) };
    match kind {
        "RequestResponse" => service.synchronously(call, headers).await,
        "Event" => service.asynchronously(call),
        "DryRun" => Reply::new(StatusCode::NO_CONTENT).body(Body::empty()),
        _ => {
            let error = "InvalidParameterValueException";
            refusal(StatusCode::BAD_REQUEST, error, "InvocationType is not valid")
        }
    }
}

/// Why an invocation is refused: status, error type, message.
struct Refusal(StatusCode, &'static str, String);

/// The payload, if it is one that this function can be invoked with.
async fn payload(
    name: &str,
    kind: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Refusal> {
    if !names_the_function(name) {
        let message =
            format!("Function not found: arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}");
        return Err(Refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", message));
    }
    let limit = if kind == "Event" { EVENT_LIMIT } else { SYNC_LIMIT };
    let Some(payload) = receive::body(headers, body, limit).await else {
        let message = format!(
            "The payload is too large for the {kind} invocation type (limit {limit} bytes)"
        );
        return Err(Refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message));
    };
    let payload = if payload.is_empty() { b"{}".to_vec() } else { payload.to_vec() };
    match serde_json::from_slice::<serde::de::IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        Err(error) => {
            let message = format!("Could not parse request body into json: {error}");
            Err(Refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message))
        }
    }
}

impl Service {
    async fn synchronously(&self, call: Call, headers: &HeaderMap) -> Response {
        let before = self.lambda.function.logs().len();
        // A task of its own: the function goes on when the caller gives up.
        let lambda = Arc::clone(&self.lambda);
        let Ok(invoked) = tokio::spawn(async move { lambda.invoke(call).await }).await else {
            return refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "ServiceException",
                "The invocation was lost",
            );
        };
        self.tell(&invoked);
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

    fn asynchronously(self: Arc<Self>, call: Call) -> Response {
        let id = call.id.clone();
        tokio::spawn(async move {
            let mut invoked = self.lambda.invoke(call.clone()).await;
            for wait in RETRY_WAITS {
                self.tell(&invoked);
                if invoked.function_error.is_none() {
                    return;
                }
                tokio::time::sleep(wait).await;
                invoked = self.lambda.invoke(call.clone()).await;
            }
            self.tell(&invoked);
        });
        Reply::new(StatusCode::ACCEPTED).header("x-amzn-requestid", &id).body(Body::empty())
    }

    fn tell(&self, invoked: &Invoked) {
        let how = invoked.error_type().or(invoked.function_error.as_deref()).unwrap_or("answered");
        self.narrator.tell(|| {
            format!("Invoke {} → {how} ({} ms)", invoked.request_id, invoked.took.as_millis())
        });
    }

    /// The last of what the function has logged since then.
    fn log_tail(&self, before: usize) -> String {
        let logs = self.lambda.function.logs();
        let log = logs.get(before..).unwrap_or_default().join("\n").into_bytes();
        STANDARD.encode(log.get(log.len().saturating_sub(LOG_TAIL)..).unwrap_or_default())
    }
}

/// A name, a partial or whole ARN, with or without a qualifier.
fn names_the_function(name: &str) -> bool {
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

/// The caller's context, which comes as base64 and goes to the function as JSON.
fn client_context(headers: &HeaderMap) -> Option<String> {
    let decoded = STANDARD.decode(header(headers, "x-amz-client-context")?).ok()?;
    String::from_utf8(decoded).ok()
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
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
    fn the_function_goes_by_many_names() {
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
            assert_eq!(names_the_function(name), known, "{name}");
        }
    }
}
