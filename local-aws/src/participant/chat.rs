//! A chat: who takes part, what was said, and the websockets that hear of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::item::{ENDED, Item, JOINED, LEFT, Participant, TRANSFERRED};
use super::sockets::{Outgoing, Sockets};
use super::terms::{EndReason, Phase, Terms};
use crate::lock;

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
    /// Where the agent hears of the customer's messages, while both are there.
    to_agent: Option<UnboundedSender<Item>>,
}

impl Chat {
    pub(crate) fn new(contact: &str, customer: Participant, terms: Terms, past: Vec<Item>) -> Self {
        let state = State { contact_id: contact.to_owned(), ..State::default() };
        let state = Mutex::new(state);
        Self { initial_contact_id: contact.to_owned(), customer, terms, past, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Whether this chat continues an earlier one.
    pub(crate) fn is_persistent(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether the customer may take part.
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

    /// Connects the customer. The first time, what the agent hears from now on.
    pub(crate) fn join(&self) -> Option<UnboundedReceiver<Item>> {
        let mut state = self.state();
        if state.phase != Phase::Waiting {
            return None;
        }
        let (to_agent, received) = mpsc::unbounded_channel();
        state.phase = Phase::Connected;
        state.to_agent = Some(to_agent);
        self.event(&mut state, &self.customer, JOINED);
        Some(received)
    }

    /// An agent joins, in the place of the one before.
    pub(crate) fn agent_joins(&self, agent: &Participant) {
        let mut state = self.state();
        if !state.is_over() {
            state.agent = Some(agent.clone());
            self.event(&mut state, agent, JOINED);
        }
    }

    /// Sends a message of the customer. `None` once the chat is over.
    /// With a client token that was used before, none is sent again.
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
            // The agent may have gone just now.
            let _ = agent.send(sent.clone());
        }
        Some(sent)
    }

    /// Sends a message of the agent. `None` once the chat is over.
    pub(crate) fn reply(&self, agent: &Participant, message: (&str, &str)) -> Option<Item> {
        self.message(&mut self.state(), agent, message)
    }

    /// Sends an event that no transcript keeps, such as typing.
    pub(crate) fn signal(&self, sender: &Participant, content_type: &str) {
        let state = self.state();
        let item = Item::event(&state.contact_id, sender, content_type);
        state.sockets.send(&item.frame(&self.initial_contact_id));
    }

    /// Notes that the recipient got a message or read it. `false` if this session has no such message.
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

    /// The customer leaves.
    pub(crate) fn leave(&self) {
        let mut state = self.state();
        state.phase = Phase::CustomerLeft;
        state.to_agent = None;
        self.event(&mut state, &self.customer, LEFT);
    }

    /// The agent leaves, and the session goes on as this contact.
    pub(crate) fn transfer(&self, contact: &str) {
        let mut state = self.state();
        self.agent_leaves(&mut state);
        self.event(&mut state, &Participant::system(), TRANSFERRED);
        contact.clone_into(&mut state.contact_id);
    }

    /// Ends the chat. The contact that has ended, or `None` if it had ended before.
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

    fn message(
        &self,
        state: &mut State,
        sender: &Participant,
        (kind, text): (&str, &str),
    ) -> Option<Item> {
        let item = Item::message(&state.contact_id, sender, kind, text);
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
