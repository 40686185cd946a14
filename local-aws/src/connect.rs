//! The stand-in of Amazon Connect: `StartChatContact`, `DescribeContact` and `StopContact`.
//!
//! `server` receives requests and applies `faults`; `service` handles them: it validates them
//! (`validate`, by the data in `model` and the `rules`), and changes the `contacts`. `control` is
//! the HTTP interface to faults, requests and contacts.

pub(crate) mod answer;
mod chat_service;
mod contact;
mod contacts;
pub(crate) mod control;
mod fault_json;
mod faults;
mod model;
mod new_chat;
mod operation;
mod protocol;
mod request_log;
mod rules;
mod seed;
pub(crate) mod server;
mod service;
mod signature;
pub(crate) mod token_bucket;
pub(crate) mod tokens;
mod validate;

use std::sync::{Arc, Weak};

pub(crate) use chat_service::ChatService;
pub use contact::Contact;
pub use faults::Fault;
pub use operation::Operation;
pub(crate) use protocol::Protocol;
pub use request_log::Received;
pub use tokens::{CONNECTION_TOKEN_PREFIX, PARTICIPANT_TOKEN_PREFIX};

use faults::Faults;
use request_log::RequestLog;
use service::Service;

use crate::http::Accepted;
use crate::lock::lock;
use crate::observer::Observer;
use crate::options::Options;

/// The stand-in of Amazon Connect.
#[derive(Clone, Debug)]
pub struct Connect(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: Service,
    faults: Faults,
    requests: RequestLog,
    accepted: Arc<Accepted>,
    observer: Observer,
}

impl Connect {
    pub(crate) fn new(options: &Options) -> Self {
        Self(Arc::new(Inner {
            service: Service::new(options),
            faults: Faults::default(),
            requests: RequestLog::default(),
            accepted: Arc::default(),
            observer: options.observer.clone(),
        }))
    }

    /// The requests received so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.0.requests.list()
    }

    /// Forgets the requests received so far.
    pub fn forget_requests(&self) {
        self.0.requests.forget();
    }

    /// The number of chats that were started through the API. A repeated client token starts none.
    #[must_use]
    pub fn chats(&self) -> usize {
        lock(&self.0.service.contacts).started()
    }

    /// The contact with this id.
    #[must_use]
    pub fn contact(&self, id: &str) -> Option<Contact> {
        lock(&self.0.service.contacts).find(id).cloned()
    }

    /// All contacts, oldest first.
    #[must_use]
    pub fn contacts(&self) -> Vec<Contact> {
        lock(&self.0.service.contacts).list()
    }

    /// Adds or replaces a contact. It does not count against the quota.
    pub fn put_contact(&self, contact: Contact) {
        lock(&self.0.service.contacts).put(contact);
    }

    /// Ends a contact. Returns false if there is no contact with this id.
    #[expect(clippy::must_use_candidate, reason = "most callers know that the contact exists")]
    pub fn end_contact(&self, id: &str) -> bool {
        self.0.service.end(id)
    }

    /// Ends the contact of a chat that has ended for this reason.
    pub(crate) fn end_chat_contact(&self, id: &str, reason: &str) {
        lock(&self.0.service.contacts).end_because(id, reason);
    }

    /// Ends a contact by a transfer, and returns the id of the contact that follows it.
    pub(crate) fn transfer_contact(&self, id: &str, initial: &str) -> Option<String> {
        lock(&self.0.service.contacts).transfer(id, initial)
    }

    /// Sets the service that takes over the chats.
    pub(crate) fn set_chat_service(&self, service: Weak<dyn ChatService>) {
        self.0.service.set_chat_service(service);
    }

    /// Takes the fault for a request, if there is one.
    pub(crate) fn take_fault(&self, operation: Operation) -> Option<Fault> {
        self.0.faults.take(operation)
    }

    /// Forgets contacts and their client tokens.
    pub fn forget_contacts(&self, ids: &[String]) {
        self.0.service.forget(ids);
    }

    /// Adds a fault after the pending ones.
    pub fn inject(&self, fault: Fault) {
        self.0.faults.add(fault);
    }

    /// Removes all pending faults.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// The number of connections so far.
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
