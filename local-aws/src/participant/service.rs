//! All chats, with their effects on contacts and tokens.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::chat::Chat;
use super::credentials::Credentials;
use super::item::{Item, Participant};
use super::seed;
use super::terms::{EndReason, Phase, Terms, strings};
use crate::connect::{ChatService, Connect};
use crate::lock::lock;
use crate::observer::Observer;
use crate::options::Options;

/// How long a chat waits for its customer to connect.
const PATIENCE: Duration = Duration::from_mins(5);

/// Amazon Connect's participant service.
#[derive(Debug)]
pub(crate) struct Participants {
    pub(crate) connect: Connect,
    pace: f64,
    observer: Observer,
    /// The chats by contact. A chat that was transferred has several contacts.
    chats: Mutex<BTreeMap<String, Arc<Chat>>>,
    credentials: Mutex<Credentials>,
    /// The queue of the chats that wait for their customers, with the deadline.
    waiting: UnboundedSender<(Instant, String)>,
}

impl Participants {
    /// The participant service at `address`, for the chats that `connect` starts.
    pub(crate) fn new(options: &Options, connect: Connect, address: SocketAddr) -> Arc<Self> {
        let (waiting, received) = mpsc::unbounded_channel();
        let service = Arc::new(Self {
            connect,
            pace: options.chat_pace,
            observer: options.chat_observer.clone(),
            chats: Mutex::default(),
            credentials: Mutex::new(Credentials::new(address)),
            waiting,
        });
        tokio::spawn(end_unconnected(Arc::downgrade(&service), received));
        service.connect.set_chat_service(Arc::downgrade(&service) as Weak<Self>);
        service
    }

    /// Every chat.
    pub(crate) fn chats(&self) -> Vec<Arc<Chat>> {
        let chats = lock(&self.chats);
        let initial = chats.iter().filter(|(contact, chat)| **contact == chat.initial_contact_id);
        initial.map(|(_, chat)| Arc::clone(chat)).collect()
    }

    /// The chat that this contact belongs to.
    pub(crate) fn chat(&self, contact: &str) -> Option<Arc<Chat>> {
        lock(&self.chats).get(contact).cloned()
    }

    pub(crate) fn credentials(&self) -> MutexGuard<'_, Credentials> {
        lock(&self.credentials)
    }

    /// Converts a duration to the pace of the chats.
    pub(crate) fn paced(&self, time: Duration) -> Duration {
        time.div_f64(self.pace)
    }

    /// Ends a chat and its contact.
    pub(crate) fn end(&self, chat: &Chat, reason: EndReason) {
        if let Some(contact) = chat.end(reason) {
            self.connect.end_chat_contact(&contact, reason.0);
            self.notify(chat, &format!("ended: {}", reason.0));
        }
    }

    /// Ends the contact of a chat by a transfer, and continues the chat as the next one.
    pub(crate) fn transfer(&self, chat: &Arc<Chat>) {
        let from = chat.state().contact_id.clone();
        if let Some(to) = self.connect.transfer_contact(&from, &chat.initial_contact_id) {
            chat.transfer(&to);
            self.notify(chat, &format!("transferred: contact {to}"));
            lock(&self.chats).insert(to, Arc::clone(chat));
        }
    }

    /// Notifies the observer of a message.
    pub(crate) fn notify_message(&self, chat: &Chat, sender: &Participant, text: &str) {
        let text: String = text.chars().take(200).collect();
        self.notify(chat, &format!("{}: {text:?}", sender.name));
    }

    /// Notifies the observer of an event in a chat.
    pub(crate) fn notify(&self, chat: &Chat, what: &str) {
        let id = chat.initial_contact_id.get(..8).unwrap_or_default();
        self.observer.notify(|| format!("Chat {id}… {what}"));
    }

    /// The past transcript of a chat that continues this contact.
    fn past(&self, contact: &str) -> Vec<Item> {
        let chat = self.chat(contact);
        chat.map_or_else(|| seed::transcript(contact), |chat| chat.transcript_through(contact))
    }
}

impl ChatService for Participants {
    fn start(&self, request: &Value, answer: &mut Map<String, Value>) {
        let given = |name: &str| answer.get(name).and_then(Value::as_str);
        let [contact, id, token] = ["ContactId", "ParticipantId", "ParticipantToken"]
            .map(|name| given(name).unwrap_or_default().to_owned());
        let continued = given("ContinuedFromContactId");
        let past = continued.map(|contact| self.past(contact)).unwrap_or_default();
        let asked = |at| request.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let customer = Participant::customer(&id, asked("/ParticipantDetails/DisplayName"));
        let chat = Arc::new(Chat::new(&contact, customer, Terms::of(request), past));
        let initial = (asked("/InitialMessage/ContentType"), asked("/InitialMessage/Content"));
        if chat.terms.allows(initial.0) && chat.send(initial, "").is_some() {
            self.notify_message(&chat, &chat.customer, initial.1);
        }
        let mut credentials = self.credentials();
        credentials.issue(&chat, &strings(request, "ConnectionTypes"), answer);
        credentials.add_participant(token, &chat);
        drop(credentials);
        lock(&self.chats).insert(contact.clone(), chat);
        // It fails only while the process stops.
        let _ = self.waiting.send((Instant::now() + self.paced(PATIENCE), contact));
    }

    fn end(&self, contact: &str) {
        let chat = self.chat(contact);
        if let Some(chat) = chat.filter(|chat| chat.state().contact_id == contact) {
            Self::end(self, &chat, EndReason::API);
        }
    }

    fn forget(&self, contacts: &HashSet<&str>) {
        let gone = |chat: &Chat| contacts.contains(chat.initial_contact_id.as_str());
        lock(&self.chats).retain(|_, chat| !gone(chat));
        self.credentials().forget(gone);
    }
}

/// Ends chats whose customers do not connect. All chats wait equally long, so the first chat in
/// the queue is the next to end.
async fn end_unconnected(
    service: Weak<Participants>,
    mut waiting: UnboundedReceiver<(Instant, String)>,
) {
    while let Some((deadline, contact)) = waiting.recv().await {
        tokio::time::sleep_until(deadline).await;
        let Some(service) = service.upgrade() else { return };
        let chat = service.chat(&contact);
        if let Some(chat) = chat.filter(|chat| chat.state().phase == Phase::Waiting) {
            service.end(&chat, EndReason::NOT_CONNECTED);
        }
    }
}
