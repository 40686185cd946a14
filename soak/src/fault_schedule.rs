//! Random faults of Amazon Connect, the event bus and the table. A cycle of five seconds has faults
//! in its first four, now and then a total outage, and no faults in its last.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use local_aws::{Connect, LocalAws};

use crate::fault_kinds;

/// The share of calls that meet a fault.
const FAULTY_CALLS: f32 = 0.1;
/// The share of faults that begin an outage.
const OUTAGES: f32 = 0.003;
/// The shares of publications and of customers' requests that meet a fault of the bus, a refusal
/// of an entry, and a fault of the table.
const FAULTY_PUBLICATIONS: f32 = 0.08;
const REFUSED_ENTRIES: f32 = 0.04;
const FAULTY_TABLE: f32 = 0.12;
const CYCLE: Duration = Duration::from_secs(5);
/// When in the cycle faults stop.
const FAULTS_END: Duration = Duration::from_secs(4);
/// When in the cycle an outage may begin at the latest, to be over before the faults stop.
const LAST_OUTAGE: Duration = Duration::from_secs(2);
/// How long the effect of the last faults lasts.
const AFTERMATH: Duration = Duration::from_millis(350);

/// The requests of a delivery, by the services that they need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) connect: usize,
    pub(crate) bus: usize,
    pub(crate) table: usize,
}

/// When the services fail, and how.
#[derive(Debug)]
pub(crate) struct FaultSchedule {
    start: Instant,
    end: Instant,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    counts: BTreeMap<&'static str, u64>,
    outage_end: Option<Instant>,
    /// Whether there have been faults since they were last cleared.
    is_faulty: bool,
}

impl State {
    fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
        self.is_faulty = true;
    }
}

impl FaultSchedule {
    /// A schedule of faults between `start` and `end`.
    pub(crate) fn new(start: Instant, end: Instant) -> Self {
        Self { start, end, state: RefCell::default() }
    }

    /// Adds random faults for the next calls.
    pub(crate) fn inject(&self, calls: Calls, rng: &mut Rng, local: &LocalAws) {
        let now = Instant::now();
        let phase = self.phase(now);
        if now >= self.end || phase >= FAULTS_END {
            return;
        }
        let mut state = self.state.borrow_mut();
        for _ in 0..count(calls.connect, FAULTY_CALLS, rng) {
            if state.outage_end.is_some() {
                continue;
            }
            let (name, fault) = if rng.f32() < OUTAGES && phase < LAST_OUTAGE {
                state.outage_end = Some(now + fault_kinds::millis(rng, 1_000, 2_000));
                fault_kinds::outage(rng)
            } else {
                fault_kinds::connect(rng)
            };
            state.count(name);
            local.connect().inject(fault);
        }
        for _ in 0..count(calls.bus, REFUSED_ENTRIES, rng) {
            state.count(fault_kinds::refusal(rng, local.event_bus()));
        }
        let bus = (0..count(calls.bus, FAULTY_PUBLICATIONS, rng)).map(|_| fault_kinds::bus(rng));
        let mut faults: Vec<_> = bus.collect();
        let table = count(calls.table, FAULTY_TABLE, rng);
        faults.extend((0..table).map(|_| fault_kinds::table(rng)));
        for (name, fault) in faults {
            state.count(name);
            local.connect().inject(fault);
        }
    }

    /// Ends an outage whose time is over, and all faults when the cycle or the schedule says so.
    pub(crate) fn expire(&self, connect: &Connect) {
        let now = Instant::now();
        let mut state = self.state.borrow_mut();
        let is_over = now >= self.end || self.phase(now) >= FAULTS_END;
        if (is_over && state.is_faulty) || state.outage_end.is_some_and(|end| end <= now) {
            state.outage_end = None;
            state.is_faulty = false;
            connect.clear_faults();
        }
    }

    /// Returns true if there are no faults now, nor effects of earlier ones.
    pub(crate) fn is_fault_free(&self) -> bool {
        let now = Instant::now();
        self.phase(now) >= FAULTS_END + AFTERMATH && now < self.end
    }

    /// The number of faults so far, by kind.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.state.borrow().counts.clone()
    }

    fn phase(&self, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.start);
        Duration::from_secs_f64(elapsed.as_secs_f64() % CYCLE.as_secs_f64())
    }
}

/// How many of these calls meet a fault.
fn count(calls: usize, share: f32, rng: &mut Rng) -> usize {
    (0..calls).filter(|_| rng.f32() < share).count()
}
