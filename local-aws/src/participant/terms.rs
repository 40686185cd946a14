//! The terms and the phases of a chat.

use std::time::Duration;

use serde_json::Value;

/// The terms that a chat was started with.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The content types that may be sent.
    content_types: Vec<String>,
    /// The longest duration of the chat.
    pub(crate) duration: Duration,
    /// Whether the agent is disconnected when the customer leaves.
    pub(crate) disconnects_agent: bool,
}

impl Terms {
    /// The terms of a `StartChatContact` request.
    pub(crate) fn of(request: &Value) -> Self {
        let types = strings(request, "SupportedMessagingContentTypes");
        let types = if types.is_empty() { vec!["text/plain"] } else { types };
        let minutes = request.get("ChatDurationInMinutes").and_then(Value::as_u64);
        Self {
            content_types: types.into_iter().map(str::to_owned).collect(),
            duration: Duration::from_mins(minutes.unwrap_or(25 * 60)),
            disconnects_agent: strings(request, "DisconnectOnCustomerExit").contains(&"AGENT"),
        }
    }

    pub(crate) fn allows(&self, content_type: &str) -> bool {
        self.content_types.iter().any(|allowed| allowed == content_type)
    }
}

/// The string with this name, or an empty one.
pub(crate) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The strings of the list with this name.
pub(crate) fn strings<'a>(body: &'a Value, name: &str) -> Vec<&'a str> {
    let list = body.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The phase of a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The customer has not connected yet.
    #[default]
    Waiting,
    Connected,
    CustomerLeft,
    Ended(EndReason),
}

/// The reason of a chat's end, as in contact records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndReason(pub(crate) &'static str);

impl EndReason {
    pub(crate) const AGENT: Self = Self("AGENT_DISCONNECT");
    pub(crate) const API: Self = Self("API");
    pub(crate) const CUSTOMER: Self = Self("CUSTOMER_DISCONNECT");
    pub(crate) const EXPIRED: Self = Self("EXPIRED");
    pub(crate) const NOT_CONNECTED: Self = Self("CUSTOMER_CONNECTION_NOT_ESTABLISHED");
}
