//! The interface to the service that takes over the chats after their start.

use std::collections::HashSet;
use std::fmt::Debug;

use serde_json::{Map, Value};

/// The service in which chats take place.
pub(crate) trait ChatService: Debug + Send + Sync {
    /// Starts a chat, and adds the connections that were requested to the answer.
    fn start(&self, request: &Value, answer: &mut Map<String, Value>);

    /// Ends the chat of a contact that was ended through the API.
    fn end(&self, contact: &str);

    /// Forgets the chats of these contacts.
    fn forget(&self, contacts: &HashSet<&str>);
}
