//! The websocket of a customer: `aws/subscribe`, `aws/heartbeat`, `aws/ping`, and the frames of the chat.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use super::agent;
use super::chat::Chat;
use super::credentials::{Token, URL_TOKEN};
use super::item::TOPIC;
use super::service::Participants;
use super::sockets::Outgoing;
use super::terms::strings;
use crate::connect::Operation;

/// `GET /participant/websocket`, with the token that the URL was given out with.
pub(crate) async fn open(
    State(service): State<Arc<Participants>>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let query = query.unwrap_or_default();
    let token = query.split('&').find_map(|pair| pair.strip_prefix(URL_TOKEN)?.strip_prefix('='));
    match token.and_then(|token| service.find(Token::Websocket, token)) {
        Some(chat) => {
            upgrade.on_upgrade(|socket| Open::new(service, chat, socket).serve()).into_response()
        }
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

struct Open {
    service: Arc<Participants>,
    chat: Arc<Chat>,
    socket: WebSocket,
    id: u64,
    outgoing: UnboundedReceiver<Outgoing>,
}

impl Open {
    fn new(service: Arc<Participants>, chat: Arc<Chat>, socket: WebSocket) -> Self {
        let (id, outgoing) = chat.state().sockets.open();
        Self { service, chat, socket, id, outgoing }
    }

    async fn serve(mut self) {
        while self.step().await.is_some() {}
        self.chat.state().sockets.remove(self.id);
    }

    /// One frame, in or out. `None` once the connection is over.
    async fn step(&mut self) -> Option<()> {
        tokio::select! {
            received = self.socket.recv() => match received?.ok()? {
                Message::Text(text) => {
                    let answer = self.answer(&text);
                    self.send(answer.to_string()).await
                }
                Message::Close(_) => None,
                _ => Some(()),
            },
            outgoing = self.outgoing.recv() => match outgoing? {
                Outgoing::Frame(frame) => {
                    self.fault().await?;
                    self.send(frame).await
                }
                Outgoing::Close => {
                    let _ = self.socket.send(Message::Close(None)).await;
                    None
                }
                Outgoing::Cut => None,
            },
        }
    }

    async fn send(&mut self, frame: String) -> Option<()> {
        self.socket.send(Message::Text(frame.into())).await.ok()
    }

    /// What becomes of a frame of the chat: it is late, or lost with the connection (`None`).
    async fn fault(&mut self) -> Option<()> {
        let Some(fault) = self.service.connect.take_fault(Operation::WebsocketFrame) else {
            return Some(());
        };
        tokio::time::sleep(fault.delay).await;
        (!fault.resets()).then_some(())
    }

    fn answer(&self, text: &str) -> Value {
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        match frame.get("topic").and_then(Value::as_str) {
            Some("aws/subscribe") => self.subscribe(&frame["content"]),
            Some("aws/heartbeat") => json!({"topic": "aws/heartbeat"}),
            Some("aws/ping") => {
                json!({"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"})
            }
            _ => {
                let connection = Uuid::new_v4().to_string();
                json!({"message": "Forbidden", "connectionId": connection, "requestId": Uuid::new_v4().to_string()})
            }
        }
    }

    fn subscribe(&self, content: &Value) -> Value {
        let topics = strings(content, "topics");
        let known = !topics.is_empty() && topics.iter().all(|topic| *topic == TOPIC);
        if known {
            self.chat.state().sockets.subscribe(self.id);
            agent::connect_customer(&self.service, &self.chat);
        }
        let status = if known { "success" } else { "failure" };
        json!({"topic": "aws/subscribe", "content": {"status": status, "topics": topics}})
    }
}
