//! Faults of Amazon Connect, at random: most of the time some, for seconds all, now and then none.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::random::Random;
use crate::connect::{Connect, Fault};
use crate::lock;

/// How many of a thousand calls meet a fault.
const SHARE: u64 = 100;
/// How many of a thousand faults are an outage.
const OUTAGES: u64 = 3;
/// After so long it begins anew: faults for most of it, then calm.
const CYCLE: Duration = Duration::from_secs(5);
/// When in the cycle it becomes calm.
const CALM: Duration = Duration::from_secs(4);
/// When in the cycle an outage may begin at the latest, to be over by the calm.
const LAST_OUTAGE: Duration = Duration::from_secs(2);
/// How long the last faults take to be over.
const AFTERMATH: Duration = Duration::from_millis(350);

type Make = fn(&mut Random) -> Fault;

/// How many of a hundred faults are of each kind; the black hole, which takes
/// an invocation all its time, is rarer than that.
const KINDS: [(u64, &str, Make); 13] = [
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
    (10, "delay", |random| Fault::delay(random.millis(50, 300))),
    (7, "slow body", |random| Fault::slow_body(random.millis(50, 300))),
    (8, "close after answer", |_| Fault::close_after_answer()),
];

/// The weather at Amazon Connect.
#[derive(Debug)]
pub(super) struct Weather {
    since: Instant,
    until: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    counts: BTreeMap<&'static str, u64>,
    outage: Option<Instant>,
    is_over: bool,
}

impl Weather {
    /// Faults between these times.
    pub(super) fn new(since: Instant, until: Instant) -> Self {
        Self { since, until, state: Mutex::default() }
    }

    /// Has some of the next so many calls meet a fault.
    pub(super) fn strike(&self, calls: usize, random: &mut Random, connect: &Connect) {
        let now = Instant::now();
        let phase = self.phase(now);
        for _ in 0..calls {
            let hit = random.chance(SHARE);
            let mut state = lock(&self.state);
            if !hit || now >= self.until || phase >= CALM || state.outage.is_some() {
                continue;
            }
            let (name, fault) = if random.chance(OUTAGES) && phase < LAST_OUTAGE {
                state.outage = Some(now + random.millis(1_000, 2_000));
                outage(random)
            } else {
                draw(random)
            };
            *state.counts.entry(name).or_default() += 1;
            connect.inject(fault);
        }
    }

    /// Ends what is to end by now.
    pub(super) fn pass(&self, connect: &Connect) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let ends = now >= self.until && !state.is_over;
        if ends || state.outage.is_some_and(|end| end <= now) {
            state.outage = None;
            state.is_over = ends;
            connect.clear_faults();
        }
    }

    /// Whether there are no faults now, nor any before whose effect lasts.
    pub(super) fn is_calm(&self) -> bool {
        let now = Instant::now();
        self.phase(now) >= CALM + AFTERMATH && now < self.until
    }

    /// The faults so far, by kind.
    pub(super) fn counts(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.state).counts.clone()
    }

    fn phase(&self, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.since).as_millis();
        let phase = elapsed % CYCLE.as_millis();
        Duration::from_millis(u64::try_from(phase).unwrap_or_default())
    }
}

/// Everything fails for a second or two.
fn outage(random: &mut Random) -> (&'static str, Fault) {
    if random.chance(500) {
        ("outage: 503", Fault::status(503, "ServiceUnavailable").always())
    } else {
        ("outage: reset", Fault::reset().always())
    }
}

fn draw(random: &mut Random) -> (&'static str, Fault) {
    if random.chance(4) {
        return ("black hole", Fault::black_hole());
    }
    let mut left = random.between(0, KINDS.iter().map(|(weight, _, _)| weight).sum());
    for (weight, name, make) in KINDS {
        if left < weight {
            return (name, make(random));
        }
        left -= weight;
    }
    ("reset", Fault::reset())
}
