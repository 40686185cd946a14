//! Many chats in one invocation.

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use serde_json::Value;
use serde_json::value::RawValue;

use super::invocation::Invocation;
use super::{Handler, Unopened};
use crate::backoff::{Backoff, IN_FLIGHT};
use crate::connect::StartedChat;
use crate::error::Error;
use crate::reply::{self, FunctionError};
use crate::trigger::{Envelope, InvocationKey, SqsRecord};

/// The most failures of one batch that keep their invalid parts.
const MAX_DETAILED: usize = 100;

/// The order in which the chats of a batch are attempted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// A few at a time, all of them.
    Any,
    /// One by one up to the first that fails, as FIFO queues require
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
        trigger: &'static str,
        elements: Vec<&RawValue>,
        request_id: &str,
        invocation: &Invocation,
    ) -> Result<Value, FunctionError> {
        let envelopes = elements.into_iter().map(Envelope::Element);
        let requests = unopened(trigger, envelopes, request_id);
        let chats = self.start_chats(requests, Order::Any, invocation).await;
        reply::results(&chats)
    }

    pub(super) async fn sqs(
        &self,
        trigger: &'static str,
        records: Vec<SqsRecord<'_>>,
        request_id: &str,
        invocation: &Invocation,
    ) -> Result<Value, FunctionError> {
        let ids: Vec<_> = records.iter().map(|record| record.message_id.clone()).collect();
        let is_fifo = records.iter().any(|record| record.is_fifo);
        let order = if is_fifo { Order::UntilFailure } else { Order::Any };
        let requests = unopened(trigger, records.into_iter().map(Envelope::Sqs), request_id);
        let chats = self.start_chats(requests, order, invocation).await;
        reply::failed_messages(&ids, &chats)
    }

    /// Attempts the chats of a batch.
    async fn start_chats(
        &self,
        requests: Vec<Unopened<'_>>,
        order: Order,
        invocation: &Invocation,
    ) -> Vec<Result<StartedChat, Error>> {
        let backoff = Backoff::new();
        let mut waiting = requests.into_iter();
        let mut in_flight = FuturesOrdered::new();
        let mut attempted = Vec::new();
        let mut failures = 0;
        loop {
            let free = order.in_flight() - in_flight.len();
            let next = waiting.by_ref().take(free);
            in_flight.extend(next.map(|request| self.start_chat(request, invocation, &backoff)));
            let Some((mut chat, _)) = in_flight.next().await else {
                return attempted;
            };
            if let Err(error) = &mut chat {
                failures += 1;
                if failures > MAX_DETAILED {
                    error.discard_field_errors();
                }
            }
            let is_done = chat.as_ref().err().is_none_or(Error::is_done);
            let stops = order == Order::UntilFailure && !is_done;
            attempted.push(chat);
            if stops {
                return attempted;
            }
        }
    }
}

fn unopened<'a>(
    trigger: &'static str,
    envelopes: impl Iterator<Item = Envelope<'a>>,
    request_id: &'a str,
) -> Vec<Unopened<'a>> {
    let requests = envelopes.enumerate().map(|(index, envelope)| Unopened {
        trigger,
        envelope: Ok(envelope),
        key: InvocationKey { request_id, index },
    });
    requests.collect()
}
