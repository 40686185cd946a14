//! `GET /participant/websocket`: subscriptions, heartbeats and the frames of a chat.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::agent;
use super::chat::Chat;
use super::credentials::{Token, URL_TOKEN};
use super::item::TOPIC;
use super::service::Participants;
use super::sockets::Outgoing;
use super::terms::strings;
use crate::connect::Operation;

/// Opens a websocket if its URL contains a valid token.
pub(crate) async fn open(
    State(service): State<Arc<Participants>>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let query = query.unwrap_or_default();
    let token = query.split('&').find_map(|pair| pair.strip_prefix(URL_TOKEN)?.strip_prefix('='));
    match token.and_then(|token| service.credentials().find(Token::Websocket, token)) {
        Some(chat) => upgrade.on_upgrade(|socket| serve(service, chat, socket)),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

/// Sends and receives frames until the connection ends.
async fn serve(service: Arc<Participants>, chat: Arc<Chat>, mut socket: WebSocket) {
    let (id, mut outgoing) = chat.state().sockets.open();
    loop {
        let frame = tokio::select! {
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => answer(&service, &chat, id, &text).to_string(),
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => continue,
                _ => break,
            },
            next = outgoing.recv() => match next {
                Some(Outgoing::Frame(frame)) if passes(&service).await => frame,
                Some(Outgoing::Close) => {
                    let _ = socket.send(Message::Close(None)).await;
                    break;
                }
                _ => break,
            },
        };
        if socket.send(Message::Text(frame.into())).await.is_err() {
            break;
        }
    }
    chat.state().sockets.remove(id);
}

/// Applies a fault to the next frame. Returns false if the frame is lost with its connection.
async fn passes(service: &Participants) -> bool {
    let Some(fault) = service.connect.take_fault(Operation::WebsocketFrame) else { return true };
    tokio::time::sleep(fault.delay).await;
    !fault.resets()
}

/// The answer to a frame of the customer.
fn answer(service: &Arc<Participants>, chat: &Arc<Chat>, id: u64, text: &str) -> Value {
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    match frame.get("topic").and_then(Value::as_str) {
        Some("aws/subscribe") => {
            let topics = strings(&frame["content"], "topics");
            let is_known = topics == [TOPIC];
            if is_known {
                chat.state().sockets.subscribe(id);
                agent::connect_customer(service, chat);
            }
            let status = if is_known { "success" } else { "failure" };
            json!({"topic": "aws/subscribe", "content": {"status": status, "topics": topics}})
        }
        Some("aws/heartbeat") => json!({"topic": "aws/heartbeat"}),
        Some("aws/ping") => json!({"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"}),
        _ => json!({"message": "Forbidden", "connectionId": id.to_string()}),
    }
}
