//! The tokens and websocket URLs of customers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::chat::Chat;
use crate::clock;
use crate::connect::tokens;

/// The lifetime of a connection token.
const TOKEN_LIFE: Duration = Duration::from_hours(24);
/// The lifetime of a websocket URL.
const URL_LIFE: Duration = Duration::from_secs(100);
/// The parameter of a websocket URL that contains its token.
pub(crate) const URL_TOKEN: &str = "X-Amz-Security-Token";
pub(crate) const WEBSOCKET: &str = "/participant/websocket";

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    Participant,
    Connection,
    Websocket,
}

/// The valid tokens.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// The address of the websockets.
    address: SocketAddr,
    /// The chat of each token, and the end of its lifetime, if it has one.
    tokens: HashMap<(Token, String), (Arc<Chat>, Option<Instant>)>,
}

impl Credentials {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, tokens: HashMap::new() }
    }

    /// The chat of a token, if the token is valid and the customer may take part.
    pub(crate) fn find(&self, kind: Token, token: &str) -> Option<Arc<Chat>> {
        let (chat, end) = self.tokens.get(&(kind, token.to_owned()))?;
        let is_valid = end.is_none_or(|end| end > Instant::now()) && chat.is_open();
        is_valid.then(|| Arc::clone(chat))
    }

    pub(crate) fn add_participant(&mut self, token: String, chat: &Arc<Chat>) {
        self.tokens.insert((Token::Participant, token), (Arc::clone(chat), None));
    }

    /// Adds connections of these types to an answer: `Websocket` and `ConnectionCredentials`.
    pub(crate) fn issue(&mut self, chat: &Arc<Chat>, types: &[&str], to: &mut Map<String, Value>) {
        if types.contains(&"CONNECTION_CREDENTIALS") {
            let token = tokens::connection();
            let expiry = self.lend(Token::Connection, &token, chat, TOKEN_LIFE);
            let credentials = json!({"ConnectionToken": token, "Expiry": expiry});
            to.insert("ConnectionCredentials".to_owned(), credentials);
        }
        if types.contains(&"WEBSOCKET") {
            let token = tokens::url();
            let expiry = self.lend(Token::Websocket, &token, chat, URL_LIFE);
            let url = format!(
                "ws://{}{WEBSOCKET}?X-Amz-Algorithm=AWS4-HMAC-SHA256&{URL_TOKEN}={token}\
                 &X-Amz-Expires=100&X-Amz-SignedHeaders=host",
                self.address
            );
            let websocket = json!({"Url": url, "ConnectionExpiry": expiry});
            to.insert("Websocket".to_owned(), websocket);
        }
    }

    /// Makes a token valid, and returns the end of its lifetime.
    fn lend(&mut self, kind: Token, token: &str, chat: &Arc<Chat>, life: Duration) -> String {
        let lease = (Arc::clone(chat), Some(Instant::now() + life));
        self.tokens.insert((kind, token.to_owned()), lease);
        clock::iso8601_in(life)
    }

    /// Makes the connection tokens of a chat expire now.
    pub(crate) fn expire(&mut self, chat: &Arc<Chat>) {
        let connection = Token::Connection;
        self.tokens.retain(|(kind, _), (of, _)| *kind != connection || !Arc::ptr_eq(of, chat));
    }

    /// Forgets the tokens of some chats.
    pub(crate) fn forget(&mut self, gone: impl Fn(&Chat) -> bool) {
        self.tokens.retain(|_, (chat, _)| !gone(chat));
    }
}
