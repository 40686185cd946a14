//! Asks Amazon Connect to start a chat. The only module that names its SDK.

mod client;
mod meter;
mod open;
mod wire;

use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_connect::types::Channel;

pub use self::client::client;
pub use self::meter::Meter;
pub use self::wire::StartedChat;

use crate::policy::{Contact, StartChat};

/// Amazon Connect, by way of one client that all invocations share.
#[derive(Clone)]
pub struct Connect {
    client: aws_sdk_connect::Client,
}

/// Why Connect started no chat.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It answered with an error.
    #[error("Amazon Connect answered {status} {code}")]
    Refused {
        /// The error's name, empty where it has none.
        code: String,
        /// The HTTP status.
        status: u16,
        /// Connect's own words, which may quote the request: for the caller.
        message: Option<String>,
        /// The same without the request's personal data: for the log.
        cause: Option<String>,
    },
    /// It answered what cannot be read, or lacks what a chat needs.
    #[error("Amazon Connect's answer cannot be read")]
    Unreadable,
    /// It did not answer.
    #[error("Amazon Connect cannot be reached: {cause}")]
    Unavailable {
        /// What stood in the way.
        cause: String,
    },
}

impl ConnectError {
    /// Whether Connect wants requests to come more slowly.
    #[must_use]
    pub fn is_throttle(&self) -> bool {
        matches!(self, Self::Refused { code, .. }
            if code == "TooManyRequestsException" || code == "ThrottlingException")
    }
}

impl Connect {
    /// Connect by way of this client.
    #[must_use]
    pub fn new(client: aws_sdk_connect::Client) -> Self {
        Self { client }
    }

    /// Starts a chat (`StartChatContact`). The same token starts it once.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] where Connect did not start it, after the SDK's
    /// retries.
    pub async fn start(
        &self,
        chat: &StartChat,
        client_token: Option<&str>,
        meter: &Meter,
    ) -> Result<StartedChat, ConnectError> {
        let request = wire::request(self.client.start_chat_contact(), chat, client_token);
        let call = request.customize().interceptor(meter.interceptor());
        let answer = meter.time(call.send()).await;
        let answer = answer.map_err(|error| read_error(&error, |text| chat.redact(text)))?;
        wire::answer(answer, chat.has_markdown()).ok_or(ConnectError::Unreadable)
    }

    /// Looks at a contact (`DescribeContact`); `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] where Connect did not tell.
    pub async fn describe(
        &self,
        instance_id: &str,
        contact_id: &str,
        meter: &Meter,
    ) -> Result<Option<Contact>, ConnectError> {
        let request = self.client.describe_contact();
        let request = request.instance_id(instance_id).contact_id(contact_id);
        let call = request.customize().interceptor(meter.interceptor());
        match meter.time(call.send()).await {
            // An answer without a contact says nothing: an unknown one is an error.
            Ok(answer) => match answer.contact {
                Some(found) => Ok(Some(contact(found))),
                None => Err(ConnectError::Unreadable),
            },
            // Only ids are asked for, and they may be logged.
            Err(error) => match read_error(&error, str::to_owned) {
                ConnectError::Refused { code, .. } if is_unknown_contact(&code) => Ok(None),
                error => Err(error),
            },
        }
    }
}

/// How Connect says that it knows no contact of this id.
fn is_unknown_contact(code: &str) -> bool {
    let codes =
        ["ResourceNotFoundException", "InvalidParameterException", "InvalidRequestException"];
    codes.contains(&code)
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
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            if status < 300 {
                return ConnectError::Unreadable;
            }
            ConnectError::Refused {
                code: service.err().code().map(name).unwrap_or_default(),
                status,
                message: service.err().message().map(str::to_owned),
                cause: service.err().message().map(redact),
            }
        }
        SdkError::ResponseError(response) => match response.raw().status().as_u16() {
            200..300 => ConnectError::Unreadable,
            status => {
                ConnectError::Refused { code: String::new(), status, message: None, cause: None }
            }
        },
        error => ConnectError::Unavailable { cause: redact(&causes(error)) },
    }
}

/// An error's name, of the characters that names have.
fn name(code: &str) -> String {
    let is_name = |one: &char| one.is_ascii_alphanumeric() || ".-_".contains(*one);
    code.chars().filter(is_name).take(64).collect()
}

/// An error and what caused it. Only for errors that hold no answer.
fn causes(error: &dyn std::error::Error) -> String {
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    causes
}
