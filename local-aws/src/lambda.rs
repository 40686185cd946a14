//! Invocations: from the caller, through the queue, to the function and back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use crate::clock;
use crate::function::Function;
use crate::options::Options;
use crate::queue::{Call, Outcome, Queue};
use crate::world;

/// The largest request and response of a synchronous invocation, in bytes.
pub(crate) const SYNC_LIMIT: usize = 6 * 1024 * 1024;

/// How an invocation ended.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The id of the invocation.
    pub request_id: String,
    /// The answer; a string if it was not JSON.
    pub payload: Value,
    /// `Unhandled` if the function failed.
    pub function_error: Option<String>,
    /// The answer, byte for byte.
    pub raw: Vec<u8>,
    /// How long it took, waiting included.
    pub took: Duration,
}

impl Invoked {
    /// The failure's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.error_member("errorType")
    }

    /// The failure's `errorMessage`.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        self.error_member("errorMessage")
    }

    fn error_member(&self, name: &str) -> Option<&str> {
        self.function_error.as_ref()?;
        self.payload.get(name)?.as_str()
    }
}

/// The function, as its callers and its process see it.
#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) function: Function,
    pub(crate) queue: Arc<Queue>,
    timeout: Duration,
    init_timeout: Duration,
    first_poll: watch::Sender<Option<Instant>>,
}

/// An invocation, as handed to the process.
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

    /// A call with this payload and all else as usual.
    pub(crate) fn call(payload: Vec<u8>) -> Call {
        Call {
            id: Uuid::new_v4().to_string(),
            payload,
            client_context: None,
            arn: world::function_arn(),
            trace_id: clock::trace_id(),
        }
    }

    /// Invokes the function and waits for the outcome.
    pub(crate) async fn invoke(&self, call: Call) -> Invoked {
        let began = Instant::now();
        let id = call.id.clone();
        // Queued before the process is looked at: one that ends in between is started again for it.
        let outcome = self.queue.push(call);
        let outcome = match self.function.ensure_started().await {
            Ok(()) => self.outcome(&id, outcome).await,
            Err(error) => {
                self.queue.withdraw(&id);
                let message = format!("RequestId: {id} Error: {error}");
                Outcome::error("Runtime.InvalidEntrypoint", &message)
            }
        };
        invoked(id, outcome, began.elapsed())
    }

    async fn outcome(&self, id: &str, mut outcome: oneshot::Receiver<Outcome>) -> Outcome {
        loop {
            let patience = self.init_timeout + self.timeout;
            match tokio::time::timeout(patience, &mut outcome).await {
                Ok(Ok(outcome)) => return outcome,
                Ok(Err(_)) => {
                    return Outcome::error("ServiceException", "the function was shut down");
                }
                Err(_) if self.function.is_supervised() && self.queue.is_stuck(id) => {
                    self.queue.withdraw(id);
                    self.function.kill().await;
                    return Outcome::timed_out(id, self.timeout);
                }
                Err(_) => {}
            }
        }
    }

    /// The next invocation for the process; from now on its time runs.
    pub(crate) async fn next(self: &Arc<Self>) -> Option<Work> {
        self.polled();
        self.function.is_ready();
        let call = self.queue.next().await?;
        let deadline_ms = clock::millis(clock::since_epoch() + self.timeout);
        let timer = tokio::spawn(Arc::clone(self).expire(call.id.clone())).abort_handle();
        self.queue.time(&call.id, timer);
        Some(Work { call, deadline_ms })
    }

    fn polled(&self) {
        let now = Instant::now();
        self.first_poll.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert(now);
            is_first
        });
    }

    /// Waits until a process has asked for its first invocation.
    pub(crate) async fn first_poll(&self) -> Instant {
        let mut first = self.first_poll.subscribe();
        // The sender lives as long as `self`, so there is a value in the end.
        match first.wait_for(Option::is_some).await {
            Ok(first) => first.unwrap_or_else(Instant::now),
            Err(_) => Instant::now(),
        }
    }

    /// Ends an invocation that outlives its deadline, and the process with it.
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
