//! Many chats in one invocation.

use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::Handler;
use super::invocation::Invocation;
use crate::connect::StartedChat;
use crate::error::Error;
use crate::pace::{IN_FLIGHT, Pace};
use crate::reply::{self, Failure};
use crate::trigger::{self, Payload, SqsRecord, Unreadable};

/// The order in which a batch's chats are attempted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// A few at a time, all of them.
    Any,
    /// One by one up to the first that fails, as a FIFO queue wants it
    /// ("Implementing partial batch responses", Lambda developer guide).
    UntilFailure,
}

impl Order {
    fn in_flight(self) -> usize {
        match self {
            Self::Any => IN_FLIGHT,
            Self::UntilFailure => 1,
        }
    }
}

impl Handler {
    pub(super) async fn batch(
        &self,
        name: &'static str,
        items: Vec<Value>,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let payloads = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| trigger::open_element(item, invocation.key(index)));
        let chats = self.start_chats(name, payloads, Order::Any, invocation).await;
        reply::results(&chats)
    }

    pub(super) async fn sqs(
        &self,
        name: &'static str,
        records: Vec<SqsRecord>,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let ids = records.iter().map(|record| record.message_id.clone());
        let ids: Vec<_> = ids.collect();
        let order = if records.iter().any(|record| record.is_fifo) {
            Order::UntilFailure
        } else {
            Order::Any
        };
        let payloads = records
            .into_iter()
            .enumerate()
            .map(|(index, record)| record.open(invocation.key(index)));
        let chats = self.start_chats(name, payloads, order, invocation).await;
        reply::failed_messages(&ids, &chats)
    }

    /// Attempts the chats of a batch.
    async fn start_chats(
        &self,
        name: &'static str,
        payloads: impl Iterator<Item = Result<Payload, Unreadable>>,
        order: Order,
        invocation: &Invocation,
    ) -> Vec<Result<StartedChat, Error>> {
        let pace = &Pace::new();
        let chats = payloads.map(|payload| async move {
            let payload = payload.map_err(Error::from);
            self.start_chat(name, payload, invocation, pace).await.0
        });
        let mut chats = stream::iter(chats).buffered(order.in_flight());
        let mut attempted = Vec::new();
        while let Some(chat) = chats.next().await {
            let stops = order == Order::UntilFailure && chat.is_err();
            attempted.push(chat);
            if stops {
                break;
            }
        }
        attempted
    }
}
