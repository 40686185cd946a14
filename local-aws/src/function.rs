//! The function's process: started, watched, started again after death, killed in the end.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinHandle};

use crate::exit::reason;
use crate::launch::Launch;
use crate::lock;
use crate::queue::{Death, Queue};

/// How long a process may take to write its last lines once it has ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Where the process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is no process.
    Stopped,
    /// It has not asked for an invocation yet.
    Starting,
    /// It has asked for an invocation.
    Ready,
    /// It reported that it cannot be initialised, and is about to end.
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
    echo_logs: bool,
    queue: Arc<Queue>,
    phase: watch::Sender<Phase>,
    process: Mutex<Option<Process>>,
    one_start: tokio::sync::Mutex<()>,
    logs: Mutex<Vec<String>>,
    starts: AtomicUsize,
    init_error: Mutex<Option<Value>>,
}

/// The function's process.
#[derive(Clone, Debug)]
pub struct Function(Arc<Inner>);

impl Function {
    pub(crate) fn new(launch: Option<Launch>, queue: Arc<Queue>, echo_logs: bool) -> Self {
        Self(Arc::new(Inner {
            launch,
            echo_logs,
            queue,
            phase: watch::Sender::new(Phase::Stopped),
            process: Mutex::new(None),
            one_start: tokio::sync::Mutex::new(()),
            logs: Mutex::new(Vec::new()),
            starts: AtomicUsize::new(0),
            init_error: Mutex::new(None),
        }))
    }

    /// Every line that the function has written so far, to either stream.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        lock(&self.0.logs).clone()
    }

    /// Every line that the function has written since they were last taken.
    #[must_use]
    pub fn take_logs(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.logs))
    }

    /// How often the process was started.
    #[must_use]
    pub fn starts(&self) -> usize {
        self.0.starts.load(Ordering::SeqCst)
    }

    /// The id of the process, if there is one.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        lock(&self.0.process).as_ref().map(|process| process.pid)
    }

    /// What the function last reported as the reason why it cannot be initialised.
    #[must_use]
    pub fn init_error(&self) -> Option<Value> {
        lock(&self.0.init_error).clone()
    }

    /// Kills the process and waits for its end. The next invocation starts another.
    pub async fn kill(&self) {
        self.kill_now();
        self.ended().await;
    }

    /// Asks the process to end (SIGTERM) and waits until it has. The next invocation starts another.
    pub async fn terminate(&self) {
        if let Some(pid) = self.pid() {
            let kill = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
            if !kill.is_ok_and(|status| status.success()) {
                self.kill_now();
            }
        }
        self.ended().await;
    }

    fn kill_now(&self) {
        if let Some(process) = lock(&self.0.process).as_ref() {
            self.0.queue.retire();
            process.kill.notify_one();
        }
    }

    /// Ends everything at once, without waiting.
    pub(crate) fn abandon(&self) {
        if let Some(process) = lock(&self.0.process).take() {
            process.watcher.abort();
        }
    }

    pub(crate) fn is_supervised(&self) -> bool {
        self.0.launch.is_some()
    }

    async fn ended(&self) {
        let mut phase = self.0.phase.subscribe();
        let _ = phase.wait_for(|phase| *phase == Phase::Stopped).await;
    }

    /// Waits until the process has asked for work or failed to, at most `limit`.
    pub(crate) async fn settled(&self, limit: Duration) {
        let mut phase = self.0.phase.subscribe();
        let _ =
            tokio::time::timeout(limit, phase.wait_for(|phase| *phase != Phase::Starting)).await;
    }

    /// The process has asked for an invocation.
    pub(crate) fn is_ready(&self) {
        self.0.phase.send_if_modified(|phase| {
            let first = *phase == Phase::Starting;
            if first {
                *phase = Phase::Ready;
            }
            first
        });
    }

    /// The process has reported that it cannot be initialised.
    pub(crate) fn init_failed(&self, payload: &[u8]) {
        let error = serde_json::from_slice(payload)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(payload).into_owned()));
        *lock(&self.0.init_error) = Some(error);
        self.0.queue.fail_waiting(&Death::Init(payload.to_vec()));
        if self.is_supervised() {
            self.0.phase.send_replace(Phase::Failed);
            let function = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(LAST_WORDS).await;
                if *function.0.phase.borrow() == Phase::Failed {
                    function.kill_now();
                }
            });
        }
    }

    /// Starts a process unless there is one.
    pub(crate) async fn ensure_started(&self) -> io::Result<()> {
        let Some(launch) = &self.0.launch else {
            return Ok(());
        };
        let _one = self.0.one_start.lock().await;
        if *self.0.phase.borrow() == Phase::Failed {
            self.ended().await;
        }
        if *self.0.phase.borrow() == Phase::Stopped { self.start(launch) } else { Ok(()) }
    }

    fn start(&self, launch: &Launch) -> io::Result<()> {
        let mut child = launch.spawn()?;
        self.0.starts.fetch_add(1, Ordering::SeqCst);
        let logs = [
            child.stdout.take().map(|out| self.read(out)),
            child.stderr.take().map(|err| self.read(err)),
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

    fn read(&self, stream: impl AsyncRead + Send + Unpin + 'static) -> JoinHandle<()> {
        let function = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).split(b'\n');
            while let Ok(Some(line)) = lines.next_segment().await {
                function.log(String::from_utf8_lossy(&line).into_owned());
            }
        })
    }

    fn log(&self, line: String) {
        if self.0.echo_logs {
            use io::Write as _;
            let _ = writeln!(io::stderr(), "  │ {line}");
        }
        lock(&self.0.logs).push(line);
    }

    async fn watch(self, mut child: Child, kill: Arc<Notify>, logs: [Option<JoinHandle<()>>; 2]) {
        let status = tokio::select! {
            status = child.wait() => status,
            () = kill.notified() => {
                let _ = child.start_kill();
                child.wait().await
            }
        };
        for log in logs.into_iter().flatten() {
            let _ = tokio::time::timeout(LAST_WORDS, log).await;
        }
        self.dead(&status.map_or_else(|error| error.to_string(), reason));
    }

    fn dead(&self, reason: &str) {
        let before = *self.0.phase.borrow();
        let death = match (before, self.init_error()) {
            (Phase::Failed, Some(error)) => Death::Init(error.to_string().into_bytes()),
            _ => Death::Exit(reason.to_owned()),
        };
        *lock(&self.0.process) = None;
        self.0.queue.process_ended(&death);
        if before == Phase::Starting {
            self.0.queue.fail_waiting(&death);
        }
        self.0.phase.send_replace(Phase::Stopped);
        if self.0.queue.has_waiting() {
            let function = self.clone();
            tokio::spawn(async move { function.ensure_started().await });
        }
    }
}
