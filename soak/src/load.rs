//! The load: random deliveries, and redeliveries of those that failed.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use fastrand::Rng;
use local_aws::{Invoked, LocalAws};

use crate::accounting::{Accounting, ExpectedChats};
use crate::customer_accounts::CustomerAccounts;
use crate::delivery::{Delivery, Expected, PayloadKind, Request};
use crate::fault_schedule::{Calls, FaultSchedule};
use crate::ids::Ids;
use crate::markers::MARKER;
use crate::metrics::Metrics;
use crate::publications::Publications;
use crate::samples::Samples;
use crate::verify::{self, Outcome};
use crate::{causes, customers};

/// How many deliveries may wait for another attempt before nothing new is sent.
const BACKLOG: usize = 64;
const MAX_ATTEMPTS: u32 = 40;
/// How long redeliveries may take at the end.
const DRAIN: Duration = Duration::from_secs(90);
/// The share of successful deliveries that are delivered again, as event sources do.
const REPEATED: f32 = 0.03;
/// The shortest and the longest wait before another attempt, in milliseconds.
const WAITS: (u64, u64) = (50, 2_000);
/// How long a worker waits if there is nothing to send.
const IDLE: Duration = Duration::from_millis(10);
/// The share of deliveries that are of customers with several devices.
const CUSTOMERS: f32 = 0.15;
/// The shortest and the longest time that a customer's chat runs, in milliseconds.
const CHATS: (u64, u64) = (100, 8_000);

/// The load with all that it needs. Everything runs in one task, hence the cells.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) local: LocalAws,
    pub(crate) ids: Ids,
    pub(crate) faults: FaultSchedule,
    pub(crate) accounting: RefCell<Accounting>,
    pub(crate) publications: RefCell<Publications>,
    pub(crate) customers: RefCell<CustomerAccounts>,
    pub(crate) metrics: RefCell<Metrics>,
    samples: Samples,
    end: Instant,
    backlog: RefCell<Vec<Delivery>>,
    in_flight: Cell<usize>,
}

impl Load {
    /// A load that sends new deliveries, and has Connect fail, from `start` to `end`.
    pub(crate) fn new(
        local: LocalAws,
        samples: Samples,
        seed: u64,
        start: Instant,
        end: Instant,
    ) -> Self {
        Self {
            accounting: RefCell::new(Accounting::new(local.connect().contacts())),
            local,
            ids: Ids::new(seed),
            faults: FaultSchedule::new(start, end),
            publications: RefCell::default(),
            customers: RefCell::default(),
            metrics: RefCell::default(),
            samples,
            end,
            backlog: RefCell::default(),
            in_flight: Cell::new(0),
        }
    }

    /// Sends one delivery after another until the time is over and the backlog is empty.
    pub(crate) async fn work(&self, mut rng: Rng) {
        while let Some(delivery) = self.next(&mut rng).await {
            self.in_flight.update(|count| count + 1);
            self.deliver(delivery, &mut rng).await;
            self.in_flight.update(|count| count - 1);
        }
    }

    async fn next(&self, rng: &mut Rng) -> Option<Delivery> {
        loop {
            let now = Instant::now();
            if let Some(delivery) = self.redelivery(now) {
                return Some(delivery);
            }
            let waiting = self.backlog.borrow().len();
            if now < self.end {
                if waiting < BACKLOG {
                    return Some(self.new_delivery(rng));
                }
            } else if now > self.end + DRAIN || (waiting == 0 && self.in_flight.get() == 0) {
                return None;
            }
            tokio::time::sleep(IDLE).await;
        }
    }

    /// A delivery of the backlog whose wait is over.
    fn redelivery(&self, now: Instant) -> Option<Delivery> {
        let mut backlog = self.backlog.borrow_mut();
        let is_due = |delivery: &Delivery| delivery.not_before.is_none_or(|time| time <= now);
        let index = backlog.iter().position(is_due)?;
        let delivery = backlog.swap_remove(index);
        self.metrics.borrow_mut().redeliveries += usize::from(delivery.attempts > 0);
        Some(delivery)
    }

