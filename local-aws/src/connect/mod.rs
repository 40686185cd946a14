//! Amazon Connect: `StartChatContact`, `DescribeContact` and `StopContact`.

pub(crate) mod answer;
mod carrier;
mod check;
mod contact;
mod contacts;
pub(crate) mod control;
mod fault_json;
mod faults;
mod journal;
pub(crate) mod limits;
mod model;
mod operations;
mod rules;
mod seed;
pub(crate) mod server;
mod signature;
mod started;
pub(crate) mod tokens;

use std::sync::{Arc, Weak};

pub(crate) use carrier::Carrier;
pub use contact::Contact;
pub use faults::{Fault, Operation};
pub use journal::Received;
pub use tokens::{CONNECTION_TOKEN_PREFIX, PARTICIPANT_TOKEN_PREFIX};

use faults::Faults;
use journal::Journal;
use operations::Service;

use crate::lock;
use crate::options::{Narrator, Options};
use crate::server::Accepted;

/// The stand-in of Amazon Connect.
#[derive(Clone, Debug)]
pub struct Connect(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: Service,
    faults: Faults,
    journal: Journal,
    accepted: Arc<Accepted>,
    narrator: Narrator,
}

impl Connect {
    pub(crate) fn new(options: &Options) -> Self {
        Self(Arc::new(Inner {
            service: Service::new(options),
            faults: Faults::default(),
            journal: Journal::default(),
            accepted: Arc::default(),
            narrator: options.narrator.clone(),
        }))
    }

    /// Every request received so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.0.journal.list()
    }

    /// Forgets the requests received so far.
    pub fn forget_requests(&self) {
        self.0.journal.forget();
    }

    /// How many chats were started through the API. A repeated client token starts none.
    #[must_use]
    pub fn chats(&self) -> usize {
        lock(&self.0.service.contacts).started()
    }

    /// The contact of this id.
    #[must_use]
    pub fn contact(&self, id: &str) -> Option<Contact> {
        lock(&self.0.service.contacts).find(id).cloned()
    }

    /// Every contact, oldest first.
    #[must_use]
    pub fn contacts(&self) -> Vec<Contact> {
        lock(&self.0.service.contacts).list()
    }

    /// Adds or replaces a contact. It does not count against the quota.
    pub fn put_contact(&self, contact: Contact) {
        lock(&self.0.service.contacts).put(contact);
    }

    /// Ends a contact. `false` if there is none of that id.
    #[expect(clippy::must_use_candidate, reason = "most callers know that the contact is there")]
    pub fn end_contact(&self, id: &str) -> bool {
        self.0.service.end(id)
    }

    /// Ends a contact whose chat has ended, for this reason.
    pub(crate) fn finish_contact(&self, id: &str, reason: &str) {
        lock(&self.0.service.contacts).finish(id, reason);
    }

    /// Ends a contact by a transfer: the id of the contact that its session goes on as.
    pub(crate) fn transfer_contact(&self, id: &str, initial: &str) -> Option<String> {
        lock(&self.0.service.contacts).transfer(id, initial)
    }

    /// Hands over the chats from now on.
    pub(crate) fn carry(&self, carrier: Weak<dyn Carrier>) {
        self.0.service.carry(carrier);
    }

    /// The fault for this request, used up once.
    pub(crate) fn take_fault(&self, operation: Operation) -> Option<Fault> {
        self.0.faults.take(operation)
    }

    /// Forgets these contacts, and the client tokens that they were started with.
    pub fn forget_contacts(&self, ids: &[String]) {
        self.0.service.forget(ids);
    }

    /// Adds a fault, after those that are still to come.
    pub fn inject(&self, fault: Fault) {
        self.0.faults.add(fault);
    }

    /// Takes back every fault that is still to come.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// How many connections were opened so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.accepted.count()
    }

    pub(crate) fn accepted(&self) -> Arc<Accepted> {
        Arc::clone(&self.0.accepted)
    }

    fn faults(&self) -> &Faults {
        &self.0.faults
    }
}
