//! A candidate's process.

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
    /// What the table calls it.
    pub(crate) name: String,
    /// The file that is started.
    pub(crate) bootstrap: PathBuf,
}

impl Candidate {
    /// Whether it has been set up.
    pub(crate) fn is_there(&self) -> bool {
        self.bootstrap.is_file()
    }
}

/// A candidate's process; it is killed when dropped.
pub(crate) struct Running {
    child: Child,
    /// When it was started.
    pub(crate) since: Instant,
    /// The CPU time of all processes that have ended before.
    before: Duration,
    /// What it writes to standard error.
    log: PathBuf,
}

impl Running {
    /// Starts a candidate in the environment that Lambda would give it.
    ///
    /// # Errors
    ///
    /// Where it cannot be started.
    pub(crate) fn start(candidate: &Candidate, local: &LocalAws) -> Result<Self, String> {
        Self::start_with(&candidate.bootstrap, local, &[])
            .map_err(|error| format!("{}: {error}", candidate.bootstrap.display()))
    }

    /// The same with further variables.
    pub(crate) fn start_with(
        bootstrap: &Path,
        local: &LocalAws,
        env: &[(&str, &str)],
    ) -> io::Result<Self> {
        let mut command = Command::new(bootstrap);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.envs(local.function_env().iter().map(|(name, value)| (name, value)));
        if let Some(ca) = local.ca_file() {
            // What SSL_CERT_FILE is to the others.
            command.env("NODE_EXTRA_CA_CERTS", ca).env("AWS_CA_BUNDLE", ca);
        }
        command.envs(env.iter().copied());
        let log = std::env::temp_dir().join(format!("bench-{}.log", std::process::id()));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let before = cpu_of_the_dead();
        let since = Instant::now();
        let mut child = command.spawn()?;
        if let Some(mut log) = child.stdout.take() {
            // A pipe that nobody reads would stop the process.
            std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        }
        Ok(Self { child, since, before, log })
    }

    /// The id of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has had, in KiB.
    pub(crate) fn peak_kib(&self) -> f64 {
        ProcessMemory::of(self.pid()).map_or(f64::NAN, |memory| kib(memory.peak_kib))
    }

    /// The CPU time of its threads so far.
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid()));
        let tasks = tasks.into_iter().flatten().flatten();
        tasks.map(|task| on_cpu(&task.path())).sum()
    }

    /// Why something failed, with the last that it wrote to standard error.
    pub(crate) fn failed(&self, why: &str) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let last = log.get(log.len().saturating_sub(1_000)..);
        let last = String::from_utf8_lossy(last.unwrap_or_default()).into_owned();
        format!("{why} {}", last.trim()).trim().to_owned()
    }

    /// Kills it. The CPU time of its whole life.
    pub(crate) fn end(mut self) -> Duration {
        self.kill();
        cpu_of_the_dead().saturating_sub(self.before)
    }

    fn kill(&mut self) {
        // One that has ended already cannot be killed, and need not be.
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

/// `schedstat`'s first number: nanoseconds on a CPU.
fn on_cpu(task: &Path) -> Duration {
    let text = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

/// The CPU time of all child processes that have ended. They end one at a time here.
fn cpu_of_the_dead() -> Duration {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else {
        return Duration::ZERO;
    };
    let micros = [usage.user_time(), usage.system_time()].map(|time| {
        let seconds = Duration::from_secs(u64::try_from(time.tv_sec()).unwrap_or_default());
        seconds + Duration::from_micros(u64::try_from(time.tv_usec()).unwrap_or_default())
    });
    micros.into_iter().sum()
}
