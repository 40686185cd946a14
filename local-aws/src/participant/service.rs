//! The chats, and what their course changes elsewhere: contacts, tokens and what is printed.

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
use crate::connect::{Carrier, Connect};
use crate::lock;
use crate::options::{Narrator, Options};

/// How long Amazon Connect waits for the customer to connect.
const PATIENCE: Duration = Duration::from_mins(5);

/// Amazon Connect's participant service.
#[derive(Debug)]
pub(crate) struct Participants {
    pub(crate) connect: Connect,
    pace: f64,
    narrator: Narrator,
    /// The chats by contact; one that was transferred has several.
    chats: Mutex<BTreeMap<String, Arc<Chat>>>,
    credentials: Mutex<Credentials>,
    /// Where it is noted until when a customer has to connect.
    waiting: UnboundedSender<(Instant, String)>,
}

impl Participants {
    /// The participant service at `address`, for the chats that `connect` starts.
    pub(crate) fn new(options: &Options, connect: Connect, address: SocketAddr) -> Arc<Self> {
        let (waiting, received) = mpsc::unbounded_channel();
        let service = Arc::new(Self {
            connect,
            pace: options.chat_pace,
            narrator: options.chat_narrator.clone(),
            chats: Mutex::default(),
            credentials: Mutex::new(Credentials::new(address)),
            waiting,
        });
        tokio::spawn(end_unconnected(Arc::downgrade(&service), received));
        service.connect.carry(Arc::downgrade(&service) as Weak<Self>);
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

    /// This time by the chats' clock.
    pub(crate) fn paced(&self, time: Duration) -> Duration {
        time.div_f64(self.pace)
    }

    /// Ends a chat and its contact.
    pub(crate) fn end(&self, chat: &Chat, reason: EndReason) {
        if let Some(contact) = chat.end(reason) {
            self.connect.finish_contact(&contact, reason.0);
            self.tell(chat, &format!("ended: {}", reason.0));
        }
    }

    /// Transfers a chat to the next agent, and so to another contact.
    pub(crate) fn transfer(&self, chat: &Arc<Chat>) {
        let from = chat.state().contact_id.clone();
        if let Some(to) = self.connect.transfer_contact(&from, &chat.initial_contact_id) {
            chat.transfer(&to);
            self.tell(chat, &format!("transferred: contact {to}"));
            lock(&self.chats).insert(to, Arc::clone(chat));
        }
    }

    /// Prints the beginning of a message.
    pub(crate) fn tell_message(&self, chat: &Chat, sender: &Participant, text: &str) {
        let text: String = text.chars().take(200).collect();
        self.tell(chat, &format!("{}: {text:?}", sender.name));
    }

    /// Prints what happens in a chat.
    pub(crate) fn tell(&self, chat: &Chat, what: &str) {
        let id = chat.initial_contact_id.get(..8).unwrap_or_default();
        self.narrator.tell(|| format!("Chat {id}… {what}"));
    }

    /// The transcript that a chat which continues `contact` begins with.
    fn past(&self, contact: &str) -> Vec<Item> {
        let chat = self.chat(contact);
        chat.map_or_else(|| seed::transcript(contact), |chat| chat.transcript_through(contact))
    }
}

impl Carrier for Participants {
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
        if !initial.1.is_empty() {
            chat.send(initial, "");
        }
        let mut credentials = self.credentials();
        credentials.issue(&chat, &strings(request, "ConnectionTypes"), answer);
        credentials.add_participant(token, &chat);
        drop(credentials);
        lock(&self.chats).insert(contact.clone(), chat);
        // It fails only while everything ends.
        let _ = self.waiting.send((Instant::now() + self.paced(PATIENCE), contact));
    }

    fn end(&self, contact: &str) {
        if let Some(chat) = self.chat(contact) {
            Self::end(self, &chat, EndReason::API);
        }
    }

    fn forget(&self, contacts: &HashSet<&str>) {
        let gone = |chat: &Chat| contacts.contains(chat.initial_contact_id.as_str());
        lock(&self.chats).retain(|_, chat| !gone(chat));
        self.credentials().forget(gone);
    }
}

/// Ends the chats whose customers do not connect. All wait for the same time, so the oldest is always next.
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
