//! What came of a soak.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::ledger::Faulty;
use super::memory::Memory;
use super::memory::mebibytes;
use super::tally::{Durations, Tally};

/// What came of a soak. Its `Display` is a plain table.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(super) seed: u64,
    pub(super) concurrency: usize,
    pub(super) elapsed: Duration,
    pub(super) tally: Tally,
    pub(super) faulty: Faulty,
    pub(super) faults: BTreeMap<&'static str, u64>,
    pub(super) chats: usize,
    pub(super) restarts: usize,
    pub(super) memory_first: Option<Memory>,
    pub(super) memory_last: Option<Memory>,
    pub(super) memory_samples: Vec<u64>,
    pub(super) memory_own: Option<Memory>,
}

impl Report {
    /// How often the function was invoked.
    #[must_use]
    pub fn invocations(&self) -> usize {
        self.tally.invocations
    }

    /// How many chats were started.
    #[must_use]
    pub fn chats(&self) -> usize {
        self.chats
    }

    /// How often something was sent once more.
    #[must_use]
    pub fn redeliveries(&self) -> usize {
        self.tally.redeliveries
    }

    /// How many chats were started more than asked for.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.faulty.duplicates
    }

    /// How many requests succeeded without a chat, or never did.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.faulty.lost
    }

    /// How many answers, or log lines, were not as they must be.
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.faulty.wrong
    }

    /// How often the process had to be started again.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.restarts
    }

    /// How many invocations outlived their deadline.
    #[must_use]
    pub fn killed(&self) -> usize {
        self.tally.killed
    }

    /// The first problems, in words.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.faulty.told
    }

    /// Whether nothing is amiss.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.duplicates() + self.lost() + self.wrong() + self.restarts() + self.killed() == 0
    }

    fn counts(&self) -> Vec<(&'static str, String)> {
        let tally = &self.tally;
        let faults: u64 = self.faults.values().sum();
        vec![
            ("seed", self.seed.to_string()),
            (
                "time",
                format!("{} s, {} invocations at once", self.elapsed.as_secs(), self.concurrency),
            ),
            ("invocations", tally.invocations.to_string()),
            ("requests", tally.requests.to_string()),
            ("  refused as they must be", tally.refused.to_string()),
            ("  given up (HTTP without a key)", tally.given_up.to_string()),
            ("chats started", self.chats.to_string()),
            ("redeliveries", tally.redeliveries.to_string()),
            ("faults", faults.to_string()),
        ]
    }

    fn verdicts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("duplicates", self.duplicates().to_string()),
            ("lost", self.lost().to_string()),
            ("wrong answers", self.wrong().to_string()),
            ("restarts", self.restarts.to_string()),
            ("killed at the deadline", self.killed().to_string()),
            ("latency, full load, no faults", latency(&self.tally.calm)),
            ("latency overall", latency(&self.tally.all)),
        ]
    }

    fn memory(&self) -> Vec<(&'static str, String)> {
        let resident = |memory: Option<Memory>| memory.map(|memory| memory.resident);
        let peak = |memory: Option<Memory>| memory.map(|memory| memory.peak);
        vec![
            ("memory at the start", amount(resident(self.memory_first))),
            ("memory on the way", self.samples()),
            ("memory at the end", amount(resident(self.memory_last))),
            ("memory at its peak", amount(peak(self.memory_last))),
            (
                "local-aws's own, end / peak",
                format!(
                    "{} / {}",
                    amount(resident(self.memory_own)),
                    amount(peak(self.memory_own))
                ),
            ),
        ]
    }

    /// At most about ten of the measurements, evenly apart.
    fn samples(&self) -> String {
        let step = self.memory_samples.len().div_ceil(10).max(1);
        let samples = self.memory_samples.iter().step_by(step);
        let samples: Vec<_> = samples.map(|sample| mebibytes(*sample)).collect();
        samples.join(", ").replace(" MiB", "")
    }
}

fn latency(durations: &Durations) -> String {
    let millis = |duration: Duration| format!("{:.1}", duration.as_secs_f64() * 1_000.0);
    format!(
        "p50 {} ms, p99 {} ms, max {} ms ({} invocations)",
        millis(durations.percentile(50)),
        millis(durations.percentile(99)),
        millis(durations.longest()),
        durations.count(),
    )
}

fn amount(kibibytes: Option<u64>) -> String {
    kibibytes.map_or_else(|| "unknown".to_owned(), mebibytes)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |(name, text): (&str, String)| writeln!(f, "{name:<32} {text}");
        self.counts().into_iter().try_for_each(&mut row)?;
        for (kind, count) in &self.faults {
            row((&format!("  {kind}"), count.to_string()))?;
        }
        self.verdicts().into_iter().try_for_each(&mut row)?;
        self.memory().into_iter().try_for_each(&mut row)?;
        for problem in &self.faulty.told {
            writeln!(f, "! {problem}")?;
        }
        Ok(())
    }
}
