//! One chat, from its envelope to its result.

use std::panic::AssertUnwindSafe;
use std::time::SystemTime;

use futures_util::FutureExt;
use tokio::time::{Instant, timeout_at};

use super::invocation::{ChatRecord, Invocation};
use super::{Handler, Shared, Unopened};
use crate::backoff::Backoff;
use crate::client_token::client_token;
use crate::connect::{CallMetrics, Connect, StartedChat};
use crate::error::Error;
use crate::policy::{Admission, PolicyError, StartChat};
use crate::request;
use crate::results::ChatResult;
use crate::trigger::IdempotencyKey;

impl Handler {
    /// Starts one chat and logs its line, whatever becomes of it. Also returns
    /// the names of the members that were ignored.
    pub(super) async fn start_chat(
        &self,
        request: Unopened<'_>,
        invocation: &Invocation,
        backoff: &Backoff,
    ) -> (Result<StartedChat, Error>, String) {
        let mut record = ChatRecord::new(request.trigger, request.key, invocation);
        record.is_published = self.shared.publishes(request.trigger);
        if record.is_published
            && let Ok(envelope) = &request.envelope
        {
            record.cause = envelope.cause();
        }
        let steps = self.open_parse_admit_start(request, backoff, &mut record);
        let mut chat = guard(steps, invocation.deadline).await;
        if let Err(error) = &chat
            && record.is_published
            && !error.response().code.is_transient()
        {
            let published = Box::pin(self.publish_failure(error, &mut record)).await;
            // Nobody else is going to hear of an event that counts as done.
            if let (true, Err(error)) = (error.is_done(), published) {
                chat = Err(error);
            }
        }
        record.log(&chat, self.shared.json_logs);
        (chat, record.ignored)
    }

    async fn open_parse_admit_start(
        &self,
        request: Unopened<'_>,
        backoff: &Backoff,
        record: &mut ChatRecord<'_>,
    ) -> Result<StartedChat, Error> {
        let settings = &self.shared.settings;
        let payload = request.envelope?.open(request.key)?;
        record.cause.clone_from(&payload.cause);
        if let Some(max_age) = settings.event_max_age
            && payload.cause.age(SystemTime::now()).is_some_and(|age| age > max_age)
        {
            return Err(Error::Expired);
        }
        let request = request::parse(&payload, &settings.defaults);
        record.ignored = match &request {
            Ok(request) => request.ignored.clone(),
            Err(error) => error.ignored.clone(),
        };
        let admission = settings.policy.admit(request?, &payload.caller)?;
        record.contact_flow_id = Some(admission.chat().contact_flow_id().to_owned());
        self.start_once(admission, &payload.key, backoff, record).await
    }

    /// Verifies the contacts that the chat names, starts it, and publishes the
    /// result.
    pub(super) async fn verify_and_start(
        &self,
        admission: Admission,
        key: &IdempotencyKey,
        attempt_id: Option<&str>,
        backoff: &Backoff,
        record: &mut ChatRecord<'_>,
    ) -> Result<(StartedChat, StartChat), Error> {
        let connect = &self.shared.connect;
        let chat = verify_contacts(connect, admission, &record.metrics).await?;
        let token = client_token(key, attempt_id, &chat);
        let started = backoff
            .retry(&record.metrics, || connect.start(&chat, &token, &record.metrics))
            .await?;
        Ok((started, chat))
    }

    /// Publishes a chat, if the results of the trigger are. The caller of an
    /// HTTP request has its chat even if that fails.
    pub(super) async fn publish(
        &self,
        started: &StartedChat,
        chat: &StartChat,
        record: &mut ChatRecord<'_>,
    ) -> Result<(), Error> {
        let Some(results) = self.shared.results.as_ref().filter(|_| record.is_published) else {
            return Ok(());
        };
        record.contact_id = Some(started.contact_id().to_owned());
        let result = ChatResult::Started { chat: started, request: chat };
        // Boxed, as what few functions do.
        let publish = results.publish(&result, &record.cause, &record.invocation.function_arn);
        let published = Box::pin(publish).await;
        match published {
            Err(error) if record.is_http() => {
                record.publish_failure = Some(error.to_string());
                Ok(())
            }
            Err(error) => {
                record.publish_failure = Some(error.to_string());
                Err(error.into())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn publish_failure(
        &self,
        error: &Error,
        record: &mut ChatRecord<'_>,
    ) -> Result<(), Error> {
        let Some(results) = &self.shared.results else {
            return Ok(());
        };
        let response = error.response();
        let errors = error.field_errors();
        let message = error.public_message();
        let result = ChatResult::NotStarted {
            code: response.code.name(),
            message: &message,
            errors: errors.listed(),
        };
        let (cause, arn) = (&record.cause, &record.invocation.function_arn);
        let publish = async { Ok(results.publish(&result, cause, arn).await?) };
        let published = guard(publish, record.invocation.deadline).await;
        if let Err(error) = &published {
            record.publish_failure = Some(error.to_string());
        }
        published
    }
}

impl Shared {
    /// Returns true if the results of the trigger are published. Those of
    /// events are if there is a bus.
    fn publishes(&self, trigger: &str) -> bool {
        let Some(bus) = &self.settings.result_bus else {
            return false;
        };
        match trigger {
            "http-1.0" | "http-2.0" => bus.for_http,
            "direct" => bus.for_direct,
            _ => true,
        }
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
