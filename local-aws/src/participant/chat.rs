//! The state of a chat: its participants, transcript and websockets.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::item::{ENDED, Item, JOINED, LEFT, Participant, TRANSFERRED};
use super::sockets::{Outgoing, Sockets};
use super::terms::{EndReason, Phase, Terms};
use crate::lock::lock;

/// A chat.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) initial_contact_id: String,
    pub(crate) customer: Participant,
    pub(crate) terms: Terms,
    /// The transcript of the chats that this one continues.
    past: Vec<Item>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) contact_id: String,
    pub(crate) phase: Phase,
    pub(crate) agent: Option<Participant>,
    pub(crate) sockets: Sockets,
    items: Vec<Item>,
    /// The customer's messages by client token.
    sent: HashMap<String, Item>,
    /// The queue of the customer's messages for the agent, until one of the two leaves.
    to_agent: Option<UnboundedSender<Item>>,
    /// The other end of the queue, until the agent takes it.
    from_customer: Option<UnboundedReceiver<Item>>,
}

impl Chat {
    pub(crate) fn new(contact: &str, customer: Participant, terms: Terms, past: Vec<Item>) -> Self {
        let (to_agent, from_customer) = mpsc::unbounded_channel();
        let state = Mutex::new(State {
            contact_id: contact.to_owned(),
            to_agent: Some(to_agent),
            from_customer: Some(from_customer),
            ..State::default()
        });
        Self { initial_contact_id: contact.to_owned(), customer, terms, past, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Returns true if this chat continues an earlier one.
    pub(crate) fn is_persistent(&self) -> bool {
        !self.past.is_empty()
    }

    /// Returns true if the customer may take part.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state().phase, Phase::Waiting | Phase::Connected)
    }

    /// The whole transcript, oldest first, past chats included.
    pub(crate) fn transcript(&self) -> Vec<Item> {
        self.past.iter().chain(&self.state().items).cloned().collect()
    }

    /// The transcript up to the end of this contact, as a later session shows it.
    pub(crate) fn transcript_through(&self, contact: &str) -> Vec<Item> {
        let mut items = self.transcript();
        let last = items.iter().rposition(|item| item.contact_id.as_deref() == Some(contact));
        items.truncate(last.map_or(0, |last| last + 1));
        items.into_iter().map(Item::of_the_past).collect()
    }

    /// Connects the customer. The first time, returns the queue of the customer's messages.
    pub(crate) fn join(&self) -> Option<UnboundedReceiver<Item>> {
        let mut state = self.state();
        if state.phase != Phase::Waiting {
            return None;
        }
        state.phase = Phase::Connected;
        self.event(&mut state, &self.customer, JOINED);
        state.from_customer.take()
    }

    /// Adds an agent.
    pub(crate) fn agent_joins(&self, agent: &Participant) {
        let mut state = self.state();
        if !state.is_over() {
            state.agent = Some(agent.clone());
            self.event(&mut state, agent, JOINED);
        }
    }

    /// Sends a message of the customer, unless the client token was used before. Returns the
    /// message, or `None` if the chat has ended.
    pub(crate) fn send(&self, message: (&str, &str), client_token: &str) -> Option<Item> {
        let mut state = self.state();
        if let Some(sent) = state.sent.get(client_token) {
            return Some(sent.clone());
        }
        let sent = self.message(&mut state, &self.customer, message)?;
        if !client_token.is_empty() {
            state.sent.insert(client_token.to_owned(), sent.clone());
        }
        if let Some(agent) = &state.to_agent {
            // The agent may just have left.
            let _ = agent.send(sent.clone());
        }
        Some(sent)
    }

    /// Sends a message of the agent. Returns `None` if the chat has ended.
    pub(crate) fn reply(&self, agent: &Participant, message: (&str, &str)) -> Option<Item> {
        self.message(&mut self.state(), agent, message)
    }

    /// Sends an event that is not part of the transcript, such as typing.
    pub(crate) fn signal(&self, sender: &Participant, content_type: &str) {
        let state = self.state();
        let item = Item::event(&state.contact_id, sender, content_type);
        state.sockets.send(&item.frame(&self.initial_contact_id));
    }

    /// Adds a receipt to a message. Returns false if there is no such message in this session.
    pub(crate) fn receive(&self, id: &str, recipient: &Participant, content_type: &str) -> bool {
        let State { items, sockets, .. } = &mut *self.state();
        let Some(message) = items.iter_mut().find(|item| item.id == id && item.content.is_some())
        else {
            return false;
        };
        if let Some(receipt) = message.receive(recipient, content_type) {
            sockets.send(&receipt.frame(&self.initial_contact_id));
        }
        true
    }

    /// Removes the customer.
    pub(crate) fn leave(&self) {
        let mut state = self.state();
        state.phase = Phase::CustomerLeft;
        state.to_agent = None;
        self.event(&mut state, &self.customer, LEFT);
    }

    /// Removes the agent, and continues the session as this contact.
    pub(crate) fn transfer(&self, contact: &str) {
        let mut state = self.state();
        self.agent_leaves(&mut state);
        self.event(&mut state, &Participant::system(), TRANSFERRED);
        contact.clone_into(&mut state.contact_id);
    }

    /// Ends the chat. Returns its contact, or `None` if the chat had ended before.
    pub(crate) fn end(&self, reason: EndReason) -> Option<String> {
        let mut state = self.state();
        if state.is_over() {
            return None;
        }
        self.agent_leaves(&mut state);
        self.event(&mut state, &Participant::system(), ENDED);
        state.phase = Phase::Ended(reason);
        state.to_agent = None;
        state.sockets.end(&Outgoing::Close);
        Some(state.contact_id.clone())
    }

    fn agent_leaves(&self, state: &mut State) {
        if let Some(agent) = state.agent.take() {
            self.event(state, &agent, LEFT);
        }
    }

    fn message(&self, state: &mut State, by: &Participant, text: (&str, &str)) -> Option<Item> {
        let item = Item::message(&state.contact_id, by, text.0, text.1);
        (!state.is_over()).then(|| self.push(state, item))
    }

    fn event(&self, state: &mut State, sender: &Participant, content_type: &str) {
        self.push(state, Item::event(&state.contact_id, sender, content_type));
    }

    fn push(&self, state: &mut State, item: Item) -> Item {
        state.sockets.send(&item.frame(&self.initial_contact_id));
        state.items.push(item.clone());
        item
    }
}

impl State {
    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended(_))
    }
}