    /// A new delivery. The other devices of a customer go to the backlog, for other workers.
    fn new_delivery(&self, rng: &mut Rng) -> Delivery {
        if rng.f32() >= CUSTOMERS {
            let delivery = self.samples.delivery(rng, &self.ids);
            self.open(&delivery);
            return delivery;
        }
        let mut deliveries = customers::deliveries(rng, &self.ids);
        deliveries.iter().for_each(|delivery| self.open(delivery));
        let first = deliveries.swap_remove(0);
        self.backlog.borrow_mut().extend(deliveries);
        first
    }

    fn open(&self, delivery: &Delivery) {
        self.metrics.borrow_mut().requests += delivery.requests.len();
        let causes = causes::of(delivery.kind, &delivery.payload);
        for (request, cause) in delivery.requests.iter().zip(causes) {
            let (marker, name) = (request.marker.as_str(), delivery.name.as_str());
            self.publications.borrow_mut().open(marker, name, cause);
            match request.expected {
                Expected::CustomersChat(_) => self.customers.borrow_mut().open(marker),
                _ => self.accounting.borrow_mut().open(marker, name),
            }
        }
    }

    async fn deliver(&self, mut delivery: Delivery, rng: &mut Rng) {
        delivery.attempts += 1;
        let connect = self.local.connect();
        self.faults.inject(calls(&delivery), rng, &self.local);
        let is_fault_free = self.faults.is_fault_free();
        let payload = delivery.payload.to_string();
        // A customer's devices meet either process.
        let is_customers = delivery.is_of_known_customer();
        let invoked = match &delivery.request_id {
            id if is_customers && rng.bool() => {
                self.local.invoke_second(id.as_deref(), payload).await
            }
            Some(id) => self.local.invoke_again(id, payload).await,
            None => self.local.invoke(payload).await,
        };
        self.measure(&invoked, is_fault_free);
        let mut outcomes = verify::outcomes(&delivery, &invoked, connect);
        for (request, outcome) in delivery.requests.iter().zip(&mut outcomes) {
            if let Expected::CustomersChat(flow) = request.expected {
                self.enter_customers(flow, request, &invoked.request_id, outcome, rng);
            }
        }
        self.conclude(delivery, outcomes, rng);
    }

    /// Enters what a customer was answered.
    fn enter_customers(
        &self,
        flow: &'static str,
        request: &Request,
        request_id: &str,
        outcome: &mut Outcome,
        rng: &mut Rng,
    ) {
        let mut accounts = self.customers.borrow_mut();
        accounts.invoked(&request.marker, request_id, *outcome == Outcome::Failed);
        let Outcome::Started(Some(id)) = &*outcome else { return };
        let contact = self.local.connect().contact(id);
        let is_own = contact.is_some_and(|it| it.attributes.get(MARKER) == Some(&request.marker));
        let key = (request.customer.clone().unwrap_or_default(), flow);
        let lifetime = Duration::from_millis(rng.u64(CHATS.0..CHATS.1));
        if let Some(why) = accounts.answered(key, id, is_own, lifetime) {
            *outcome = Outcome::Wrong(why.to_owned());
        }
    }

    fn measure(&self, invoked: &Invoked, is_fault_free: bool) {
        let mut metrics = self.metrics.borrow_mut();
        metrics.invocations += 1;
        metrics.timed_out += usize::from(verify::is_timeout(invoked));
        metrics.latencies.record(invoked.took);
        if is_fault_free {
            metrics.fault_free_latencies.record(invoked.took);
        }
    }

    /// Schedules another attempt for what failed, and closes the account of the rest.
    fn conclude(&self, mut delivery: Delivery, mut outcomes: Vec<Outcome>, rng: &mut Rng) {
        compare(&delivery, &mut outcomes);
        for outcome in &outcomes {
            if let Outcome::Wrong(why) = outcome {
                self.accounting.borrow_mut().wrong(format!("{}: {why}", delivery.name));
            }
        }
        let failed: Vec<bool> =
            outcomes.iter().map(|outcome| *outcome == Outcome::Failed).collect();
        if failed.contains(&true) {
            if !delivery.is_idempotent || delivery.attempts >= MAX_ATTEMPTS {
                self.give_up(&delivery);
                return;
            }
            if delivery.kind == PayloadKind::Queue {
                self.close(&delivery, &outcomes);
                delivery.retain(&failed);
            }
            self.redeliver(delivery, rng);
        } else if self.is_repeated(&delivery, &outcomes, rng) {
            let contacts = outcomes.into_iter().map(|outcome| match outcome {
                Outcome::Started(contact) => contact,
                _ => None,
            });
            delivery.earlier_contacts = Some(contacts.collect());
            self.redeliver(delivery, rng);
        } else {
            self.close(&delivery, &outcomes);
        }
    }

