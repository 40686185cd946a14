//! Handles one invocation, from the payload to the response. The only module
//! that knows more than one step.

mod batch;
mod invocation;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};

use self::invocation::{ChatRecord, Invocation};
use crate::backoff::Backoff;
use crate::client_token::client_token;
use crate::config::Settings;
use crate::connect::{CallMetrics, Connect, StartedChat};
use crate::error::Error;
use crate::policy::{Admission, PolicyError, StartChat};
use crate::reply::{self, FunctionError, HttpReply};
use crate::request;
use crate::trigger::{Envelope, HttpRequest, InvocationKey, Trigger};

/// Handles invocations. Clones share the client and the settings.
#[derive(Clone)]
pub struct Handler {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    connect: Connect,
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
    pub fn new(settings: Settings, connect: Connect, json_logs: bool) -> Self {
        let is_cold = AtomicBool::new(true);
        Self { shared: Arc::new(Shared { settings, connect, json_logs, is_cold }) }
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

    /// Starts one chat and logs its line, whatever becomes of it. Also returns
    /// the names of the members that were ignored.
    async fn start_chat(
        &self,
        request: Unopened<'_>,
        invocation: &Invocation,
        backoff: &Backoff,
    ) -> (Result<StartedChat, Error>, String) {
        let mut record = ChatRecord::new(request.trigger, invocation);
        let steps = self.open_parse_admit_start(request, backoff, &mut record);
        let chat = guard(steps, invocation.deadline).await;
        record.log(&chat, self.shared.json_logs);
        (chat, record.ignored)
    }

    async fn open_parse_admit_start(
        &self,
        request: Unopened<'_>,
        backoff: &Backoff,
        record: &mut ChatRecord<'_>,
    ) -> Result<StartedChat, Error> {
        let Shared { settings, connect, .. } = &*self.shared;
        let payload = request.envelope?.open(request.key)?;
        let request = request::parse(&payload, &settings.defaults);
        record.ignored = match &request {
            Ok(request) => request.ignored.clone(),
            Err(error) => error.ignored.clone(),
        };
        let admission = settings.policy.admit(request?, &payload.caller)?;
        let chat = verify_contacts(connect, admission, &record.metrics).await?;
        record.contact_flow_id = Some(chat.contact_flow_id().to_owned());
        let token = client_token(&payload.key, &chat);
        Ok(backoff.retry(|| connect.start(&chat, &token, &record.metrics)).await?)
    }
}

/// Describes the contacts that the chat names, until it is granted or refused.
async fn verify_contacts(
    connect: &Connect,
    mut admission: Admission,
    metrics: &CallMetrics,
) -> Result<StartChat, Error> {
    loop {
        let contact = match admission {
            Admission::Granted(chat) => return Ok(chat),
            Admission::Unverified(contact) => contact,
        };
        let found = match contact.contact_id() {
            Some(id) => connect.describe(contact.instance_id(), id, metrics).await?,
            None => None,
        };
        admission = contact.verify(found).map_err(PolicyError::from)?;
    }
}

/// Stops the steps at the deadline, and a panic of theirs here. Without time
/// left, they are not begun.
async fn guard<T>(
    steps: impl Future<Output = Result<T, Error>>,
    deadline: Instant,
) -> Result<T, Error> {
    if Instant::now() >= deadline {
        return Err(Error::Timeout);
    }
    match AssertUnwindSafe(timeout_at(deadline, steps)).catch_unwind().await {
        Ok(Ok(result)) => result,
        Ok(Err(_elapsed)) => Err(Error::Timeout),
        Err(_panic) => Err(Error::Panic),
    }
}
