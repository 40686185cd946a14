//! Who carries the chats that Amazon Connect starts.

use std::collections::HashSet;
use std::fmt::Debug;

use serde_json::{Map, Value};

/// The service in which chats take place.
pub(crate) trait Carrier: Debug + Send + Sync {
    /// A chat was asked for and has begun. Adds the connections that were asked for to the answer.
    fn start(&self, request: &Value, answer: &mut Map<String, Value>);

    /// A contact was ended from outside of its chat.
    fn end(&self, contact: &str);

    /// These contacts are to be forgotten.
    fn forget(&self, contacts: &HashSet<&str>);
}
