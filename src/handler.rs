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

use self::invocation::{Invocation, Notes};
use crate::config::Settings;
use crate::connect::{Connect, Meter, StartedChat};
use crate::error::Error;
use crate::idempotency::client_token;
use crate::pace::Pace;
use crate::policy::{Admission, Claimed, Refused, StartChat};
use crate::reply::{self, Failure, HttpReply};
use crate::request;
use crate::trigger::{self, HttpCall, Payload, Trigger, Unreadable};

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
        let payload = trigger::parse_json(event.payload.get());
        let trigger = match payload.and_then(Trigger::recognize) {
            Ok(trigger) => trigger,
            Err(unreadable) => return self.unrecognized(unreadable, &invocation).await,
        };
        let name = trigger.name();
        let key = invocation.key(0);
        match trigger {
            Trigger::Http(call) => Ok(self.http(name, call, &invocation).await),
            Trigger::Batch(items) => self.batch(name, items, &invocation).await,
            Trigger::Sqs(records) => self.sqs(name, records, &invocation).await,
            Trigger::EventBridge(event) => {
                self.one(name, || Ok(event.open(key)?), &invocation).await
            }
            Trigger::Direct(request) => {
                let open = || Ok(trigger::trusted(request, key));
                self.one(name, open, &invocation).await
            }
        }
    }

    /// Whether this is the environment's first invocation.
    fn was_cold(&self) -> bool {
        self.shared.is_cold.swap(false, Ordering::Relaxed)
    }

    async fn unrecognized(
        &self,
        unreadable: Unreadable,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        self.one("unknown", || Err(unreadable.into()), invocation)
            .await
    }

    async fn one(
        &self,
        name: &'static str,
        open: impl FnOnce() -> Result<Payload, Error>,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let mut notes = Notes::default();
        let chat = self.chat(name, open, invocation, None, &mut notes).await;
        chat.as_ref().map(reply::result).map_err(Failure::of)
    }

    async fn http(&self, name: &'static str, mut call: HttpCall, invocation: &Invocation) -> Value {
        let settings = &self.shared.settings;
        let origin = call.origin.take();
        let admitted = settings.origins.admit(origin.as_deref());
        let format = call.format;
        let reply = || {
            HttpReply::new(
                format,
                &invocation.request_id,
                &settings.origins,
                origin.as_deref(),
            )
        };
        if admitted && call.is_preflight() {
            return reply().preflight();
        }
        let open = || {
            if admitted {
                Ok(call.open()?)
            } else {
                Err(Refused::Origin.into())
            }
        };
        let mut notes = Notes::default();
        let chat = self.chat(name, open, invocation, None, &mut notes).await;
        let reply = reply().ignoring(&notes.ignored);
        match chat {
            Ok(chat) => reply.started(&chat, notes.markdown, settings.attachments),
            Err(error) => reply.failed(&error),
        }
    }

    /// Starts one chat and logs its one line, whatever becomes of it.
    async fn chat(
        &self,
        trigger: &'static str,
        open: impl FnOnce() -> Result<Payload, Error>,
        invocation: &Invocation,
        pace: Option<&Pace>,
        notes: &mut Notes,
    ) -> Result<StartedChat, Error> {
        let meter = Meter::new(invocation.trace_id.as_deref());
        let steps = self.steps(open, pace, &meter, notes);
        let chat = guard(steps, invocation.deadline).await;
        invocation.report(trigger, &chat, &meter, notes, self.shared.json_logs);
        chat
    }

    /// The line of the design: parse, admit, start.
    async fn steps(
        &self,
        open: impl FnOnce() -> Result<Payload, Error>,
        pace: Option<&Pace>,
        meter: &Meter,
        notes: &mut Notes,
    ) -> Result<StartedChat, Error> {
        let settings = &self.shared.settings;
        let payload = open()?;
        let request = request::parse(&payload, &settings.defaults);
        notes.ignored = reply::ignored_members(match &request {
            Ok(request) => &request.ignored,
            Err(invalid) => &invalid.ignored,
        });
        let chat = match settings.policy.admit(request?, &payload.caller)? {
            Admission::Granted(chat) => chat,
            Admission::Claimed(claimed) => self.prove(claimed, meter).await?,
        };
        notes.contact_flow_id = Some(chat.contact_flow_id().to_owned());
        notes.markdown = chat.has_markdown();
        let token = client_token(&payload.key, &chat);
        self.start(&chat, token.as_deref(), pace, meter).await
    }

    /// Looks at the contact that the chat names.
    async fn prove(&self, claimed: Claimed, meter: &Meter) -> Result<StartChat, Error> {
        let connect = &self.shared.connect;
        let found = match claimed.contact_id() {
            Some(id) => connect.describe(claimed.instance_id(), id, meter).await?,
            None => None,
        };
        Ok(claimed.decide(found)?)
    }

    async fn start(
        &self,
        chat: &StartChat,
        token: Option<&str>,
        pace: Option<&Pace>,
        meter: &Meter,
    ) -> Result<StartedChat, Error> {
        let call = || self.shared.connect.start(chat, token, meter);
        let chat = match pace {
            Some(pace) => pace.keep(call).await,
            None => call().await,
        };
        Ok(chat?)
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
    match AssertUnwindSafe(timeout_at(deadline, steps))
        .catch_unwind()
        .await
    {
        Ok(Ok(result)) => result,
        Ok(Err(_elapsed)) => Err(Error::TimedOut),
        Err(_panic) => Err(Error::Panicked),
    }
}
