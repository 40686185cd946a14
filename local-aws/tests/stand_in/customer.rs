//! A customer in a chat: the participant service's operations, and a real websocket.

use std::io;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::support::{Answered, chat, send, start_chat};

pub(crate) const EVENT: &str = "application/vnd.amazonaws.connect.event.";
pub(crate) const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";

/// A local AWS whose chats pass fifty times as fast.
pub(crate) async fn fast() -> io::Result<LocalAws> {
    LocalAws::start(Options::without_function().no_rate_limit().chat_pace(50.0)).await
}

/// The customer of a chat.
pub(crate) struct Customer {
    pub(crate) url: String,
    /// What `StartChatContact` answered.
    pub(crate) started: Value,
    /// What `CreateParticipantConnection` answered.
    pub(crate) connection: Value,
}

impl Customer {
    /// Starts a chat with these members, and asks for a connection.
    pub(crate) async fn start(local: &LocalAws, more: Value) -> io::Result<Self> {
        let started = start_chat(local, &chat(more)).await?.json();
        let mut customer = Self { url: local.api_gateway_url(), started, connection: Value::Null };
        customer.connection = customer.connect().await?.json();
        Ok(customer)
    }

    pub(crate) fn text(&self, member: &str) -> &str {
        self.started[member].as_str().unwrap_or_default()
    }

    fn connection_token(&self) -> &str {
        self.connection["ConnectionCredentials"]["ConnectionToken"].as_str().unwrap_or_default()
    }

    /// Asks for a websocket and a connection token.
    pub(crate) async fn connect(&self) -> io::Result<Answered> {
        let body = json!({"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]});
        ask(&self.url, "connection", self.text("ParticipantToken"), &body).await
    }

    /// Asks for anything else.
    pub(crate) async fn post(&self, resource: &str, body: Value) -> io::Result<Answered> {
        ask(&self.url, resource, self.connection_token(), &body).await
    }

    pub(crate) async fn say(&self, text: &str) -> io::Result<Answered> {
        self.post("message", json!({"ContentType": "text/plain", "Content": text})).await
    }

    /// The transcript, oldest first.
    pub(crate) async fn transcript(&self) -> io::Result<Vec<Value>> {
        let all = json!({"SortOrder": "ASCENDING", "MaxResults": 100});
        let answer = self.post("transcript", all).await?.json();
        Ok(answer["Transcript"].as_array().cloned().unwrap_or_default())
    }

    /// Opens the websocket and subscribes to the chat.
    pub(crate) async fn subscribe(&self) -> Result<Socket, Error> {
        let mut socket = self.open().await?;
        socket.tell("aws/subscribe", &json!({"topics": ["aws/chat"]})).await?;
        let answer = socket.frame().await?;
        assert_eq!(answer["content"], json!({"status": "success", "topics": ["aws/chat"]}));
        Ok(socket)
    }

    /// Opens the websocket.
    pub(crate) async fn open(&self) -> Result<Socket, Error> {
        open(self.connection["Websocket"]["Url"].as_str().unwrap_or_default()).await
    }

    /// What the local controls tell of the chat.
    pub(crate) async fn chat(&self) -> io::Result<Value> {
        let chats = send(&self.url, "GET", "/_local/chats", &[], b"").await?.json();
        let mine = |chat: &&Value| chat["InitialContactId"] == self.started["ContactId"];
        Ok(chats.as_array().into_iter().flatten().find(mine).cloned().unwrap_or_default())
    }

    /// Does something to the chat through the local controls.
    pub(crate) async fn act(&self, action: &str) -> io::Result<Answered> {
        let body = json!({"ContactId": self.started["ContactId"], "Action": action}).to_string();
        send(&self.url, "POST", "/_local/chats", &[], body.as_bytes()).await
    }
}

/// Asks the participant service.
pub(crate) async fn ask(
    url: &str,
    resource: &str,
    bearer: &str,
    body: &Value,
) -> io::Result<Answered> {
    let headers = [("X-Amz-Bearer", bearer), ("Content-Type", "application/json")];
    let path = format!("/participant/{resource}");
    send(url, "POST", &path, &headers, body.to_string().as_bytes()).await
}

/// Opens the websocket of a URL.
pub(crate) async fn open(url: &str) -> Result<Socket, Error> {
    let address = url.trim_start_matches("ws://").split('/').next().unwrap_or_default();
    let stream = TcpStream::connect(address).await?;
    let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
    Ok(Socket(socket))
}

/// An open websocket.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    pub(crate) async fn tell(&mut self, topic: &str, content: &Value) -> Result<(), Error> {
        let frame = json!({"topic": topic, "content": content});
        self.0.send(Message::text(frame.to_string())).await
    }

    /// The next frame; an error at the end of the connection, or if none comes.
    pub(crate) async fn frame(&mut self) -> Result<Value, Error> {
        let next = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        let next = next.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let message = next.ok_or(Error::ConnectionClosed)??;
        match message {
            Message::Close(_) => Err(Error::ConnectionClosed),
            message => Ok(serde_json::from_str(message.to_text()?).unwrap_or_default()),
        }
    }

    /// The next item of the chat.
    pub(crate) async fn item(&mut self) -> Result<Value, Error> {
        let frame = self.frame().await?;
        assert_eq!(
            (&frame["topic"], &frame["contentType"]),
            (&json!("aws/chat"), &json!("application/json"))
        );
        Ok(serde_json::from_str(frame["content"].as_str().unwrap_or_default()).unwrap_or_default())
    }

    /// The next item for which this is true.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value, Error> {
        loop {
            let item = self.item().await?;
            if wanted(&item) {
                return Ok(item);
            }
        }
    }

    /// The next message of an agent.
    pub(crate) async fn agent_says(&mut self) -> Result<Value, Error> {
        self.until(|item| item["Type"] == "MESSAGE" && item["ParticipantRole"] == "AGENT").await
    }

    /// The next event of this kind.
    pub(crate) async fn event(&mut self, kind: &str) -> Result<Value, Error> {
        let content_type = format!("{EVENT}{kind}");
        self.until(|item| item["ContentType"] == content_type.as_str()).await
    }
}
