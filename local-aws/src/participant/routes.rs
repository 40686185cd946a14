//! The participant service over HTTP, for pages of any origin.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::chat::Chat;
use super::credentials::{self, Token};
use super::rates::Rates;
use super::refusal::{Refusal, denied, invalid, throttled};
use super::service::Participants;
use super::{connection, disconnect, event, message, socket, transcript};
use crate::connect::Operation;
use crate::connect::answer::Answer;
use crate::connect::server::perform;
use crate::options::Options;
use crate::receive;
use crate::respond::Reply;
use crate::server::Connection;

const BODY_LIMIT: usize = 256 * 1024;
const ALLOWED_HEADERS: &str = "Content-Type,Authorization,X-Amz-Bearer,X-Amz-Date,X-Amz-Security-Token,\
    X-Amz-User-Agent,X-Amz-Content-Sha256,Amz-Sdk-Invocation-Id,Amz-Sdk-Request";

#[derive(Debug)]
struct Endpoint {
    service: Arc<Participants>,
    rates: Rates,
}

/// The routes under `/participant/`.
pub(crate) fn router(service: &Arc<Participants>, options: &Options) -> Router {
    let endpoint = Endpoint { service: Arc::clone(service), rates: Rates::new(options) };
    let websocket = Router::new()
        .route(credentials::WEBSOCKET, get(socket::open))
        .with_state(Arc::clone(service));
    Router::new()
        .route("/participant/{resource}", post(handle).options(preflight))
        .layer(middleware::map_response(allow_any_origin))
        .with_state(Arc::new(endpoint))
        .merge(websocket)
}

async fn preflight() -> Response {
    Reply::new(StatusCode::NO_CONTENT)
        .header("access-control-allow-methods", "POST,OPTIONS")
        .header("access-control-allow-headers", ALLOWED_HEADERS)
        .header("access-control-max-age", "7200")
        .body(Body::empty())
}

async fn allow_any_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "x-amzn-RequestId,x-amzn-ErrorType"),
    ] {
        headers.insert(name, axum::http::HeaderValue::from_static(value));
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
    let body = receive::body(&head.headers, body, BODY_LIMIT).await.unwrap_or_default();
    let operation = operation(&resource);
    let fault = operation.and_then(|operation| endpoint.service.connect.take_fault(operation));
    let usual = || endpoint.answer(operation, &head.headers, &body).unwrap_or_else(|no| *no);
    perform(fault, &connection, usual, |_| ()).await
}

fn operation(resource: &str) -> Option<Operation> {
    match resource {
        "connection" => Some(Operation::CreateParticipantConnection),
        "message" => Some(Operation::SendMessage),
        "event" => Some(Operation::SendEvent),
        "transcript" => Some(Operation::GetTranscript),
        "disconnect" => Some(Operation::DisconnectParticipant),
        _ => None,
    }
}

impl Endpoint {
    fn answer(
        &self,
        operation: Option<Operation>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        let service = &self.service;
        let Some(operation) = operation else {
            let message = "The stand-in does not have this operation";
            return Err(Box::new(Answer::error(404, "UnknownOperationException", message)));
        };
        if !self.rates.take(operation) {
            return Err(throttled());
        }
        let chat = self.chat(operation, headers).ok_or_else(denied)?;
        let answer = match operation {
            Operation::CreateParticipantConnection => {
                connection::create(service, &chat, &read(body)?)
            }
            Operation::SendMessage => message::send(service, &chat, &read(body)?),
            Operation::SendEvent => event::send(&chat, &read(body)?),
            Operation::GetTranscript => transcript::get(&chat, &read(body)?),
            _ => read::<Value>(body).map(|_| disconnect::leave(service, &chat)),
        };
        answer.map(|answer| Answer::ok(&answer))
    }

    /// The chat of the bearer: of a participant token for a new connection, else of a connection token.
    fn chat(&self, operation: Operation, headers: &HeaderMap) -> Option<Arc<Chat>> {
        let bearer = headers.get("x-amz-bearer")?.to_str().ok()?;
        let kind = match operation {
            Operation::CreateParticipantConnection => Token::Participant,
            _ => Token::Connection,
        };
        self.service.find(kind, bearer)
    }
}

/// Reads a JSON object; an empty body is an empty one.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    let object: serde_json::Result<Map<String, Value>> = serde_json::from_slice(body);
    let read = object.and_then(|object| serde_json::from_value(Value::Object(object)));
    read.map_err(|error| invalid(&format!("The request is not valid: {error}")))
}
