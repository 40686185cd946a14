//! The process of a candidate.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_aws::{LocalAws, ProcessMemory};
use nix::sys::resource::{UsageWho, getrusage};

/// A program that Lambda could start.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The name in the table.
    pub(crate) name: String,
    /// The file that Lambda would start.
    pub(crate) bootstrap: PathBuf,
}

impl Candidate {
    /// Returns true if it has been set up.
    pub(crate) fn exists(&self) -> bool {
        self.bootstrap.is_file()
    }
}

/// The process of a candidate; killed when dropped.
pub(crate) struct Running {
    child: Child,
    /// The time of its start.
    pub(crate) since: Instant,
    /// The CPU time of all earlier processes.
    before: Duration,
    /// The file with its standard error.
    log: PathBuf,
}

impl Running {
    /// Starts a candidate with the environment that Lambda would give it.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be started.
    pub(crate) fn start(candidate: &Candidate, local: &LocalAws) -> Result<Self, String> {
        Self::start_with(&candidate.bootstrap, local, &[])
            .map_err(|error| format!("{}: {error}", candidate.bootstrap.display()))
    }

    /// Starts a candidate with further environment variables.
    pub(crate) fn start_with(
        bootstrap: &Path,
        local: &LocalAws,
        env: &[(&str, &str)],
    ) -> io::Result<Self> {
        let mut command = Command::new(bootstrap);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.envs(local.function_env().iter().map(|(name, value)| (name, value)));
        if let Some(ca) = local.ca_file() {
            // Node and Python have variables of their own for SSL_CERT_FILE.
            command.env("NODE_EXTRA_CA_CERTS", ca).env("AWS_CA_BUNDLE", ca);
        }
        command.envs(env.iter().copied());
        let log = std::env::temp_dir().join(format!("bench-{}.log", std::process::id()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let before = cpu_of_ended_children();
        let since = Instant::now();
        let mut child = command.spawn()?;
        if let Some(mut log) = child.stdout.take() {
            // The process would block on a pipe that is not read.
            std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        }
        Ok(Self { child, since, before, log })
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The peak of its resident memory, in KiB.
    pub(crate) fn peak_kib(&self) -> f64 {
        ProcessMemory::of(self.pid()).map_or(f64::NAN, |memory| kib(memory.peak_kib))
    }

    /// The CPU time of its threads so far.
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid()));
        let tasks = tasks.into_iter().flatten().flatten();
        tasks.map(|task| on_cpu(&task.path())).sum()
    }

    /// An error message with the end of its standard error.
    pub(crate) fn failed(&self, why: &str) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let last = log.get(log.len().saturating_sub(1_000)..);
        let last = String::from_utf8_lossy(last.unwrap_or_default()).into_owned();
        format!("{why} {}", last.trim()).trim().to_owned()
    }

    /// Kills it, and returns its total CPU time.
    pub(crate) fn end(mut self) -> Duration {
        self.kill();
        cpu_of_ended_children().saturating_sub(self.before)
    }

    fn kill(&mut self) {
        // Fails if the process has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        drop(std::fs::remove_file(&self.log));
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 KiB")]
fn kib(kib: u64) -> f64 {
    kib as f64
}

/// The time on a CPU: the first number in `schedstat`, in nanoseconds.
fn on_cpu(task: &Path) -> Duration {
    let text = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

/// The CPU time of all child processes that have ended. Here they end one at a time.
fn cpu_of_ended_children() -> Duration {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else {
        return Duration::ZERO;
    };
    let micros = [usage.user_time(), usage.system_time()].map(|time| {
        let seconds = Duration::from_secs(u64::try_from(time.tv_sec()).unwrap_or_default());
        seconds + Duration::from_micros(u64::try_from(time.tv_usec()).unwrap_or_default())
    });
    micros.into_iter().sum()
}
