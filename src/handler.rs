//! Handles one invocation, from the payload to the response. The only module
//! that knows more than one step.

mod batch;
mod chat;
mod customer;
mod invocation;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_config::SdkConfig;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use serde_json::value::RawValue;

use self::invocation::Invocation;
use crate::backoff::Backoff;
use crate::config::{Process, Settings};
use crate::connect::Connect;
use crate::contacts::Contacts;
use crate::error::Error;
use crate::policy::PolicyError;
use crate::reply::{self, FunctionError, HttpReply};
use crate::results::Results;
use crate::trigger::{Envelope, HttpRequest, InvocationKey, Trigger};

/// Handles invocations. Clones share the client and the settings.
#[derive(Clone)]
pub struct Handler {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    connect: Connect,
    contacts: Option<Contacts>,
    results: Option<Results>,
    json_logs: bool,
    is_cold: AtomicBool,
}

/// One request to be opened, or why there is none.
struct Unopened<'a> {
    trigger: &'static str,
    envelope: Result<Envelope<'a>, Error>,
    key: InvocationKey<'a>,
}

impl Handler {
    /// Creates a handler with these settings.
    #[must_use]
    pub fn new(settings: Settings, connect: Connect, process: &Process, sdk: &SdkConfig) -> Self {
        let aws = &process.aws;
        let contacts = settings.contact_table.clone();
        let results = settings.result_bus.as_ref().map(|bus| bus.name.clone());
        let shared = Shared {
            settings,
            connect,
            contacts: contacts
                .map(|table| Contacts::new(table, sdk, aws.dynamodb_endpoint.clone())),
            results: results.map(|bus| Results::new(bus, sdk, aws.event_bridge_endpoint.clone())),
            json_logs: process.json_logs,
            is_cold: AtomicBool::new(true),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Handles one invocation. The payload is unparsed, so that any payload
    /// gets a response.
    ///
    /// # Errors
    ///
    /// Returns an error if the chat of an event was not started; an HTTP
    /// request always gets a response.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Value, FunctionError> {
        let is_cold = self.shared.is_cold.swap(false, Ordering::Relaxed);
        let invocation = Invocation::new(&event.context, is_cold);
        let recognized = Trigger::recognize(&event.payload);
        let trigger = recognized.as_ref().map_or("unknown", |(trigger, _)| trigger.name());
        let failed = recognized.as_ref().ok().and_then(|(_, failed)| failed.clone());
        let request_id = failed.as_deref().unwrap_or(&invocation.request_id);
        let envelope = match recognized.map(|(trigger, _)| trigger) {
            Ok(Trigger::Http(request)) => {
                return Ok(self.http(trigger, request, &invocation).await);
            }
            Ok(Trigger::Batch(elements)) => {
                return self.batch(trigger, elements, request_id, &invocation).await;
            }
            Ok(Trigger::Sqs(records)) => {
                return self.sqs(trigger, records, request_id, &invocation).await;
            }
            Ok(Trigger::EventBridge(event)) => Ok(Envelope::EventBridge(event)),
            Ok(Trigger::Direct(request)) => Ok(Envelope::Direct(request)),
            Err(error) => Err(error.into()),
        };
        let request = Unopened { trigger, envelope, key: InvocationKey { request_id, index: 0 } };
        let (chat, _) = self.start_chat(request, &invocation, &Backoff::none()).await;
        chat.as_ref().map(reply::result).map_err(FunctionError::of)
    }

    async fn http(
        &self,
        trigger: &'static str,
        mut request: HttpRequest<'_>,
        invocation: &Invocation,
    ) -> Value {
        let settings = &self.shared.settings;
        let origin = request.origin.take();
        let origin = origin.as_deref();
        let reply =
            HttpReply::new(request.format, &invocation.request_id, &settings.origins, origin);
        let is_allowed = settings.origins.allows(origin);
        if is_allowed && request.is_preflight() {
            return reply.preflight(&settings.allowed_headers);
        }
        let envelope = if is_allowed {
            Ok(Envelope::Http(request))
        } else {
            Err(PolicyError::origin(origin.unwrap_or_default()).into())
        };
        let request = Unopened { trigger, envelope, key: invocation.key(0) };
        let (chat, ignored) = self.start_chat(request, invocation, &Backoff::none()).await;
        let reply = reply.ignoring(&ignored);
        match chat {
            Ok(chat) => reply.started(&chat, settings.attachments),
            Err(error) => reply.failed(&error),
        }
    }
}
