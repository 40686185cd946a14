//! The kinds of faults, with their weights.

use std::time::Duration;

use fastrand::Rng;
use local_aws::{EventBus, Fault, Operation};

/// The share of Connect's faults that leave a call without an answer, which takes an invocation
/// all its time.
const BLACK_HOLES: f32 = 0.004;

type MakeFault = fn(&mut Rng) -> Fault;
type Kinds = [(u32, &'static str, MakeFault)];

const CONNECT: &Kinds = &[
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

const BUS: &Kinds = &[
    (20, "bus: 500 InternalException", |_| Fault::status(500, "InternalException")),
    (20, "bus: 400 AccessDeniedException", |_| Fault::status(400, "AccessDeniedException")),
    (10, "bus: 400 ThrottlingException", |_| Fault::status(400, "ThrottlingException").times(3)),
    (2, "bus: black hole", |_| Fault::black_hole()),
    (10, "bus: reset", |_| Fault::reset().times(3)),
    (20, "bus: reset after publication", |_| Fault::reset_after_start()),
    (15, "bus: garbage", |_| Fault::garbage()),
    (10, "bus: empty", |_| Fault::empty()),
    (10, "bus: delay", |rng| Fault::delay(millis(rng, 50, 300))),
];

const TABLE: &Kinds = &[
    (20, "table: 500 InternalServerError", |_| Fault::status(500, "InternalServerError").times(3)),
    (20, "table: 400 AccessDeniedException", |_| Fault::status(400, "AccessDeniedException")),
    (20, "table: 400 throttle", |_| {
        Fault::status(400, "ProvisionedThroughputExceededException").times(3)
    }),
    (10, "table: black hole", |_| Fault::black_hole()),
    (10, "table: reset", |_| Fault::reset().times(3)),
    (10, "table: reset after the operation", |_| Fault::reset_after_start()),
    (10, "table: garbage", |_| Fault::garbage()),
    (10, "table: delay", |rng| Fault::delay(millis(rng, 50, 400))),
];

/// The error codes of refused entries: two that may pass, and one that an operator must resolve.
const REFUSALS: [(usize, &str, &str); 3] = [
    (1, "bus: entry ThrottlingException", "ThrottlingException"),
    (3, "bus: entry InternalFailure, 3 times", "InternalFailure"),
    (1, "bus: entry refused for good", "NotAuthorizedForDetailTypeException"),
];

/// A fault of one call of Connect.
pub(crate) fn connect(rng: &mut Rng) -> (&'static str, Fault) {
    if rng.f32() < BLACK_HOLES {
        return ("black hole", Fault::black_hole());
    }
    choose(CONNECT, rng)
}

/// A fault of every call of Connect until faults are cleared.
pub(crate) fn outage(rng: &mut Rng) -> (&'static str, Fault) {
    if rng.bool() {
        ("outage: 503", Fault::status(503, "ServiceUnavailable").always())
    } else {
        ("outage: reset", Fault::reset().always())
    }
}

/// A fault of one call of `PutEvents`.
pub(crate) fn bus(rng: &mut Rng) -> (&'static str, Fault) {
    let (name, fault) = choose(BUS, rng);
    (name, fault.on(Operation::PutEvents))
}

/// Has the bus refuse the next entry or entries.
pub(crate) fn refusal(rng: &mut Rng, bus: &EventBus) -> &'static str {
    let (count, name, code) = REFUSALS[rng.usize(..REFUSALS.len())];
    bus.refuse(count, code);
    name
}

/// A fault of one operation of the table. One in ten is of `UpdateItem`, which is rare.
pub(crate) fn table(rng: &mut Rng) -> (&'static str, Fault) {
    let (name, fault) = choose(TABLE, rng);
    let operation = match rng.u8(..10) {
        0..4 => Operation::GetItem,
        4..9 => Operation::PutItem,
        _ => Operation::UpdateItem,
    };
    (name, fault.on(operation))
}

fn choose(kinds: &Kinds, rng: &mut Rng) -> (&'static str, Fault) {
    let weights: u32 = kinds.iter().map(|(weight, _, _)| weight).sum();
    let mut left = rng.u32(..weights);
    for (weight, name, make) in kinds {
        if left < *weight {
            return (name, make(rng));
        }
        left -= weight;
    }
    unreachable!("the number is less than the sum of the weights")
}

/// A random number of milliseconds.
pub(crate) fn millis(rng: &mut Rng, least: u64, most: u64) -> Duration {
    Duration::from_millis(rng.u64(least..most))
}
