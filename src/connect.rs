//! Asks Amazon Connect to start a chat. The only module that uses its SDK.

mod client;
mod convert;
mod metrics;
mod retry;
mod started_chat;
mod warm_up;

use std::error::Error as StdError;

use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_connect::types::Channel;

pub use self::client::client;
pub use self::metrics::CallMetrics;
pub(crate) use self::started_chat::RunningChat;
pub use self::started_chat::StartedChat;

use crate::policy::{Contact, StartChat};
use crate::redact::strip_quotes;
use crate::sdk::last_cause;

/// Amazon Connect, through one client that all invocations share.
#[derive(Clone)]
pub struct Connect {
    client: aws_sdk_connect::Client,
}

/// The reason why Connect started no chat.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It returned an error.
    #[error("Amazon Connect returned {status} {name}")]
    Service {
        /// The name of the error, empty if it has none.
        name: String,
        /// The HTTP status.
        status: u16,
        /// Connect's message, which may quote the request: for the caller.
        message: Option<String>,
        /// The message without the request's personal data: for the log.
        cause: Option<String>,
    },
    /// Its response cannot be read, or lacks what a chat needs.
    #[error("Amazon Connect's response cannot be read")]
    Unreadable,
    /// It did not respond.
    #[error("Amazon Connect cannot be reached: {cause}")]
    Unavailable {
        /// The reason.
        cause: String,
    },
}

impl ConnectError {
    /// Returns true if Connect asks for requests to come more slowly.
    #[must_use]
    pub fn is_throttle(&self) -> bool {
        matches!(self, Self::Service { name, .. } if retry::THROTTLES.contains(&name.as_str()))
    }
}

impl Connect {
    /// Wraps a client.
    #[must_use]
    pub fn new(client: aws_sdk_connect::Client) -> Self {
        Self { client }
    }

    /// Starts a chat (`StartChatContact`). The same token starts it once.
    ///
    /// # Errors
    ///
    /// Returns an error if Connect did not start it, after the SDK's retries.
    pub async fn start(
        &self,
        chat: &StartChat,
        client_token: &str,
        metrics: &CallMetrics,
    ) -> Result<StartedChat, ConnectError> {
        let request = convert::request(self.client.start_chat_contact(), chat, client_token);
        let call = request.customize().interceptor(metrics.interceptor());
        let response = metrics.time(call.send()).await;
        let response = response.map_err(|error| read_error(&error, |text| chat.redact(text)))?;
        started_chat::started_chat(response, chat).ok_or(ConnectError::Unreadable)
    }

    /// Describes a contact (`DescribeContact`); returns `None` if there is no
    /// such contact.
    ///
    /// # Errors
    ///
    /// Returns an error if Connect did not respond.
    pub async fn describe(
        &self,
        instance_id: &str,
        contact_id: &str,
        metrics: &CallMetrics,
    ) -> Result<Option<Contact>, ConnectError> {
        let request = self.client.describe_contact();
        let request = request.instance_id(instance_id).contact_id(contact_id);
        let call = request.customize().interceptor(metrics.interceptor());
        match metrics.time(call.send()).await {
            // A response without a contact says nothing: an unknown one is an error.
            Ok(response) => match response.contact {
                Some(found) => Ok(Some(contact(found))),
                None => Err(ConnectError::Unreadable),
            },
            // The request has only ids, which may be logged.
            Err(error) => match read_error(&error, str::to_owned) {
                ConnectError::Service { name, .. } if is_unknown_contact(&name) => Ok(None),
                error => Err(error),
            },
        }
    }
}

/// Returns true if an error of this name means that there is no such contact.
fn is_unknown_contact(name: &str) -> bool {
    const NAMES: [&str; 3] =
        ["ResourceNotFoundException", "InvalidParameterException", "InvalidRequestException"];
    NAMES.contains(&name)
}

fn contact(contact: aws_sdk_connect::types::Contact) -> Contact {
    Contact {
        is_chat: contact.channel == Some(Channel::Chat),
        has_ended: contact.disconnect_timestamp.is_some(),
        initial_contact_id: contact.initial_contact_id.filter(|id| !id.is_empty()),
        customer_id: contact.customer_id,
    }
}

fn read_error<E>(error: &SdkError<E>, redact: impl Fn(&str) -> String) -> ConnectError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let (response, message) = match error {
        SdkError::ServiceError(service) => (service.raw(), service.err().message()),
        SdkError::ResponseError(response) => (response.raw(), None),
        error => {
            return ConnectError::Unavailable { cause: redact(&strip_quotes(&last_cause(error))) };
        }
    };
    let status = response.status().as_u16();
    if status < 300 {
        return ConnectError::Unreadable;
    }
    let code = error.code().unwrap_or_default();
    ConnectError::Service {
        name: retry::error_name(response).unwrap_or_else(|| retry::harmless_name(code)),
        status,
        message: message.map(str::to_owned),
        // Values first: what remains of them is then quoted or escaped.
        cause: message.map(|message| strip_quotes(&redact(message))),
    }
}
