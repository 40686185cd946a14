//! The invocations that wait for the function, and those that are running.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

use crate::lock::lock;

/// An invocation as the caller made it. A retry has the same id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) client_context: Option<String>,
    pub(crate) arn: String,
    pub(crate) trace_id: String,
}

/// The outcome of an invocation.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) payload: Vec<u8>,
    pub(crate) failed: bool,
}

impl Outcome {
    pub(crate) fn answered(payload: Vec<u8>) -> Self {
        Self { payload, failed: false }
    }

    pub(crate) fn failed(payload: Vec<u8>) -> Self {
        Self { payload, failed: true }
    }

    /// An error of Lambda itself.
    pub(crate) fn error(kind: &str, message: &str) -> Self {
        Self::failed(json!({"errorType": kind, "errorMessage": message}).to_string().into_bytes())
    }

    /// The error of an invocation that has reached its deadline.
    pub(crate) fn timed_out(id: &str, timeout: Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        let message = format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
        Self::error("Sandbox.Timedout", &message)
    }
}

/// An invocation that the function has not taken yet.
#[derive(Debug)]
struct Waiting {
    call: Call,
    answer: oneshot::Sender<Outcome>,
}

#[derive(Debug)]
struct Running {
    answer: oneshot::Sender<Outcome>,
    timer: Option<AbortHandle>,
}

/// Why the process ended before its invocations did.
#[derive(Clone, Debug)]
pub(crate) enum ProcessError {
    /// It reported an init error with this payload.
    Init(Vec<u8>),
    /// It exited, for this reason in Lambda's words.
    Exit(String),
}

impl ProcessError {
    fn outcome(&self, id: &str) -> Outcome {
        match self {
            Self::Init(payload) => Outcome::failed(payload.clone()),
            Self::Exit(reason) => {
                Outcome::error("Runtime.ExitError", &format!("RequestId: {id} Error: {reason}"))
            }
        }
    }
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    running: HashMap<String, Running>,
    /// The number of processes that have ended.
    generation: u64,
    is_paused: bool,
}

/// The invocations that wait for the function, and those that are running.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

impl Queue {
    /// Adds an invocation. The receiver gets its outcome.
    pub(crate) fn push(&self, call: Call) -> oneshot::Receiver<Outcome> {
        let (answer, outcome) = oneshot::channel();
        lock(&self.state).waiting.push_back(Waiting { call, answer });
        self.changed.notify_waiters();
        outcome
    }

    /// Waits for an invocation and marks it as running. Returns `None` if the process that asked has
    /// ended in the meantime.
    pub(crate) async fn next(&self) -> Option<Call> {
        let generation = lock(&self.state).generation;
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            {
                let mut state = lock(&self.state);
                if state.generation != generation || state.is_paused {
                    return None;
                }
                if let Some(Waiting { call, answer }) = state.waiting.pop_front() {
                    state.running.insert(call.id.clone(), Running { answer, timer: None });
                    return Some(call);
                }
            }
            changed.await;
        }
    }

    /// Sets the timer of a running invocation. It is stopped when the invocation ends.
    pub(crate) fn set_timer(&self, id: &str, timer: AbortHandle) {
        match lock(&self.state).running.get_mut(id) {
            Some(running) => running.timer = Some(timer),
            None => timer.abort(),
        }
    }

    /// Ends a running invocation. Returns false if no invocation with this id is running.
    pub(crate) fn finish(&self, id: &str, outcome: Outcome) -> bool {
        let Some(running) = lock(&self.state).running.remove(id) else {
            return false;
        };
        if let Some(timer) = running.timer {
            timer.abort();
        }
        let _ = running.answer.send(outcome);
        true
    }

    /// Removes a running invocation, so that its outcome can be sent after its process has ended.
    pub(crate) fn take(&self, id: &str) -> Option<oneshot::Sender<Outcome>> {
        lock(&self.state).running.remove(id).map(|running| running.answer)
    }

    /// Hands out no invocations until the process, which is about to be killed, has ended.
    pub(crate) fn pause(&self) {
        lock(&self.state).is_paused = true;
        self.changed.notify_waiters();
    }

    /// Returns true if the invocation is running.
    pub(crate) fn is_running(&self, id: &str) -> bool {
        lock(&self.state).running.contains_key(id)
    }

    /// Returns true if the invocation waits although none is running.
    pub(crate) fn is_stuck(&self, id: &str) -> bool {
        let state = lock(&self.state);
        state.running.is_empty() && state.waiting.iter().any(|waiting| waiting.call.id == id)
    }

    /// Returns true if an invocation waits.
    pub(crate) fn has_waiting(&self) -> bool {
        !lock(&self.state).waiting.is_empty()
    }

    /// Removes a waiting invocation.
    pub(crate) fn cancel(&self, id: &str) {
        lock(&self.state).waiting.retain(|waiting| waiting.call.id != id);
    }

    /// Fails the running invocations. Those that wait stay for the next process.
    pub(crate) fn process_ended(&self, error: &ProcessError) {
        let running = {
            let mut state = lock(&self.state);
            state.generation += 1;
            state.is_paused = false;
            std::mem::take(&mut state.running)
        };
        self.changed.notify_waiters();
        for (id, running) in running {
            if let Some(timer) = running.timer {
                timer.abort();
            }
            let _ = running.answer.send(error.outcome(&id));
        }
    }

    /// Fails the waiting invocations, which no process will ask for.
    pub(crate) fn fail_waiting(&self, error: &ProcessError) {
        let waiting = std::mem::take(&mut lock(&self.state).waiting);
        for Waiting { call, answer } in waiting {
            let _ = answer.send(error.outcome(&call.id));
        }
    }
}
