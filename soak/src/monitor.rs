//! What runs beside the load: ends faults, audits chats, checks the log, measures memory and
//! reports progress.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use local_aws::{CONNECTION_TOKEN_PREFIX, Function, PARTICIPANT_TOKEN_PREFIX, ProcessMemory};
use serde_json::Value;

use crate::load::Load;
use crate::report::{Memory, Report, mebibytes};

const TICK: Duration = Duration::from_millis(50);
/// Ticks between audits, progress lines and memory samples.
const AUDIT: u32 = 20;
const PROGRESS: u32 = 100;
const MEMORY: u32 = 200;
/// How long after its answer a request's chats may still appear: longer than any fault delays a call.
const SETTLED: Duration = Duration::from_secs(2);
/// After how many invocations the function's memory is measured first.
const WARM: usize = 100;

/// What runs beside a load.
#[derive(Debug)]
pub(crate) struct Monitor<'a> {
    load: &'a Load,
    start: Instant,
    first_memory: Cell<Option<ProcessMemory>>,
    memory_samples: RefCell<Vec<u64>>,
}

impl<'a> Monitor<'a> {
    pub(crate) fn new(load: &'a Load, start: Instant) -> Self {
        Self { load, start, first_memory: Cell::default(), memory_samples: RefCell::default() }
    }

    /// Runs until it is dropped.
    pub(crate) async fn watch(&self, progress: &impl Fn(&str)) {
        let mut clock = tokio::time::interval(TICK);
        for tick in 1_u32.. {
            clock.tick().await;
            self.load.faults.expire(self.load.local.connect());
            self.end_chats();
            if self.first_memory.get().is_none() && self.load.metrics.borrow().invocations >= WARM {
                self.first_memory.set(self.function_memory());
            }
            if tick.is_multiple_of(AUDIT) {
                self.check_log();
                self.audit(Instant::now().checked_sub(SETTLED).unwrap_or(self.start));
            }
            if tick.is_multiple_of(MEMORY)
                && let Some(memory) = self.function_memory()
            {
                self.memory_samples.borrow_mut().push(memory.resident_kib);
            }
            if tick.is_multiple_of(PROGRESS) {
                progress(&self.progress());
            }
        }
    }

    /// Audits what is left, and returns the report.
    pub(crate) async fn finish(&self) -> Report {
        let duration = self.start.elapsed();
        tokio::time::sleep(SETTLED).await;
        self.check_log();
        self.audit(Instant::now());
        let load = self.load;
        let mut accounting = load.accounting.borrow_mut();
        accounting.finish();
        for finding in load.customers.borrow_mut().findings() {
            accounting.wrong(finding);
        }
        drop(accounting);
        Report {
            duration,
            metrics: load.metrics.borrow().clone(),
            findings: load.accounting.borrow().findings().clone(),
            faults: load.faults.counts(),
            publications: load.publications.borrow().counts(),
            customers: load.customers.borrow().counts(),
            chats: load.local.connect().chats(),
            restarts: self.functions().map(|it| it.starts().saturating_sub(1)).sum(),
            memory: Memory {
                first: self.first_memory.get(),
                last: self.function_memory(),
                samples: self.memory_samples.borrow().clone(),
                own: ProcessMemory::of(std::process::id()),
            },
            ..Report::default()
        }
    }

    /// The processes of the function.
    fn functions(&self) -> impl Iterator<Item = &Function> {
        let local = &self.load.local;
        std::iter::once(local.function()).chain(local.second_function())
    }

    fn function_memory(&self) -> Option<ProcessMemory> {
        ProcessMemory::of(self.load.local.function().pid()?)
    }

    /// Verifies that each new line of the function's log is JSON without a secret, and forgets
    /// the line. Forgets Connect's requests as well, which would pile up.
    fn check_log(&self) {
        self.load.local.connect().forget_requests();
        let mut accounting = self.load.accounting.borrow_mut();
        for line in self.functions().flat_map(Function::take_logs) {
            match serde_json::from_str::<Value>(&line) {
                Ok(line) => self.load.customers.borrow_mut().log(&line),
                Err(_) => accounting.wrong(format!("a log line is not JSON: {line}")),
            }
            let prefix = self.load.ids.marker_prefix();
            for secret in [prefix, PARTICIPANT_TOKEN_PREFIX, CONNECTION_TOKEN_PREFIX] {
                if line.contains(secret) {
                    accounting.wrong(format!("a log line contains {secret}…: {line}"));
                }
            }
        }
    }

    fn audit(&self, closed_before: Instant) {
        let connect = self.load.local.connect();
        let mut accounting = self.load.accounting.borrow_mut();
        let mut publications = self.load.publications.borrow_mut();
        let mut findings = publications.enter(&self.load.local.event_bus().take_entries(), connect);
        findings.extend(publications.audit(closed_before));
        findings.into_iter().for_each(|finding| accounting.wrong(finding));
        let prefix = self.load.ids.customer_prefix();
        let (customers, others): (Vec<_>, Vec<_>) =
            connect.contacts().into_iter().partition(|it| {
                it.customer_id.as_ref().is_some_and(|customer| customer.starts_with(&prefix))
            });
        let mut settled = accounting.audit(&others, closed_before);
        self.load.local.table().forget_contacts(&settled);
        settled.extend(self.load.customers.borrow_mut().enter(&customers, epoch_seconds()));
        connect.forget_contacts(&settled);
    }

    /// Ends the chats of customers whose time is over.
    fn end_chats(&self) {
        for contact in self.load.customers.borrow_mut().end_due() {
            self.load.local.connect().end_contact(&contact);
        }
    }

    fn progress(&self) -> String {
        let (accounting, metrics) = (self.load.accounting.borrow(), self.load.metrics.borrow());
        let findings = accounting.findings();
        let memory = self.function_memory().map(|memory| mebibytes(memory.resident_kib));
        format!(
            "{:>4} s  invocations {}  chats {}  redeliveries {}  duplicates {}  lost {}  wrong {}  memory {}",
            self.start.elapsed().as_secs(),
            metrics.invocations,
            self.load.local.connect().chats(),
            metrics.redeliveries,
            findings.duplicates,
            findings.lost,
            findings.wrong,
            memory.unwrap_or_default(),
        )
    }
}

fn epoch_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
