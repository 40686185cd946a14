//! The tokens and websocket URLs of customers: whose they are, and for how long.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::chat::Chat;
use crate::clock;
use crate::connect::tokens;

/// How long a connection token is valid.
const TOKEN_LIFE: Duration = Duration::from_hours(24);
/// How long a websocket URL is valid.
const URL_LIFE: Duration = Duration::from_secs(100);
/// The parameter of a websocket URL that tells whose it is.
pub(crate) const URL_TOKEN: &str = "X-Amz-Security-Token";
pub(crate) const WEBSOCKET: &str = "/participant/websocket";

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    Participant,
    Connection,
    Websocket,
}

/// The tokens that are in use: each with its chat, and until when it is valid, if that is not for ever.
#[derive(Debug, Default)]
pub(crate) struct Credentials(HashMap<(Token, String), (Arc<Chat>, Option<Instant>)>);

impl Credentials {
    /// The chat of a token, if the token is valid and the customer may take part.
    pub(crate) fn find(&self, kind: Token, token: &str) -> Option<Arc<Chat>> {
        let (chat, end) = self.0.get(&(kind, token.to_owned()))?;
        let is_valid = end.is_none_or(|end| end > Instant::now()) && chat.is_open();
        is_valid.then(|| Arc::clone(chat))
    }

    pub(crate) fn add_participant(&mut self, token: String, chat: &Arc<Chat>) {
        self.0.insert((Token::Participant, token), (Arc::clone(chat), None));
    }

    /// Adds what is asked for by `types` to an answer: `Websocket` and `ConnectionCredentials`.
    pub(crate) fn issue(
        &mut self,
        chat: &Arc<Chat>,
        types: &[&str],
        address: SocketAddr,
        answer: &mut Map<String, Value>,
    ) {
        if types.contains(&"CONNECTION_CREDENTIALS") {
            let token = tokens::connection();
            let expiry = clock::iso8601_in(TOKEN_LIFE);
            let credentials = json!({"ConnectionToken": token, "Expiry": expiry});
            answer.insert("ConnectionCredentials".to_owned(), credentials);
            self.lend(Token::Connection, token, chat, TOKEN_LIFE);
        }
        if types.contains(&"WEBSOCKET") {
            let token = tokens::url();
            let url = format!(
                "ws://{address}{WEBSOCKET}?X-Amz-Algorithm=AWS4-HMAC-SHA256&{URL_TOKEN}={token}\
                 &X-Amz-Expires=100&X-Amz-SignedHeaders=host"
            );
            let expiry = clock::iso8601_in(URL_LIFE);
            let websocket = json!({"Url": url, "ConnectionExpiry": expiry});
            answer.insert("Websocket".to_owned(), websocket);
            self.lend(Token::Websocket, token, chat, URL_LIFE);
        }
    }

    fn lend(&mut self, kind: Token, token: String, chat: &Arc<Chat>, life: Duration) {
        self.0.insert((kind, token), (Arc::clone(chat), Some(Instant::now() + life)));
    }

    /// Has the connection tokens of a chat expire now.
    pub(crate) fn expire(&mut self, chat: &Arc<Chat>) {
        let expires =
            |kind: Token, of: &Arc<Chat>| kind == Token::Connection && Arc::ptr_eq(of, chat);
        self.0.retain(|(kind, _), (of, _)| !expires(*kind, of));
    }

    /// Forgets the chats that `gone` names.
    pub(crate) fn forget(&mut self, gone: impl Fn(&Chat) -> bool) {
        self.0.retain(|_, (chat, _)| !gone(chat));
    }
}