    /// Event sources deliver at least once, so some of what succeeded comes again.
    fn is_repeated(&self, delivery: &Delivery, outcomes: &[Outcome], rng: &mut Rng) -> bool {
        let is_started = |outcome: &Outcome| matches!(outcome, Outcome::Started(_));
        delivery.is_idempotent
            && delivery.earlier_contacts.is_none()
            && !delivery.is_of_known_customer()
            && outcomes.iter().all(is_started)
            && Instant::now() < self.end
            && rng.f32() < REPEATED
    }

    fn redeliver(&self, mut delivery: Delivery, rng: &mut Rng) {
        let (shortest, longest) = WAITS;
        let most = (shortest << delivery.attempts.min(10)).min(longest);
        let wait = Duration::from_millis(rng.u64(shortest..=most));
        delivery.not_before = Some(Instant::now() + wait);
        self.backlog.borrow_mut().push(delivery);
    }

    /// Closes the account of a delivery that is not attempted again. If it could have been, that
    /// is a finding.
    fn give_up(&self, delivery: &Delivery) {
        let mut accounting = self.accounting.borrow_mut();
        for request in &delivery.requests {
            let expected = match request.expected {
                Expected::Rejection(..) => ExpectedChats::Zero,
                _ => ExpectedChats::AtMostOne,
            };
            accounting.close(&request.marker, expected);
            self.publications.borrow_mut().close(&request.marker, false, None);
            self.customers.borrow_mut().close(&request.marker);
        }
        if delivery.is_idempotent {
            accounting.wrong(format!("{}: failed {MAX_ATTEMPTS} times", delivery.name));
        }
        self.metrics.borrow_mut().given_up += delivery.requests.len();
    }

    fn close(&self, delivery: &Delivery, outcomes: &[Outcome]) {
        let mut accounting = self.accounting.borrow_mut();
        for (request, outcome) in delivery.requests.iter().zip(outcomes) {
            let expected = match outcome {
                Outcome::Started(_) => ExpectedChats::One,
                Outcome::Rejected => ExpectedChats::Zero,
                Outcome::Wrong(_) => ExpectedChats::AtMostOne,
                Outcome::Failed => continue,
            };
            self.metrics.borrow_mut().rejected += usize::from(*outcome == Outcome::Rejected);
            accounting.close(&request.marker, expected);
            let contact = match outcome {
                Outcome::Started(contact) => contact.clone(),
                _ => None,
            };
            let is_started = matches!(outcome, Outcome::Started(_));
            self.publications.borrow_mut().close(&request.marker, is_started, contact);
            self.customers.borrow_mut().close(&request.marker);
        }
    }
}

/// The calls that a delivery leads to if nothing fails.
fn calls(delivery: &Delivery) -> Calls {
    let connect = delivery.requests.len();
    let causes = causes::of(delivery.kind, &delivery.payload);
    let bus = causes.iter().filter(|cause| cause.is_some()).count();
    let has_customer = |request: &&Request| request.customer.is_some();
    let table = delivery.requests.iter().filter(has_customer).count();
    Calls { connect, bus, table: table.max(bus) }
}

/// Verifies that a repeated delivery was answered with the same chats as before.
fn compare(delivery: &Delivery, outcomes: &mut [Outcome]) {
    let Some(contacts) = &delivery.earlier_contacts else { return };
    for (outcome, earlier) in outcomes.iter_mut().zip(contacts) {
        if let (Outcome::Started(Some(contact)), Some(earlier)) = (&*outcome, earlier)
            && contact != earlier
        {
            *outcome = Outcome::Wrong("another chat than the first time".to_owned());
        }
    }
}
