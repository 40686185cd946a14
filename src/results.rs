//! Publishes what became of an event. The only module that uses EventBridge.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::Builder;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde::Serialize;

use crate::connect::StartedChat;
use crate::field_error::FieldError;
use crate::json;
use crate::policy::{Members, StartChat};
use crate::request::{PersistentChat, SegmentAttribute};
use crate::sdk;
use crate::trigger::Cause;

const SOURCE: &str = "start-chat-contact";

/// The attempts to publish one result if EventBridge refuses it for the moment.
const ATTEMPTS: u32 = 3;

const PAUSE: Duration = Duration::from_millis(200);

/// The largest `Detail`, in bytes: the other members of an entry of 256 KB
/// (API reference, `PutEvents`) take less than 8 KB.
const MAX_DETAIL: usize = 248 * 1024;

/// The bus on which results are published. Its client is created when the
/// first result is.
pub struct Results {
    bus: String,
    sdk: SdkConfig,
    endpoint_url: Option<String>,
    client: OnceLock<Client>,
}

/// The fate of a request for a chat.
pub enum ChatResult<'a> {
    /// The chat was started, or one of the customer's was running.
    Started {
        /// The chat.
        chat: &'a StartedChat,
        /// The chat as Connect was asked for it.
        request: &'a StartChat,
    },
    /// It was not, and a retry does not help.
    NotStarted {
        /// The name of the failure.
        code: &'a str,
        /// A sentence about it.
        message: &'a str,
        /// The invalid parts of the request.
        errors: &'a [FieldError],
    },
}

/// A result was not published.
#[derive(Debug, thiserror::Error)]
#[error("the result was not published: {0}")]
pub struct PublishError(String);

/// The `Detail` of an event.
#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'a, R> {
    Started {
        result: R,
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<Request<'a>>,
        cause: &'a Cause,
    },
    NotStarted {
        code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        errors: &'a [FieldError],
        cause: &'a Cause,
    },
}

/// The members of the request that identify the customer and the purpose: no
/// names, messages or attributes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    instance_id: &'a str,
    contact_flow_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent_chat: Option<&'a PersistentChat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_contact_id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    segment_attributes: &'a std::collections::BTreeMap<String, SegmentAttribute>,
}

impl Results {
    /// Names the bus (its name or ARN).
    #[must_use]
    pub fn new(bus: String, sdk: &SdkConfig, endpoint_url: Option<String>) -> Self {
        Self { bus, sdk: sdk.clone(), endpoint_url, client: OnceLock::new() }
    }

    /// Publishes a result. The function's ARN has the partition, the region and
    /// the account of the contact's.
    ///
    /// # Errors
    ///
    /// Returns an error if EventBridge did not accept the event.
    pub async fn publish(
        &self,
        result: &ChatResult<'_>,
        cause: &Cause,
        function_arn: &str,
    ) -> Result<(), PublishError> {
        let entry = self.entry(result, cause, function_arn);
        let mut attempt = 1;
        loop {
            match self.put(entry.clone()).await {
                Err((_, true)) if attempt < ATTEMPTS => {
                    tokio::time::sleep(PAUSE * attempt).await;
                    attempt += 1;
                }
                Err((error, _)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Returns an error and whether a repetition may help if the entry was refused.
    async fn put(&self, entry: PutEventsRequestEntry) -> Result<(), (PublishError, bool)> {
        let response = self.client().put_events().entries(entry).send().await;
        // The SDK has repeated the call already.
        let response = response.map_err(|error| (PublishError(sdk::describe(&error)), false))?;
        let entry = response.entries.unwrap_or_default().into_iter().next();
        let (id, code) = entry.map(|entry| (entry.event_id, entry.error_code)).unwrap_or_default();
        match code {
            None if id.is_some() => Ok(()),
            None => Err((PublishError("EventBridge names no event".to_owned()), true)),
            Some(code) => {
                let is_transient = ["ThrottlingException", "InternalFailure", "InternalException"]
                    .contains(&code.as_str());
                let code: String =
                    code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
                Err((PublishError(format!("EventBridge refused it: {code}")), is_transient))
            }
        }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let mut config = Builder::from(&self.sdk);
            config.set_endpoint_url(self.endpoint_url.clone());
            Client::from_conf(config.build())
        })
    }

    fn entry(
        &self,
        result: &ChatResult<'_>,
        cause: &Cause,
        function_arn: &str,
    ) -> PutEventsRequestEntry {
        let entry = PutEventsRequestEntry::builder().source(SOURCE).event_bus_name(&self.bus);
        let entry = match result {
            ChatResult::Started { chat, request } => {
                let entry = entry.detail_type("Chat Started").detail(started(chat, request, cause));
                let instance_id = &request.members().instance_id;
                entry.set_resources(
                    contact_arn(function_arn, instance_id, chat).map(|arn| vec![arn]),
                )
            }
            ChatResult::NotStarted { code, message, errors } => {
                let detail: Detail<'_, ()> = Detail::NotStarted { code, message, errors, cause };
                entry.detail_type("Chat Not Started").detail(json::to_string(&detail))
            }
        };
        entry.build()
    }
}

/// Renders the detail; without the request if there is no room for that.
fn started(chat: &StartedChat, request: &StartChat, cause: &Cause) -> String {
    let render = |request| {
        json::to_string(&Detail::Started { result: chat.expose_result(), request, cause })
    };
    let detail = render(Some(Request::of(request.members())));
    if detail.len() <= MAX_DETAIL { detail } else { render(None) }
}

impl<'a> Request<'a> {
    fn of(members: &'a Members) -> Self {
        Self {
            instance_id: &members.instance_id,
            contact_flow_id: &members.contact_flow_id,
            customer_id: members.customer_id.as_deref(),
            persistent_chat: members.persistent_chat.as_ref(),
            related_contact_id: members.related_contact_id.as_deref(),
            segment_attributes: &members.segment_attributes,
        }
    }
}

/// Returns the ARN of a contact of the account and the region of the function,
/// which are those of the instance.
fn contact_arn(function_arn: &str, instance_id: &str, chat: &StartedChat) -> Option<String> {
    let parts: Vec<&str> = function_arn.split(':').collect();
    let [_, partition, _, region, account, ..] = parts.as_slice() else {
        return None;
    };
    let contact_id = chat.contact_id();
    Some(format!(
        "arn:{partition}:connect:{region}:{account}:instance/{instance_id}/contact/{contact_id}"
    ))
}
