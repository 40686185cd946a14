//! A soak: every kind of event, and every kind of fault of Amazon Connect, for as long as asked, with an account
//! of each chat.
//!
//! [`Soak::run`] makes every request one of its own: a marker in its attributes tells its chat. What fails in a way
//! that its source would deliver again is delivered again, under the same identity. In the end each request must
//! have led to one chat, and each answer have named that chat.

mod built;
mod delivery;
mod drive;
mod judge;
mod ledger;
mod marks;
mod memory;
mod random;
mod report;
mod tally;
mod templates;
mod watch;
mod weather;

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use uuid::Uuid;

pub use memory::Memory;
pub use report::Report;

use crate::local_aws::LocalAws;
use crate::options::Options;
use crate::world::{FLOW_ID, INSTANCE_ID, SECOND_FLOW_ID};
use delivery::Mint;
use drive::Drive;
use ledger::Ledger;
use random::Random;
use templates::Templates;
use watch::Watch;
use weather::Weather;

/// How long one invocation may take: short, so that black holes end at the deadline soon.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What to send, to which function, for how long.
#[derive(Clone, Debug)]
pub struct Soak {
    /// The function's binary.
    pub function: PathBuf,
    /// The folder of the sample events.
    pub events: PathBuf,
    /// For how long.
    pub duration: Duration,
    /// How many invocations run at once.
    pub concurrency: usize,
    /// What the choice of events and faults goes by.
    pub seed: u64,
}

impl Soak {
    /// A seed that nobody chose.
    #[must_use]
    pub fn random_seed() -> u64 {
        Uuid::new_v4().as_u64_pair().0 >> 32
    }

    /// Sends events until the time is over, tells of the progress now and then, and sums up.
    ///
    /// # Errors
    ///
    /// When there are no events, or the function cannot be started.
    pub async fn run(&self, tell: impl Fn(&str)) -> io::Result<Report> {
        let templates = Templates::load(&self.events)?;
        let local = LocalAws::start(self.options()).await?;
        if let Some(error) = local.function().init_error() {
            return Err(io::Error::other(format!("the function cannot be initialised: {error}")));
        }
        let since = Instant::now();
        let drive = self.drive(templates, local, since);
        let watch = Watch::default();
        let load = (0..self.concurrency.max(1))
            .map(|stream| u64::try_from(stream).unwrap_or_default())
            .map(|stream| drive.work(Random::new(self.seed, stream)));
        tokio::select! {
            _ = join_all(load) => {}
            () = watch.watch(&drive, since, &tell) => {}
        }
        let report = watch.finish(&drive, since.elapsed()).await;
        Ok(Report { seed: self.seed, concurrency: self.concurrency, ..report })
    }

    fn options(&self) -> Options {
        Options::new(&self.function)
            .timeout(TIMEOUT)
            .quota(usize::MAX)
            .no_rate_limit()
            .env("INSTANCE_ID", INSTANCE_ID)
            .env("CONTACT_FLOW_ID", FLOW_ID)
            .env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID)
            .env("ALLOWED_ORIGINS", built::ORIGIN)
            .env("CUSTOMER_ID_CLAIM", marks::CLAIM)
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_MAX_CONCURRENCY", self.concurrency.to_string())
    }

    fn drive(&self, templates: Templates, local: LocalAws, since: Instant) -> Drive {
        let until = since + self.duration;
        Drive {
            ledger: Mutex::new(Ledger::new(local.connect().contacts())),
            local,
            templates,
            mint: Mint::new(self.seed),
            weather: Weather::new(since, until),
            tally: Mutex::default(),
            until,
            backlog: Mutex::default(),
            in_flight: AtomicUsize::new(0),
        }
    }
}
