//! The load: deliveries one after another, and again those that failed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::delivery::{Delivery, Due, Form, Mint};
use super::judge::{self, Outcome};
use super::ledger::{Expect, Ledger};
use super::random::Random;
use super::tally::Tally;
use super::templates::Templates;
use super::weather::Weather;
use crate::lambda::Invoked;
use crate::local_aws::LocalAws;
use crate::lock;

/// How many deliveries may wait to be sent again before nothing new is sent.
const BACKLOG: usize = 64;
/// How often a delivery is sent at most.
const TRIES: u32 = 40;
/// How long may be taken at the end for what is still to be sent again.
const DRAIN: Duration = Duration::from_secs(90);
/// How many of a thousand deliveries that succeeded are sent once more all the same.
const REPEATS: u64 = 30;
/// The first and the longest wait before a delivery is sent again, in milliseconds.
const WAITS: (u64, u64) = (50, 2_000);
/// How long to wait where there is nothing to do.
const IDLE: Duration = Duration::from_millis(10);

/// The load and all it needs.
#[derive(Debug)]
pub(super) struct Drive {
    pub(super) local: LocalAws,
    pub(super) templates: Templates,
    pub(super) mint: Mint,
    pub(super) weather: Weather,
    pub(super) ledger: Mutex<Ledger>,
    pub(super) tally: Mutex<Tally>,
    pub(super) until: Instant,
    pub(super) backlog: Mutex<Vec<Delivery>>,
    pub(super) in_flight: AtomicUsize,
}

impl Drive {
    /// Sends deliveries until the time is over and none is left to be sent again.
    pub(super) async fn work(&self, mut random: Random) {
        while let Some(delivery) = self.next(&mut random).await {
            self.in_flight.fetch_add(1, Ordering::SeqCst);
            self.deliver(delivery, &mut random).await;
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
        }
    }

    async fn next(&self, random: &mut Random) -> Option<Delivery> {
        loop {
            let now = Instant::now();
            if let Some(delivery) = self.again(now) {
                return Some(delivery);
            }
            let waiting = lock(&self.backlog).len();
            if now < self.until {
                if waiting < BACKLOG {
                    return Some(self.fresh(random));
                }
            } else if now > self.until + DRAIN || (waiting == 0 && self.is_idle()) {
                return None;
            }
            tokio::time::sleep(IDLE).await;
        }
    }

    fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) == 0
    }

    /// A delivery that is to be sent again by now.
    fn again(&self, now: Instant) -> Option<Delivery> {
        let mut backlog = lock(&self.backlog);
        let is_due = |delivery: &Delivery| delivery.not_before.is_none_or(|at| at <= now);
        let index = backlog.iter().position(is_due)?;
        lock(&self.tally).redeliveries += 1;
        Some(backlog.swap_remove(index))
    }

    fn fresh(&self, random: &mut Random) -> Delivery {
        let delivery = self.templates.deliver(random, &self.mint);
        let mut ledger = lock(&self.ledger);
        for ask in &delivery.asks {
            ledger.open(&ask.marker, &delivery.name);
        }
        lock(&self.tally).requests += delivery.asks.len();
        delivery
    }

    async fn deliver(&self, mut delivery: Delivery, random: &mut Random) {
        delivery.tries += 1;
        let connect = self.local.connect();
        self.weather.strike(delivery.asks.len(), random, connect);
        let is_calm = self.weather.is_calm();
        let payload = delivery.payload.to_string();
        let invoked = match &delivery.request_id {
            Some(id) => self.local.invoke_again(id, payload).await,
            None => self.local.invoke(payload).await,
        };
        self.note(&invoked, is_calm);
        let outcomes = judge::judge(&delivery, &invoked, connect);
        self.conclude(delivery, outcomes, random);
    }

    fn note(&self, invoked: &Invoked, is_calm: bool) {
        let mut tally = lock(&self.tally);
        tally.invocations += 1;
        tally.killed += usize::from(judge::was_killed(invoked));
        tally.all.note(invoked.took);
        if is_calm {
            tally.calm.note(invoked.took);
        }
    }

    /// Sends again what failed, and closes the rest.
    fn conclude(&self, mut delivery: Delivery, mut outcomes: Vec<Outcome>, random: &mut Random) {
        compare(&delivery, &mut outcomes);
        for outcome in &outcomes {
            if let Outcome::Wrong(why) = outcome {
                let text = format!("{}: {why}", delivery.name);
                lock(&self.ledger).wrong(text);
            }
        }
        let failed: Vec<bool> =
            outcomes.iter().map(|outcome| *outcome == Outcome::Failed).collect();
        if failed.contains(&true) {
            if !delivery.repeatable || delivery.tries >= TRIES {
                self.give_up(&delivery);
                return;
            }
            if delivery.form == Form::Queue {
                self.close(&delivery, &outcomes);
                delivery.keep(&failed);
            }
            self.send_again(delivery, random);
        } else if self.is_to_be_repeated(&delivery, &outcomes, random) {
            let named = outcomes.into_iter().map(|outcome| match outcome {
                Outcome::Started(contact) => contact,
                _ => None,
            });
            delivery.named = Some(named.collect());
            self.send_again(delivery, random);
        } else {
            self.close(&delivery, &outcomes);
        }
    }

    /// Sources deliver at least once: some of what succeeded comes again.
    fn is_to_be_repeated(
        &self,
        delivery: &Delivery,
        outcomes: &[Outcome],
        random: &mut Random,
    ) -> bool {
        let started = |outcome: &Outcome| matches!(outcome, Outcome::Started(_));
        delivery.repeatable
            && delivery.named.is_none()
            && outcomes.iter().all(started)
            && Instant::now() < self.until
            && random.chance(REPEATS)
    }

    fn send_again(&self, mut delivery: Delivery, random: &mut Random) {
        let (first, longest) = WAITS;
        let wait = (first << delivery.tries.min(10)).min(longest);
        delivery.not_before = Some(Instant::now() + random.millis(first, wait));
        lock(&self.backlog).push(delivery);
    }

    /// Nobody asks again: a chat or none is right. After so many tries it is not.
    fn give_up(&self, delivery: &Delivery) {
        let mut ledger = lock(&self.ledger);
        for ask in &delivery.asks {
            let expect = match ask.due {
                Due::Chat => Expect::OneAtMost,
                Due::Refusal(..) => Expect::None,
            };
            ledger.close(&ask.marker, expect);
        }
        if delivery.repeatable {
            ledger.wrong(format!("{}: failed {TRIES} times", delivery.name));
        }
        drop(ledger);
        lock(&self.tally).given_up += delivery.asks.len();
    }

    fn close(&self, delivery: &Delivery, outcomes: &[Outcome]) {
        let mut ledger = lock(&self.ledger);
        for (ask, outcome) in delivery.asks.iter().zip(outcomes) {
            let expect = match outcome {
                Outcome::Started(_) => Expect::One,
                Outcome::Refused => Expect::None,
                Outcome::Wrong(_) => Expect::OneAtMost,
                Outcome::Failed => continue,
            };
            if expect == Expect::None {
                lock(&self.tally).refused += 1;
            }
            ledger.close(&ask.marker, expect);
        }
    }
}

/// A repetition must be answered with the very chat of the first time.
fn compare(delivery: &Delivery, outcomes: &mut [Outcome]) {
    let Some(named) = &delivery.named else { return };
    for (outcome, before) in outcomes.iter_mut().zip(named) {
        if let (Outcome::Started(Some(now)), Some(before)) = (&*outcome, before)
            && now != before
        {
            *outcome = Outcome::Wrong("another chat than the first time".to_owned());
        }
    }
}
