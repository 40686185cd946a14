//! The function's process: started, restarted after its death, and killed in the end.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncRead;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinHandle};

use super::exit::reason;
use super::launch::Launch;
use super::log::Log;
use super::queue::{ProcessError, Queue};
use crate::lock::lock;

/// How long a process may take to end after an init error, and its log to end after the process.
const GRACE: Duration = Duration::from_millis(200);

/// The state of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// There is no process.
    Stopped,
    /// The process has not asked for an invocation yet.
    Starting,
    /// The process has asked for an invocation.
    Ready,
    /// The process has reported an init error, and is about to end.
    Failed,
}

#[derive(Debug)]
struct Process {
    pid: u32,
    kill: Arc<Notify>,
    watcher: AbortHandle,
}

#[derive(Debug)]
struct Inner {
    launch: Option<Launch>,
    queue: Arc<Queue>,
    phase: watch::Sender<Phase>,
    process: Mutex<Option<Process>>,
    /// Held while a process is started, so that there is only one.
    starting: tokio::sync::Mutex<()>,
    log: Log,
    starts: AtomicUsize,
    init_error: Mutex<Option<Value>>,
}

/// The function's process.
#[derive(Clone, Debug)]
pub struct Function(Arc<Inner>);

impl Function {
    /// A function whose processes are started by `launch`; if that is `None`, somebody else starts
    /// one.
    pub(crate) fn new(launch: Option<Launch>, queue: Arc<Queue>, echo_logs: bool) -> Self {
        Self(Arc::new(Inner {
            launch,
            queue,
            phase: watch::Sender::new(Phase::Stopped),
            process: Mutex::new(None),
            starting: tokio::sync::Mutex::new(()),
            log: Log::new(echo_logs),
            starts: AtomicUsize::new(0),
            init_error: Mutex::new(None),
        }))
    }

    /// The lines that the function has written so far, to either stream.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        self.0.log.lines()
    }

    /// Removes and returns the lines that the function has written so far.
    #[must_use]
    pub fn take_logs(&self) -> Vec<String> {
        self.0.log.take()
    }

    /// The number of times that a process was started.
    #[must_use]
    pub fn starts(&self) -> usize {
        self.0.starts.load(Ordering::SeqCst)
    }

    /// The id of the process, if there is one.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        lock(&self.0.process).as_ref().map(|process| process.pid)
    }

    /// The last init error that the function reported.
    #[must_use]
    pub fn init_error(&self) -> Option<Value> {
        lock(&self.0.init_error).clone()
    }

    /// Kills the process and waits for its end. The next invocation starts another one.
    pub async fn kill(&self) {
        self.signal_kill();
        self.stopped().await;
    }

    /// Sends the process SIGTERM and waits for its end. The next invocation starts another one.
    pub async fn terminate(&self) {
        if let Some(pid) = self.pid() {
            let kill = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
            if !kill.is_ok_and(|status| status.success()) {
                self.signal_kill();
            }
        }
        self.stopped().await;
    }

    fn signal_kill(&self) {
        if let Some(process) = lock(&self.0.process).as_ref() {
            self.0.queue.pause();
            process.kill.notify_one();
        }
    }

    /// Kills the process without waiting for its end.
    pub(crate) fn abandon(&self) {
        if let Some(process) = lock(&self.0.process).take() {
            // The child is killed when its watcher is dropped.
            process.watcher.abort();
        }
    }

    /// Returns true if this starts the processes, and so can kill them.
    pub(crate) fn is_supervised(&self) -> bool {
        self.0.launch.is_some()
    }

    async fn stopped(&self) {
        let mut phase = self.0.phase.subscribe();
        let _ = phase.wait_for(|phase| *phase == Phase::Stopped).await;
    }

    /// Waits, for at most `limit`, until the process has asked for work or has failed to start.
    pub(crate) async fn initialized(&self, limit: Duration) {
        let mut phase = self.0.phase.subscribe();
        let initialized = phase.wait_for(|phase| *phase != Phase::Starting);
        let _ = tokio::time::timeout(limit, initialized).await;
    }

    /// Notes that the process has asked for an invocation.
    pub(crate) fn set_ready(&self) {
        self.0.phase.send_if_modified(|phase| {
            let is_first = *phase == Phase::Starting;
            if is_first {
                *phase = Phase::Ready;
            }
            is_first
        });
    }

    /// Notes that the process has reported an init error, and kills it if it does not end.
    pub(crate) fn set_init_error(&self, payload: &[u8]) {
        let error = serde_json::from_slice(payload)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(payload).into_owned()));
        *lock(&self.0.init_error) = Some(error);
        self.0.queue.fail_waiting(&ProcessError::Init(payload.to_vec()));
        if self.is_supervised() {
            self.0.phase.send_replace(Phase::Failed);
            let function = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GRACE).await;
                if *function.0.phase.borrow() == Phase::Failed {
                    function.signal_kill();
                }
            });
        }
    }

    /// Starts a process unless there is one.
    pub(crate) async fn ensure_started(&self) -> io::Result<()> {
        let Some(launch) = &self.0.launch else {
            return Ok(());
        };
        let _starting = self.0.starting.lock().await;
        if *self.0.phase.borrow() == Phase::Failed {
            self.stopped().await;
        }
        if *self.0.phase.borrow() == Phase::Stopped { self.start(launch) } else { Ok(()) }
    }

    fn start(&self, launch: &Launch) -> io::Result<()> {
        let mut child = launch.spawn()?;
        self.0.starts.fetch_add(1, Ordering::SeqCst);
        let logs = [
            child.stdout.take().map(|stream| self.read_log(stream)),
            child.stderr.take().map(|stream| self.read_log(stream)),
        ];
        let kill = Arc::new(Notify::new());
        let mut process = lock(&self.0.process);
        self.0.phase.send_replace(Phase::Starting);
        let pid = child.id().unwrap_or_default();
        let watcher =
            tokio::spawn(self.clone().watch(child, Arc::clone(&kill), logs)).abort_handle();
        *process = Some(Process { pid, kill, watcher });
        Ok(())
    }

    fn read_log(&self, stream: impl AsyncRead + Send + Unpin + 'static) -> JoinHandle<()> {
        let function = self.clone();
        tokio::spawn(async move { function.0.log.read(stream).await })
    }

    /// Waits for the end of the process, or kills it when asked to.
    async fn watch(self, mut child: Child, kill: Arc<Notify>, logs: [Option<JoinHandle<()>>; 2]) {
        let status = tokio::select! {
            status = child.wait() => status,
            () = kill.notified() => {
                let _ = child.start_kill();
                child.wait().await
            }
        };
        for log in logs.into_iter().flatten() {
            let _ = tokio::time::timeout(GRACE, log).await;
        }
        self.ended(&status.map_or_else(|error| error.to_string(), reason));
    }

    /// Fails the invocations of a process that has ended, and starts another one if more wait.
    fn ended(&self, reason: &str) {
        let phase = *self.0.phase.borrow();
        let error = match (phase, self.init_error()) {
            (Phase::Failed, Some(error)) => ProcessError::Init(error.to_string().into_bytes()),
            _ => ProcessError::Exit(reason.to_owned()),
        };
        *lock(&self.0.process) = None;
        self.0.queue.process_ended(&error);
        if phase == Phase::Starting {
            self.0.queue.fail_waiting(&error);
        }
        self.0.phase.send_replace(Phase::Stopped);
        if self.0.queue.has_waiting() {
            let function = self.clone();
            tokio::spawn(async move { function.ensure_started().await });
        }
    }
}
