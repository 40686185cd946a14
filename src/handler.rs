//! One invocation, from the payload to the answer. The only module that knows
//! more than one step.

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

use self::invocation::{Invocation, Record};
use crate::config::Settings;
use crate::connect::{Connect, StartedChat};
use crate::error::Error;
use crate::idempotency::client_token;
use crate::pace::Pace;
use crate::policy::{Admission, Refused};
use crate::reply::{self, Failure, HttpReply};
use crate::request;
use crate::trigger::{self, HttpCall, Payload, Trigger};

/// Serves invocations. Clones share the client and the settings.
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

impl Handler {
    /// A handler with these settings.
    #[must_use]
    pub fn new(settings: Settings, connect: Connect, json_logs: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                settings,
                connect,
                json_logs,
                is_cold: AtomicBool::new(true),
            }),
        }
    }

    /// Serves one invocation. The payload comes unparsed, so that there is an
    /// answer to whatever it is.
    ///
    /// # Errors
    ///
    /// [`Failure`] where an event's chat was not started; an HTTP request is
    /// always answered.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Value, Failure> {
        let invocation = Invocation::new(&event.context, self.was_cold());
        let trigger = trigger::parse_json(event.payload.get()).and_then(Trigger::recognize);
        let name = trigger.as_ref().map_or("unknown", Trigger::name);
        let key = invocation.key(0);
        let payload = match trigger {
            Ok(Trigger::Http(call)) => return Ok(self.http(name, call, &invocation).await),
            Ok(Trigger::Batch(items)) => return self.batch(name, items, &invocation).await,
            Ok(Trigger::Sqs(records)) => return self.sqs(name, records, &invocation).await,
            Ok(Trigger::EventBridge(event)) => event.open(key),
            Ok(Trigger::Direct(request)) => Ok(trigger::trusted(request, key)),
            Err(unreadable) => Err(unreadable),
        };
        let payload = payload.map_err(Error::from);
        let (chat, _) = self.start_chat(name, payload, &invocation, &Pace::none()).await;
        chat.as_ref().map(reply::result).map_err(Failure::of)
    }

    /// Whether this is the environment's first invocation.
    fn was_cold(&self) -> bool {
        self.shared.is_cold.swap(false, Ordering::Relaxed)
    }

    async fn http(&self, name: &'static str, mut call: HttpCall, invocation: &Invocation) -> Value {
        let settings = &self.shared.settings;
        let origin = call.origin.take();
        let reply = HttpReply::new(
            call.format,
            &invocation.request_id,
            &settings.origins,
            origin.as_deref(),
        );
        let is_allowed = settings.origins.admit(origin.as_deref());
        if is_allowed && call.is_preflight() {
            return reply.preflight();
        }
        let payload =
            if is_allowed { call.open().map_err(Error::from) } else { Err(Refused::Origin.into()) };
        let (chat, ignored) = self.start_chat(name, payload, invocation, &Pace::none()).await;
        let reply = reply.ignoring(&ignored);
        match chat {
            Ok(chat) => reply.started(&chat, settings.attachments),
            Err(error) => reply.failed(&error),
        }
    }

    /// Starts one chat and logs its one line, whatever becomes of it. Also
    /// returns the names of the members that were ignored.
    async fn start_chat(
        &self,
        trigger: &'static str,
        payload: Result<Payload, Error>,
        invocation: &Invocation,
        pace: &Pace,
    ) -> (Result<StartedChat, Error>, String) {
        let mut record = Record::new(invocation);
        let steps = self.parse_admit_start(payload, pace, &mut record);
        let chat = guard(steps, invocation.deadline).await;
        record.log(trigger, &chat, self.shared.json_logs);
        (chat, record.ignored)
    }

    async fn parse_admit_start(
        &self,
        payload: Result<Payload, Error>,
        pace: &Pace,
        record: &mut Record<'_>,
    ) -> Result<StartedChat, Error> {
        let Shared { settings, connect, .. } = &*self.shared;
        let payload = payload?;
        let request = request::parse(&payload, &settings.defaults);
        record.ignored = reply::ignored_members(match &request {
            Ok(request) => &request.ignored,
            Err(invalid) => &invalid.ignored,
        });
        let chat = match settings.policy.admit(request?, &payload.caller)? {
            Admission::Granted(chat) => chat,
            Admission::Claimed(claimed) => {
                let contact = match claimed.contact_id() {
                    Some(id) => {
                        let instance = claimed.instance_id();
                        connect.describe(instance, id, &record.meter).await?
                    }
                    None => None,
                };
                claimed.decide(contact)?
            }
        };
        record.contact_flow_id = Some(chat.contact_flow_id().to_owned());
        let token = client_token(&payload.key, &chat);
        let start = || connect.start(&chat, token.as_deref(), &record.meter);
        Ok(pace.keep(start).await?)
    }
}

/// Ends the steps at the deadline, and a panic of theirs here. What has no
/// time left is not begun.
async fn guard<T>(
    steps: impl Future<Output = Result<T, Error>>,
    deadline: Instant,
) -> Result<T, Error> {
    if Instant::now() >= deadline {
        return Err(Error::TimedOut);
    }
    match AssertUnwindSafe(timeout_at(deadline, steps)).catch_unwind().await {
        Ok(Ok(result)) => result,
        Ok(Err(_elapsed)) => Err(Error::TimedOut),
        Err(_panic) => Err(Error::Panicked),
    }
}
