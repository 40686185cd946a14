//! Random faults of Amazon Connect. A cycle of five seconds has faults in its first four, now and
//! then a total outage, and no faults in its last.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use local_aws::{Connect, Fault};

/// The share of calls that meet a fault.
const FAULTY_CALLS: f32 = 0.1;
/// The share of faults that begin an outage.
const OUTAGES: f32 = 0.003;
/// The share of faults that leave a call without an answer, which takes an invocation all its time.
const BLACK_HOLES: f32 = 0.004;
const CYCLE: Duration = Duration::from_secs(5);
/// When in the cycle faults stop.
const FAULTS_END: Duration = Duration::from_secs(4);
/// When in the cycle an outage may begin at the latest, to be over before the faults stop.
const LAST_OUTAGE: Duration = Duration::from_secs(2);
/// How long the effect of the last faults lasts.
const AFTERMATH: Duration = Duration::from_millis(350);

type MakeFault = fn(&mut Rng) -> Fault;

/// The kinds of faults with their weights.
const KINDS: [(u32, &str, MakeFault); 13] = [
    (12, "500 InternalServiceException", |_| Fault::status(500, "InternalServiceException")),
    (10, "503 with HTML", |_| Fault::raw(503, "text/html", "<html>503</html>")),
    (12, "429 TooManyRequestsException", |_| Fault::status(429, "TooManyRequestsException")),
    (4, "429 LimitExceededException", |_| Fault::status(429, "LimitExceededException")),
    (12, "reset", |_| Fault::reset()),
    (10, "reset after start", |_| Fault::reset_after_start()),
    (4, "garbage", |_| Fault::garbage()),
    (3, "empty", |_| Fault::empty()),
    (4, "no ContactId", |_| Fault::without("ContactId")),
    (4, "no ParticipantToken", |_| Fault::without("ParticipantToken")),
    (10, "delay", |rng| Fault::delay(millis(rng, 50, 300))),
    (7, "slow body", |rng| Fault::slow_body(millis(rng, 50, 300))),
    (8, "close after answer", |_| Fault::close_after_answer()),
];

/// When Amazon Connect fails, and how.
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
    is_over: bool,
}

impl FaultSchedule {
    /// A schedule of faults between `start` and `end`.
    pub(crate) fn new(start: Instant, end: Instant) -> Self {
        Self { start, end, state: RefCell::default() }
    }

    /// Adds random faults for the next `calls` calls of Connect.
    pub(crate) fn inject(&self, calls: usize, rng: &mut Rng, connect: &Connect) {
        let now = Instant::now();
        let phase = self.phase(now);
        for _ in 0..calls {
            let is_faulty = rng.f32() < FAULTY_CALLS;
            let mut state = self.state.borrow_mut();
            if !is_faulty || now >= self.end || phase >= FAULTS_END || state.outage_end.is_some() {
                continue;
            }
            let (name, fault) = if rng.f32() < OUTAGES && phase < LAST_OUTAGE {
                state.outage_end = Some(now + millis(rng, 1_000, 2_000));
                outage(rng)
            } else {
                single(rng)
            };
            *state.counts.entry(name).or_default() += 1;
            connect.inject(fault);
        }
    }

    /// Ends an outage whose time is over, and all faults at the end of the schedule.
    pub(crate) fn expire(&self, connect: &Connect) {
        let now = Instant::now();
        let mut state = self.state.borrow_mut();
        let ends = now >= self.end && !state.is_over;
        if ends || state.outage_end.is_some_and(|end| end <= now) {
            state.outage_end = None;
            state.is_over |= ends;
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

/// A fault of every call until faults are cleared.
fn outage(rng: &mut Rng) -> (&'static str, Fault) {
    if rng.bool() {
        ("outage: 503", Fault::status(503, "ServiceUnavailable").always())
    } else {
        ("outage: reset", Fault::reset().always())
    }
}

fn single(rng: &mut Rng) -> (&'static str, Fault) {
    if rng.f32() < BLACK_HOLES {
        return ("black hole", Fault::black_hole());
    }
    let weights: u32 = KINDS.iter().map(|(weight, _, _)| weight).sum();
    let mut left = rng.u32(..weights);
    for (weight, name, make) in KINDS {
        if left < weight {
            return (name, make(rng));
        }
        left -= weight;
    }
    unreachable!("the number is less than the sum of the weights")
}

fn millis(rng: &mut Rng, least: u64, most: u64) -> Duration {
    Duration::from_millis(rng.u64(least..most))
}
