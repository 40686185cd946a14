//! The invocations that wait for the function, and those that it works on.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde_json::json;
use std::sync::Mutex;
use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

use crate::lock;

/// What an invocation carries; a retry carries the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) client_context: Option<String>,
    pub(crate) arn: String,
    pub(crate) trace_id: String,
}

/// How an invocation ended.
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

    /// A failure in Lambda's own words.
    pub(crate) fn error(kind: &str, message: &str) -> Self {
        Self::failed(json!({"errorType": kind, "errorMessage": message}).to_string().into_bytes())
    }

    /// The failure of an invocation that outlived its deadline.
    pub(crate) fn timed_out(id: &str, timeout: Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        let message = format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
        Self::error("Sandbox.Timedout", &message)
    }
}

/// An invocation that nobody works on yet.
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

/// Why the function's process ended before its invocations did.
#[derive(Clone, Debug)]
pub(crate) enum Death {
    /// It reported that it cannot be initialised, with this payload.
    Init(Vec<u8>),
    /// It exited; this is how Lambda words it.
    Exit(String),
}

impl Death {
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
    process: u64,
    retired: bool,
}

/// The invocations that wait for the function, and those that it works on.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

impl Queue {
    /// Adds an invocation; its outcome comes over the receiver.
    pub(crate) fn push(&self, call: Call) -> oneshot::Receiver<Outcome> {
        let (answer, outcome) = oneshot::channel();
        lock(&self.state).waiting.push_back(Waiting { call, answer });
        self.changed.notify_waiters();
        outcome
    }

    /// Waits for an invocation and marks it as worked on. `None` if the process that asks has ended meanwhile.
    pub(crate) async fn next(&self) -> Option<Call> {
        let process = lock(&self.state).process;
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            {
                let mut state = lock(&self.state);
                if state.process != process || state.retired {
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

    /// Has `timer` stopped when the invocation ends.
    pub(crate) fn time(&self, id: &str, timer: AbortHandle) {
        match lock(&self.state).running.get_mut(id) {
            Some(running) => running.timer = Some(timer),
            None => timer.abort(),
        }
    }

    /// Ends an invocation that is worked on. `false` if there is none of that id.
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

    /// Takes an invocation out that is worked on, so that its process can end before it does.
    pub(crate) fn take(&self, id: &str) -> Option<oneshot::Sender<Outcome>> {
        lock(&self.state).running.remove(id).map(|running| running.answer)
    }

    /// Hands out nothing any more until the process, which is about to be killed, has ended.
    pub(crate) fn retire(&self) {
        lock(&self.state).retired = true;
        self.changed.notify_waiters();
    }

    /// Whether the invocation is worked on.
    pub(crate) fn runs(&self, id: &str) -> bool {
        lock(&self.state).running.contains_key(id)
    }

    /// Whether the invocation waits although the function has nothing to do.
    pub(crate) fn is_stuck(&self, id: &str) -> bool {
        let state = lock(&self.state);
        state.running.is_empty() && state.waiting.iter().any(|waiting| waiting.call.id == id)
    }

    /// Whether any invocation waits.
    pub(crate) fn has_waiting(&self) -> bool {
        !lock(&self.state).waiting.is_empty()
    }

    /// Takes an invocation back that nobody works on.
    pub(crate) fn withdraw(&self, id: &str) {
        lock(&self.state).waiting.retain(|waiting| waiting.call.id != id);
    }

    /// Ends what the process worked on. What waits stays for the next process.
    pub(crate) fn process_ended(&self, death: &Death) {
        let running = {
            let mut state = lock(&self.state);
            state.process += 1;
            state.retired = false;
            std::mem::take(&mut state.running)
        };
        self.changed.notify_waiters();
        for (id, running) in running {
            if let Some(timer) = running.timer {
                timer.abort();
            }
            let _ = running.answer.send(death.outcome(&id));
        }
    }

    /// Ends what waits: the process will never ask for it.
    pub(crate) fn fail_waiting(&self, death: &Death) {
        let waiting = std::mem::take(&mut lock(&self.state).waiting);
        for Waiting { call, answer } in waiting {
            let _ = answer.send(death.outcome(&call.id));
        }
    }
}
