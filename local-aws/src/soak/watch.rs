//! What goes on beside the load: faults end, chats are counted, memory is measured, progress is told.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;

use super::drive::Drive;
use super::memory::Memory;
use super::memory::mebibytes;
use super::report::Report;
use crate::connect::{CONNECTION_TOKEN_PREFIX, PARTICIPANT_TOKEN_PREFIX};
use crate::lock;

const TICK: Duration = Duration::from_millis(50);
const AUDIT_EVERY: u32 = 20;
const PROGRESS_EVERY: u32 = 100;
const MEMORY_EVERY: u32 = 200;
/// How long a request's chats may take to show once it is answered: longer than any fault delays an attempt.
pub(super) const SETTLED: Duration = Duration::from_secs(2);
/// How many invocations the function is given to warm up before its memory is measured.
const WARM: usize = 100;

/// The measurements of the function's memory.
#[derive(Debug, Default)]
pub(super) struct Watch {
    first: Mutex<Option<Memory>>,
    samples: Mutex<Vec<u64>>,
}

impl Watch {
    /// Goes on until it is dropped.
    pub(super) async fn watch(&self, drive: &Drive, since: Instant, tell: &impl Fn(&str)) {
        let mut clock = tokio::time::interval(TICK);
        let mut ticks: u32 = 0;
        loop {
            clock.tick().await;
            ticks = ticks.wrapping_add(1);
            drive.weather.pass(drive.local.connect());
            self.first(drive);
            if ticks.is_multiple_of(AUDIT_EVERY) {
                tidy(drive);
                let by = Instant::now().checked_sub(SETTLED);
                audit(drive, by.unwrap_or(since));
            }
            if ticks.is_multiple_of(MEMORY_EVERY)
                && let Some(memory) = memory(drive)
            {
                lock(&self.samples).push(memory.resident);
            }
            if ticks.is_multiple_of(PROGRESS_EVERY) {
                tell(&progress(drive, since));
            }
        }
    }

    fn first(&self, drive: &Drive) {
        let is_warm = lock(&drive.tally).invocations >= WARM;
        let mut first = lock(&self.first);
        if is_warm && first.is_none() {
            *first = memory(drive);
        }
    }

    /// Counts what is left, and sums up.
    pub(super) async fn finish(&self, drive: &Drive, elapsed: Duration) -> Report {
        tokio::time::sleep(SETTLED).await;
        tidy(drive);
        audit(drive, Instant::now());
        let mut ledger = lock(&drive.ledger);
        ledger.end();
        Report {
            elapsed,
            tally: lock(&drive.tally).clone(),
            faulty: ledger.faulty.clone(),
            faults: drive.weather.counts(),
            chats: drive.local.connect().chats(),
            restarts: drive.local.function().starts().saturating_sub(1),
            memory_first: *lock(&self.first),
            memory_last: memory(drive),
            memory_samples: lock(&self.samples).clone(),
            memory_own: Memory::of(std::process::id()),
            ..Report::default()
        }
    }
}

fn memory(drive: &Drive) -> Option<Memory> {
    Memory::of(drive.local.function().pid()?)
}

/// Forgets what would pile up, the function's log once it is read.
fn tidy(drive: &Drive) {
    drive.local.connect().forget_requests();
    let marker = drive.mint.prefix();
    for line in drive.local.function().take_logs() {
        if serde_json::from_str::<IgnoredAny>(&line).is_err() {
            lock(&drive.ledger).wrong(format!("a log line is not JSON: {line}"));
        }
        for secret in [marker, PARTICIPANT_TOKEN_PREFIX, CONNECTION_TOKEN_PREFIX] {
            if line.contains(secret) {
                lock(&drive.ledger).wrong(format!("a log line tells {secret}…: {line}"));
            }
        }
    }
}

fn audit(drive: &Drive, by: Instant) {
    let connect = drive.local.connect();
    let done = lock(&drive.ledger).audit(&connect.contacts(), by);
    connect.forget_contacts(&done);
}

fn progress(drive: &Drive, since: Instant) -> String {
    let faulty = lock(&drive.ledger).faulty.clone();
    let tally = lock(&drive.tally);
    let memory = memory(drive).map_or_else(|| "?".to_owned(), |it| mebibytes(it.resident));
    format!(
        "{:>4} s  invocations {}  chats {}  redeliveries {}  duplicates {}  lost {}  wrong {}  memory {memory}",
        since.elapsed().as_secs(),
        tally.invocations,
        drive.local.connect().chats(),
        tally.redeliveries,
        faulty.duplicates,
        faulty.lost,
        faulty.wrong,
    )
}
