//! One run of the chaos test, from start to report.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::future::join_all;
use local_aws::fixtures::{CONTACT_TABLE, EVENT_BUS, FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID};
use local_aws::{LocalAws, Options};

use crate::load::Load;
use crate::monitor::Monitor;
use crate::report::Report;
use crate::samples::Samples;
use crate::{generated, markers};

/// The timeout of one invocation: short, so that unanswered calls end soon.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What to send to which function, and for how long.
#[derive(Clone, Debug)]
pub struct Soak {
    /// The function's binary.
    pub function: PathBuf,
    /// The folder with the sample events.
    pub events: PathBuf,
    /// How long events are sent.
    pub duration: Duration,
    /// How many invocations run concurrently.
    pub concurrency: usize,
    /// The seed for the choice of events and faults.
    pub seed: u64,
}

impl Soak {
    /// Sends events until the time is over and returns the report. Calls `progress` with a line
    /// every few seconds.
    ///
    /// # Errors
    ///
    /// Returns an error if there are no events, or the function cannot be started.
    pub async fn run(&self, progress: impl Fn(&str)) -> io::Result<Report> {
        let samples = Samples::load(&self.events)?;
        let local = LocalAws::start(self.options()).await?;
        if let Some(error) = local.function().init_error() {
            return Err(io::Error::other(format!("the function cannot be initialized: {error}")));
        }
        let start = Instant::now();
        let load = Load::new(local, samples, self.seed, start, start + self.duration);
        let monitor = Monitor::new(&load, start);
        let mut seeds = Rng::with_seed(self.seed);
        let workers = (0..self.concurrency.max(1)).map(|_| load.work(seeds.fork()));
        tokio::select! {
            _ = join_all(workers) => {}
            () = monitor.watch(&progress) => {}
        }
        Ok(Report { seed: self.seed, concurrency: self.concurrency, ..monitor.finish().await })
    }

    fn options(&self) -> Options {
        Options::new(&self.function)
            .timeout(TIMEOUT)
            .quota(usize::MAX)
            .no_rate_limit()
            .env("INSTANCE_ID", INSTANCE_ID)
            .env("CONTACT_FLOW_ID", FLOW_ID)
            .env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID)
            .env("ALLOWED_ORIGINS", generated::ORIGIN)
            .env("CUSTOMER_ID_CLAIM", markers::CUSTOMER_CLAIM)
            .env("RESULT_BUS", EVENT_BUS)
            .env("CONTACT_TABLE", CONTACT_TABLE)
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            // A second process, so that not only the turns within one keep requests apart.
            .verified_env("CONTACT_TABLE", CONTACT_TABLE)
            .env("AWS_LAMBDA_MAX_CONCURRENCY", self.concurrency.to_string())
    }
}
