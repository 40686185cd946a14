//! The agent: one task per chat, which starts when the customer connects.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time;

use super::chat::Chat;
use super::item::{self, Item, Participant};
use super::script::{self, Act};
use super::service::Participants;
use super::terms::EndReason;

const FIRST: &str = "Alex";
const SECOND: &str = "Robin";

const BEFORE_JOINING: Duration = Duration::from_millis(1200);
const BEFORE_READING: Duration = Duration::from_millis(400);
const TYPING: Duration = Duration::from_millis(900);
/// How long the agent stays after the customer.
const BEFORE_LEAVING: Duration = Duration::from_secs(2);

/// Connects the customer. The first connection also brings the agent.
pub(crate) fn connect_customer(service: &Arc<Participants>, chat: &Arc<Chat>) {
    if let Some(messages) = chat.join() {
        service.notify(chat, &format!("{} connected", chat.customer.name));
        let agent = Agent { service: Arc::clone(service), chat: Arc::clone(chat) };
        tokio::spawn(agent.attend(messages));
    }
}

struct Agent {
    service: Arc<Participants>,
    chat: Arc<Chat>,
}

impl Agent {
    async fn attend(self, messages: UnboundedReceiver<Item>) {
        let duration = self.service.paced(self.chat.terms.duration);
        let ended = time::timeout(duration, self.talk(messages)).await;
        self.service.end(&self.chat, ended.unwrap_or(EndReason::EXPIRED));
    }

    /// Talks until one of the two leaves, and returns the reason of the end.
    async fn talk(&self, mut messages: UnboundedReceiver<Item>) -> EndReason {
        let mut agent = self.join(FIRST, script::OFFER).await;
        let mut was_transferred = false;
        while let Some(message) = messages.recv().await {
            self.read(&agent, &message).await;
            match script::answer(&message, &self.chat.terms, was_transferred) {
                Act::Say(content_type, content) => self.say(&agent, content_type, &content).await,
                Act::Transfer => {
                    was_transferred = true;
                    self.say(&agent, script::PLAIN, "I am passing you on to a colleague.").await;
                    self.service.transfer(&self.chat);
                    agent = self.join(SECOND, script::OFFER_AFTER_TRANSFER).await;
                }
                Act::End => {
                    self.say(&agent, script::PLAIN, "Goodbye!").await;
                    return EndReason::AGENT;
                }
            }
        }
        self.pause(BEFORE_LEAVING).await;
        EndReason::CUSTOMER
    }

    async fn join(&self, name: &str, offer: &str) -> Participant {
        self.pause(BEFORE_JOINING).await;
        let agent = Participant::agent(name);
        self.chat.agent_joins(&agent);
        self.service.notify(&self.chat, &format!("{name} joined"));
        let greeting = format!("Hello {}, this is {name}. {offer}", self.chat.customer.name);
        self.say(&agent, script::PLAIN, &greeting).await;
        agent
    }

    async fn read(&self, agent: &Participant, message: &Item) {
        self.chat.receive(&message.id, agent, item::DELIVERED);
        self.pause(BEFORE_READING).await;
        self.chat.receive(&message.id, agent, item::READ);
    }

    async fn say(&self, agent: &Participant, content_type: &str, content: &str) {
        self.chat.signal(agent, item::TYPING);
        self.pause(TYPING).await;
        if self.chat.reply(agent, (content_type, content)).is_some() {
            self.service.notify_message(&self.chat, agent, content);
        }
    }

    async fn pause(&self, time: Duration) {
        time::sleep(self.service.paced(time)).await;
    }
}
