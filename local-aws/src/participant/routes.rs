//! The participant service over HTTP, for pages of any origin.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;

use super::credentials::{self, Token};
use super::errors::{denied, invalid, throttled};
use super::service::Participants;
use super::{connection, event, message, socket, transcript};
use crate::connect::Operation;
use crate::connect::Protocol;
use crate::connect::answer::{Answer, ErrorAnswer};
use crate::connect::server::answer_with_fault;
use crate::connect::token_bucket::TokenBucket;
use crate::http::{Connection, body as http_body};
use crate::options::{Options, Rate};

const BODY_LIMIT: usize = 256 * 1024;
const ALLOWED_HEADERS: &str = "Content-Type,Authorization,X-Amz-Bearer,X-Amz-Date,X-Amz-Security-Token,\
    X-Amz-User-Agent,X-Amz-Content-Sha256,Amz-Sdk-Invocation-Id,Amz-Sdk-Request";

/// The resources, each with its operation and with AWS's default rate limit and burst.
const RESOURCES: [(&str, Operation, f64, u32); 5] = [
    ("connection", Operation::CreateParticipantConnection, 6.0, 9),
    ("message", Operation::SendMessage, 10.0, 15),
    ("event", Operation::SendEvent, 10.0, 15),
    ("transcript", Operation::GetTranscript, 8.0, 12),
    ("disconnect", Operation::DisconnectParticipant, 3.0, 5),
];

struct Endpoint {
    service: Arc<Participants>,
    resources: HashMap<&'static str, (Operation, TokenBucket)>,
}

/// The routes under `/participant/`.
pub(crate) fn router(service: &Arc<Participants>, options: &Options) -> Router {
    let resource = |(name, operation, per_second, burst)| {
        let rate = options.rate.map(|_| Rate::new(per_second, burst));
        (name, (operation, TokenBucket::new(rate)))
    };
    let resources = RESOURCES.into_iter().map(resource).collect();
    let endpoint = Endpoint { service: Arc::clone(service), resources };
    let websocket = Router::new()
        .route(credentials::WEBSOCKET, get(socket::open))
        .with_state(Arc::clone(service));
    Router::new()
        .route("/participant/{resource}", post(handle).options(StatusCode::NO_CONTENT))
        .layer(middleware::map_response(allow_any_origin))
        .with_state(Arc::new(endpoint))
        .merge(websocket)
}

async fn allow_any_origin(mut response: Response) -> Response {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", ALLOWED_HEADERS),
        ("access-control-max-age", "7200"),
        ("access-control-expose-headers", "x-amzn-RequestId,x-amzn-ErrorType"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn handle(
    State(endpoint): State<Arc<Endpoint>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(resource): Path<String>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let body = http_body::read(&head.headers, body, BODY_LIMIT).await.unwrap_or_default();
    let service = &endpoint.service;
    let Some((operation, rate)) = endpoint.resources.get(resource.as_str()) else {
        let message = "The stand-in does not have this operation";
        let unknown = || Answer::error(404, "UnknownOperationException", message);
        return answer_with_fault(None, Protocol::RestJson, &connection, unknown, |_| ()).await;
    };
    let usual = || {
        let refused = (!rate.take()).then(throttled);
        let answer = refused.map_or_else(|| answer(service, *operation, &head.headers, &body), Err);
        answer.map_or_else(|refusal| *refusal, |answer| Answer::ok(&answer))
    };
    let fault = service.connect.take_fault(*operation);
    answer_with_fault(fault, Protocol::RestJson, &connection, usual, |_| ()).await
}

fn answer(
    service: &Arc<Participants>,
    operation: Operation,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, ErrorAnswer> {
    let kind = match operation {
        Operation::CreateParticipantConnection => Token::Participant,
        _ => Token::Connection,
    };
    let bearer = headers.get("x-amz-bearer").and_then(|bearer| bearer.to_str().ok());
    let chat = bearer.and_then(|bearer| service.credentials().find(kind, bearer));
    let chat = chat.ok_or_else(denied)?;
    let body = if body.is_empty() { b"{}" } else { body };
    let body = serde_json::from_slice(body).unwrap_or_default();
    if !matches!(body, Value::Object(_)) {
        return Err(invalid("The body must be a JSON object"));
    }
    match operation {
        Operation::CreateParticipantConnection => connection::create(service, &chat, &body),
        Operation::SendMessage => message::send(service, &chat, &body),
        Operation::SendEvent => event::send(&chat, &body),
        Operation::GetTranscript => transcript::get(&chat, body),
        _ => Ok(connection::end(service, &chat)),
    }
}
