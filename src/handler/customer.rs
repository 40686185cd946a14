//! One chat per customer: looks up what the contact table knows, lets the
//! policy decide, and records what was started.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::Handler;
use super::invocation::ChatRecord;
use crate::backoff::Backoff;
use crate::connect::StartedChat;
use crate::contacts::{Claim, Contacts, Keys, Record, TableError, is_overdue};
use crate::error::Error;
use crate::policy::{Admission, Decision, KnownChat, StartChat};
use crate::trigger::IdempotencyKey;

/// The pause between two looks at a chat that another request is starting.
const POLL: Duration = Duration::from_millis(100);

/// The consequence of the customer's item.
enum Found {
    /// The customer's running chat.
    Running(StartedChat),
    /// A chat is to be started, and recorded if there is a claim.
    Start(Option<Claim>),
}

impl Handler {
    /// Starts the chat, or returns to the customer's running one.
    pub(super) async fn start_once(
        &self,
        admission: Admission,
        key: &IdempotencyKey,
        backoff: &Backoff,
        record: &mut ChatRecord<'_>,
    ) -> Result<StartedChat, Error> {
        let contacts = self.shared.contacts.as_ref();
        let customer = contacts.and_then(|table| Some((table, Keys::of(admission.chat())?)));
        let Some((contacts, keys)) = customer else {
            let (started, chat) =
                self.verify_and_start(admission, key, None, backoff, record).await?;
            return self.publish(&started, &chat, record).await.map(|()| started);
        };
        // Boxed: most functions have no table, and need not reserve room for this.
        Box::pin(self.start_for_customer(contacts, &keys, admission, key, backoff, record)).await
    }

    async fn start_for_customer(
        &self,
        contacts: &Contacts,
        keys: &Keys,
        admission: Admission,
        key: &IdempotencyKey,
        backoff: &Backoff,
        record: &mut ChatRecord<'_>,
    ) -> Result<StartedChat, Error> {
        let _turn = contacts.turn(keys).await;
        let claim = match self.find(contacts, keys, admission.chat(), record).await? {
            Found::Running(running) => {
                return self.publish(&running, admission.chat(), record).await.map(|()| running);
            }
            Found::Start(claim) => claim,
        };
        let attempt_id = claim.as_ref().and_then(Claim::attempt_id);
        let started = match continue_latest(contacts, keys, admission, record).await {
            Ok(admission) => {
                self.verify_and_start(admission, key, attempt_id, backoff, record).await
            }
            Err(error) => Err(error),
        };
        match started {
            Ok((started, chat)) => {
                self.remember(contacts, keys, claim.as_ref(), (&started, &chat), record).await;
                self.publish(&started, &chat, record).await.map(|()| started)
            }
            Err(error) => {
                if let Some(claim) = &claim {
                    note(contacts.release(keys, claim).await, record);
                }
                Err(error)
            }
        }
    }

    /// Looks at the customer's chat in the flow until there is a decision.
    async fn find(
        &self,
        contacts: &Contacts,
        keys: &Keys,
        chat: &StartChat,
        record: &mut ChatRecord<'_>,
    ) -> Result<Found, Error> {
        if !chat.returns_to_running() {
            return Ok(Found::Start(chat.replaces_running().then_some(Claim::Replacing)));
        }
        let own_id = record.attempt_id();
        loop {
            let seen = match contacts.running(keys).await {
                Ok(seen) => seen,
                Err(error) => {
                    note(Err(error), record);
                    return Ok(Found::Start(Some(Claim::Unheld(own_id))));
                }
            };
            match chat.decide(&self.known(&seen, chat, record).await?) {
                Decision::Return => {
                    if let Record::Started { chat: running, .. } = seen {
                        return Ok(Found::Running(StartedChat::of_running(running, chat)));
                    }
                }
                Decision::Wait => tokio::time::sleep(POLL).await,
                decision => {
                    if decision == Decision::Distrust {
                        record.table_failure = Some("the contact is not the customer's".to_owned());
                    }
                    let until = SystemTime::now()
                        + record.invocation.deadline.duration_since(Instant::now());
                    match contacts.claim(keys, &seen, &own_id, until).await {
                        Ok(Some(claim)) => return Ok(Found::Start(Some(claim))),
                        Ok(None) => {}
                        Err(error) => {
                            note(Err(error), record);
                            return Ok(Found::Start(Some(Claim::Unheld(own_id))));
                        }
                    }
                }
            }
        }
    }

    /// Asks Connect about the contact in the table, which only it knows the truth of.
    async fn known(
        &self,
        seen: &Record,
        chat: &StartChat,
        record: &ChatRecord<'_>,
    ) -> Result<KnownChat, Error> {
        let instance_id = &chat.members().instance_id;
        Ok(match seen {
            Record::Absent
            | Record::Claimed { is_expired: true, .. }
            | Record::Started { is_expired: true, .. } => KnownChat::Absent,
            Record::Claimed { held_until, .. } => {
                KnownChat::Starting { is_overdue: is_overdue(*held_until) }
            }
            Record::Started { chat, .. } if chat.is_contact_id() => {
                let connect = &self.shared.connect;
                let contact = connect.describe(instance_id, &chat.contact_id, &record.metrics);
                KnownChat::Started(contact.await?)
            }
            Record::Started { .. } => KnownChat::Started(None),
        })
    }

    async fn remember(
        &self,
        contacts: &Contacts,
        keys: &Keys,
        claim: Option<&Claim>,
        (started, chat): (&StartedChat, &StartChat),
        record: &mut ChatRecord<'_>,
    ) {
        let minutes = chat.members().duration_minutes;
        let running = async {
            match claim {
                Some(claim) => contacts.complete(keys, claim, started, minutes).await,
                None => Ok(()),
            }
        };
        let (running, latest) =
            futures_util::future::join(running, contacts.remember(keys, started)).await;
        note(running.and(latest), record);
    }
}

/// Continues the customer's latest chat if that is asked for.
async fn continue_latest(
    contacts: &Contacts,
    keys: &Keys,
    admission: Admission,
    record: &mut ChatRecord<'_>,
) -> Result<Admission, Error> {
    if !admission.continues_latest() {
        return Ok(admission);
    }
    match contacts.latest(keys).await {
        Ok(contact_id) => Ok(admission.continue_latest(contact_id)),
        Err(error) if admission.requires_latest() => {
            record.table_failure = Some(error.to_string());
            Err(error.into())
        }
        Err(error) => {
            note(Err(error), record);
            Ok(admission.continue_latest(None))
        }
    }
}

/// Notes that the table could not be used, which is no reason to start no chat.
fn note(result: Result<(), TableError>, record: &mut ChatRecord<'_>) {
    if let Err(error) = result {
        record.table_failure = Some(error.to_string());
    }
}
