//! The report of a run.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use local_aws::ProcessMemory;

use crate::accounting::Findings;
use crate::metrics::{Latencies, Metrics};
use crate::{customer_accounts, publications};

/// The report of a run. Its `Display` is a plain table.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(crate) seed: u64,
    pub(crate) concurrency: usize,
    pub(crate) duration: Duration,
    pub(crate) metrics: Metrics,
    pub(crate) findings: Findings,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) publications: publications::Counts,
    pub(crate) customers: customer_accounts::Counts,
    pub(crate) chats: usize,
    pub(crate) restarts: usize,
    pub(crate) memory: Memory,
}

/// The memory of the function, and of the chaos test itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) first: Option<ProcessMemory>,
    pub(crate) last: Option<ProcessMemory>,
    /// The function's resident memory over time, in KiB.
    pub(crate) samples: Vec<u64>,
    pub(crate) own: Option<ProcessMemory>,
}

impl Report {
    /// The number of chats that were started.
    #[must_use]
    pub fn chats(&self) -> usize {
        self.chats
    }

    /// The number of deliveries that were repeats.
    #[must_use]
    pub fn redeliveries(&self) -> usize {
        self.metrics.redeliveries
    }

    /// The number of surplus chats.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.findings.duplicates
    }

    /// The number of requests that succeeded without a chat, or never ended.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.findings.lost
    }

    /// The number of wrong answers and log lines.
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.findings.wrong
    }

    /// The number of times that the function's process had to be started again.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.restarts
    }

    /// The number of invocations that were killed at their deadline.
    #[must_use]
    pub fn timed_out(&self) -> usize {
        self.metrics.timed_out
    }

    /// Returns true if nothing was wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.duplicates() + self.lost() + self.wrong() + self.restarts() + self.timed_out() == 0
    }

    fn counts(&self) -> Vec<(&'static str, String)> {
        let metrics = &self.metrics;
        let duration =
            format!("{} s, {} concurrent invocations", self.duration.as_secs(), self.concurrency);
        vec![
            ("seed", self.seed.to_string()),
            ("duration", duration),
            ("invocations", metrics.invocations.to_string()),
            ("requests", metrics.requests.to_string()),
            ("  rejected as expected", metrics.rejected.to_string()),
            ("  given up (HTTP without a key)", metrics.given_up.to_string()),
            ("chats started", self.chats.to_string()),
            ("redeliveries", metrics.redeliveries.to_string()),
            ("faults", self.faults.values().sum::<u64>().to_string()),
        ]
    }

    fn publications(&self) -> Vec<(&'static str, String)> {
        let counts = &self.publications;
        let rows = [
            ("chats to publish", counts.expected),
            ("  published", counts.published),
            ("  published again", counts.repeated),
            ("published as not started", counts.not_started),
            ("chats not to publish (HTTP, direct)", counts.unpublished),
        ];
        rows.map(|(name, count)| (name, count.to_string())).to_vec()
    }

    fn customers(&self) -> Vec<(&'static str, String)> {
        let counts = &self.customers;
        let rows = [
            ("requests of customers' devices", counts.requests),
            ("  answered with their own chat", counts.own),
            ("  answered with a running chat", counts.returned),
            ("  failed attempts", counts.failed),
            ("chats of these customers", counts.chats),
            ("  ended", counts.ended),
            ("  started without the table", counts.excused),
            ("    beside another chat", counts.excused_beside),
            ("  started, but no answer", counts.unanswered),
            ("requests with a table failure", counts.table_failures),
        ];
        rows.map(|(name, count)| (name, count.to_string())).to_vec()
    }

    fn findings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("duplicates", self.duplicates().to_string()),
            ("lost", self.lost().to_string()),
            ("wrong answers", self.wrong().to_string()),
            ("restarts", self.restarts().to_string()),
            ("killed at the deadline", self.timed_out().to_string()),
            ("latency without faults", latency(&self.metrics.fault_free_latencies)),
            ("latency overall", latency(&self.metrics.latencies)),
        ]
    }
}

impl Memory {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let resident = |memory: Option<ProcessMemory>| amount(memory.map(|it| it.resident_kib));
        let peak = |memory: Option<ProcessMemory>| amount(memory.map(|it| it.peak_kib));
        vec![
            ("memory at the start", resident(self.first)),
            ("memory over time", self.over_time()),
            ("memory at the end", resident(self.last)),
            ("memory at its peak", peak(self.last)),
            ("soak's own, end / peak", format!("{} / {}", resident(self.own), peak(self.own))),
        ]
    }

    /// About ten samples at equal distances.
    fn over_time(&self) -> String {
        let step = self.samples.len().div_ceil(10).max(1);
        let samples: Vec<_> = self.samples.iter().step_by(step).copied().map(mebibytes).collect();
        samples.join(", ")
    }
}

fn latency(latencies: &Latencies) -> String {
    let [p50, p99, max] =
        latencies.percentiles([50, 99, 100]).map(|time| time.as_secs_f64() * 1_000.0);
    let count = latencies.count();
    format!("p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms ({count} invocations)")
}

fn amount(kibibytes: Option<u64>) -> String {
    kibibytes.map_or_else(|| "unknown".to_owned(), mebibytes)
}

/// An amount of KiB, such as `12.5 MiB`.
pub(crate) fn mebibytes(kibibytes: u64) -> String {
    format!("{}.{} MiB", kibibytes / 1024, kibibytes % 1024 * 10 / 1024)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |(name, text): (&str, String)| writeln!(f, "{name:<36} {text}");
        self.counts().into_iter().try_for_each(&mut row)?;
        for (kind, count) in &self.faults {
            row((&format!("  {kind}"), count.to_string()))?;
        }
        self.publications().into_iter().try_for_each(&mut row)?;
        self.customers().into_iter().try_for_each(&mut row)?;
        self.findings().into_iter().try_for_each(&mut row)?;
        self.memory.rows().into_iter().try_for_each(&mut row)?;
        for finding in &self.findings.descriptions {
            writeln!(f, "! {finding}")?;
        }
        Ok(())
    }
}
