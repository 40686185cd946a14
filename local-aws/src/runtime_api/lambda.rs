//! Invocations: from the caller through the queue to the process, and back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::function::Function;
use super::queue::{Call, Outcome, Queue};
use crate::options::Options;
use crate::{clock, fixtures};

/// The largest request and response of a synchronous invocation, in bytes.
pub(crate) const SYNC_LIMIT: usize = 6 * 1024 * 1024;

/// The outcome of an invocation, as the caller sees it.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The id of the invocation.
    pub request_id: String,
    /// The answer; a string if it is not JSON.
    pub payload: Value,
    /// `Unhandled` if the function failed.
    pub function_error: Option<String>,
    /// The bytes of the answer.
    pub raw: Vec<u8>,
    /// The duration, including the wait for the process.
    pub took: Duration,
}

impl Invoked {
    /// The `errorType`, if the function failed.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.error_member("errorType")
    }

    /// The `errorMessage`, if the function failed.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        self.error_member("errorMessage")
    }

    fn error_member(&self, name: &str) -> Option<&str> {
        self.function_error.as_ref()?;
        self.payload.get(name)?.as_str()
    }
}

/// The function as callers invoke it and as its process polls it.
#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) function: Function,
    pub(crate) queue: Arc<Queue>,
    timeout: Duration,
    init_timeout: Duration,
    first_poll: watch::Sender<Option<Instant>>,
}

/// An invocation for the process.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) call: Call,
    pub(crate) deadline_ms: u64,
}

impl Lambda {
    pub(crate) fn new(function: Function, queue: Arc<Queue>, options: &Options) -> Arc<Self> {
        Arc::new(Self {
            function,
            queue,
            timeout: options.timeout,
            init_timeout: options.init_timeout,
            first_poll: watch::Sender::new(None),
        })
    }

    /// An invocation with this payload, a new id and no client context.
    pub(crate) fn call(payload: Vec<u8>) -> Call {
        Call {
            id: Uuid::new_v4().to_string(),
            payload,
            client_context: None,
            arn: fixtures::function_arn(),
            trace_id: clock::trace_id(),
        }
    }

    /// Invokes the function and waits for the outcome.
    pub(crate) async fn invoke(&self, call: Call) -> Invoked {
        let began = Instant::now();
        let id = call.id.clone();
        // Queued before the process is checked, so that a process that ends in between is restarted.
        let outcome = self.queue.push(call);
        let outcome = match self.function.ensure_started().await {
            Ok(()) => self.outcome(&id, outcome).await,
            Err(error) => {
                self.queue.cancel(&id);
                let message = format!("RequestId: {id} Error: {error}");
                Outcome::error("Runtime.InvalidEntrypoint", &message)
            }
        };
        invoked(id, outcome, began.elapsed())
    }

    async fn outcome(&self, id: &str, mut outcome: oneshot::Receiver<Outcome>) -> Outcome {
        loop {
            let limit = self.init_timeout + self.timeout;
            match tokio::time::timeout(limit, &mut outcome).await {
                Ok(Ok(outcome)) => return outcome,
                Ok(Err(_)) => {
                    return Outcome::error("ServiceException", "the function was shut down");
                }
                Err(_) if self.function.is_supervised() && self.queue.is_stuck(id) => {
                    self.queue.cancel(id);
                    self.function.kill().await;
                    return Outcome::timed_out(id, self.timeout);
                }
                Err(_) => {}
            }
        }
    }

    /// Waits for the next invocation for the process, and starts its timer.
    pub(crate) async fn next(self: &Arc<Self>) -> Option<Work> {
        self.note_poll();
        self.function.set_ready();
        let call = self.queue.next().await?;
        let deadline_ms = clock::millis(clock::since_epoch() + self.timeout);
        let timer = tokio::spawn(Arc::clone(self).expire(call.id.clone())).abort_handle();
        self.queue.set_timer(&call.id, timer);
        Some(Work { call, deadline_ms })
    }

    fn note_poll(&self) {
        let now = Instant::now();
        self.first_poll.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert(now);
            is_first
        });
    }

    /// Waits until a process has asked for its first invocation, and returns the time of that.
    pub(crate) async fn first_poll(&self) -> Instant {
        let mut first = self.first_poll.subscribe();
        // The sender lives as long as `self`, so the wait does not fail.
        match first.wait_for(Option::is_some).await {
            Ok(first) => first.unwrap_or_else(Instant::now),
            Err(_) => Instant::now(),
        }
    }

    /// Ends an invocation at its deadline, and the process with it.
    async fn expire(self: Arc<Self>, id: String) {
        tokio::time::sleep(self.timeout).await;
        if let Some(answer) = self.queue.take(&id) {
            self.function.kill().await;
            let _ = answer.send(Outcome::timed_out(&id, self.timeout));
        }
    }
}

fn invoked(request_id: String, outcome: Outcome, took: Duration) -> Invoked {
    let payload = serde_json::from_slice(&outcome.payload)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&outcome.payload).into_owned()));
    let function_error = outcome.failed.then(|| "Unhandled".to_owned());
    Invoked { request_id, payload, function_error, raw: outcome.payload, took }
}
