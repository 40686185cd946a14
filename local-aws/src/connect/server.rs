//! Amazon Connect, EventBridge and DynamoDB over HTTP, with their faults.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::answer::Answer;
use super::faults::{Effect, Fault};
use super::operation::Operation;
use super::protocol::Protocol;
use super::request_log::Received;
use super::{Connect, control, signature};
use crate::api_error::ApiError;
use crate::dynamodb::{self, Table};
use crate::event_bridge::{self, EventBus};
use crate::http::{Connection, Cut, Reply, body as http_body};

/// The largest request that is accepted.
const REQUEST_LIMIT: usize = 10 * 1024 * 1024;
/// How long a connection that is closed after an answer stays open for it.
const CLOSE_DELAY: Duration = Duration::from_millis(50);

/// The services behind one address.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) connect: Connect,
    pub(crate) event_bus: EventBus,
    pub(crate) table: Table,
}

impl Services {
    /// The routes of the local controls.
    pub(crate) fn controls(&self) -> Router {
        control::router(self.connect.clone())
            .merge(event_bridge::control::router(self.event_bus.clone()))
            .merge(dynamodb::control::router(self.table.clone()))
    }
}

/// The routes of the services.
pub(crate) fn router(services: Services) -> Router {
    let local = services.controls();
    Router::new().fallback(handle).with_state(services).merge(local)
}

async fn handle(
    State(services): State<Services>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request<Body>,
) -> Response {
    let (head, body) = request.into_parts();
    let Some(body) = http_body::read(&head.headers, body, REQUEST_LIMIT).await else {
        return response(
            Answer::error(413, "RequestEntityTooLargeException", "The request is too large"),
            Duration::ZERO,
        );
    };
    let mut received = received(&head, &body);
    received.operation = operation(&received);
    let connect = &services.connect.0;
    let fault = received.operation.and_then(|operation| connect.faults.take(operation));
    let exchange =
        Exchange { number: connect.requests.add(received.clone()), services, connection };
    exchange.answer(&head.headers, &received, fault).await
}

fn received(head: &Parts, body: &Bytes) -> Received {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let header = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), header(value.as_bytes())))
        .collect();
    Received::new(head.method.as_str(), path, headers, body.to_vec())
}

fn path(received: &Received) -> Vec<String> {
    let path = received.path.split('?').next().unwrap_or_default();
    let decoded = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    path.trim_start_matches('/').split('/').map(decoded).collect()
}

fn operation(received: &Received) -> Option<Operation> {
    let path = path(received);
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match (received.method.as_str(), path.as_slice()) {
        ("PUT", ["contact", "chat"]) => Some(Operation::StartChatContact),
        ("POST", ["contact", "stop"]) => Some(Operation::StopContact),
        ("POST", [""]) => Operation::from_target(received.header("x-amz-target")?),
        ("GET", ["contacts", _, _]) => Some(Operation::DescribeContact),
        _ => None,
    }
}

/// A request with its connection.
struct Exchange {
    number: usize,
    services: Services,
    connection: Connection,
}

impl Exchange {
    async fn answer(
        &self,
        headers: &HeaderMap,
        received: &Received,
        fault: Option<Fault>,
    ) -> Response {
        let protocol = received.operation.map_or(Protocol::RestJson, Operation::protocol);
        let handle = || self.handle(headers, received);
        let record = |answer: &Answer| self.record(answer);
        answer_with_fault(fault, protocol, &self.connection, handle, record).await
    }

    /// Handles the request without faults.
    fn handle(&self, headers: &HeaderMap, received: &Received) -> Answer {
        let service = &self.services.connect.0.service;
        let Some(operation) = received.operation else {
            return Answer::error(404, "UnknownOperationException", "There is no such operation");
        };
        let protocol = operation.protocol();
        if let Err(error) = signature::check(headers, operation.service(), protocol) {
            return *error;
        }
        if protocol != Protocol::RestJson {
            return protocol.answer(self.handle_json(operation, &received.body));
        }
        if operation == Operation::DescribeContact {
            let path = path(received);
            let segment = |index: usize| path.get(index).map_or("", String::as_str);
            return service.describe_contact(segment(1), segment(2));
        }
        match (&received.body, operation) {
            (Value::Object(_), Operation::StopContact) => service.stop_contact(&received.body),
            (Value::Object(_), _) => service.start_chat_contact(&received.body),
            _ => Answer::error(400, "SerializationException", "The body is not a JSON object"),
        }
    }

    /// Handles a request to EventBridge or DynamoDB.
    fn handle_json(&self, operation: Operation, body: &Value) -> Result<Value, ApiError> {
        match (body, operation) {
            (Value::Object(_), Operation::PutEvents) => self.services.event_bus.put_events(body),
            (Value::Object(_), _) => self.services.table.handle(operation, body),
            _ => Err(ApiError::new("SerializationException", "The body is not a JSON object")),
        }
    }

    fn record(&self, answer: &Answer) {
        let requests = &self.services.connect.0.requests;
        if let Some(received) = requests.set_answer(self.number, answer) {
            self.services.connect.0.observer.notify(|| received.line());
        }
    }
}

/// Answers a request as `handle` does, or as the fault requires; `record` is called with the
/// answer before it is sent.
pub(crate) async fn answer_with_fault(
    fault: Option<Fault>,
    protocol: Protocol,
    connection: &Connection,
    handle: impl FnOnce() -> Answer,
    record: impl Fn(&Answer),
) -> Response {
    let fault = fault.unwrap_or_else(|| Fault::with(Effect::None));
    // Even a sleep of zero takes up to a millisecond.
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    let mut answer = match &fault.effect {
        Effect::None => handle(),
        Effect::Without(member) => handle().without(member),
        Effect::Status(status, kind) => protocol.error(*status, kind, &fault.message),
        Effect::Raw(status, content_type, body) => Answer::raw(*status, content_type, body.clone()),
        Effect::Reset => return reset(connection),
        Effect::ResetAfterStart => {
            record(&Answer { status: 0, ..handle() });
            return reset(connection);
        }
        Effect::BlackHole => std::future::pending().await,
    };
    answer.headers.extend(fault.headers.iter().cloned());
    record(&answer);
    if fault.close {
        close_later(connection);
    }
    response(answer, fault.body_delay)
}

/// Cuts the connection. The response that is returned does not reach the peer.
fn reset(connection: &Connection) -> Response {
    connection.control.cut(Cut::Reset);
    Response::new(Body::empty())
}

fn close_later(connection: &Connection) {
    let control = connection.control.clone();
    tokio::spawn(async move {
        tokio::time::sleep(CLOSE_DELAY).await;
        control.cut(Cut::Close);
    });
}

fn response(answer: Answer, body_delay: Duration) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = Reply::new(status)
        .header("content-type", &answer.content_type)
        .header("x-amzn-requestid", &answer.request_id)
        .header("content-length", &answer.body.len().to_string());
    let has_header = !answer.content_type.starts_with("application/x-amz-json");
    if let Some(error) = answer.error.as_ref().filter(|_| has_header) {
        reply = reply.header("x-amzn-errortype", error);
    }
    for (name, value) in &answer.headers {
        reply = reply.header(name, value);
    }
    if body_delay.is_zero() {
        return reply.body(answer.body);
    }
    let body = Bytes::from(answer.body);
    reply.body(Body::from_stream(stream::once(async move {
        tokio::time::sleep(body_delay).await;
        Ok::<_, io::Error>(body)
    })))
}
