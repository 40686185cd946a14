//! Requests of the clients that start no chat.

use futures_util::future::join_all;
use local_aws::{Fault, LocalAws, Operation};

use crate::client::{Case, Client, clients};
use crate::{APIS, assert_readable, options, send, send_text};
use support::http::Answer;
use support::start;

/// A flow that is not configured.
const FOREIGN_FLOW: &str = "a1b2c3d4-5678-90ab-cdef-999999999999";

/// Every kind of failure, with its status.
const SITUATIONS: [(Situation, u16); 6] = [
    (Situation::Invalid, 400),
    (Situation::NotJson, 400),
    (Situation::Forbidden, 403),
    (Situation::Quota, 429),
    (Situation::Throttled, 429),
    (Situation::Down, 503),
];

#[derive(Clone, Copy, Debug)]
enum Situation {
    Invalid,
    NotJson,
    Forbidden,
    Quota,
    Throttled,
    Down,
}

impl Situation {
    /// Returns the fault for all three attempts of a call, if Connect is at fault.
    fn fault(self) -> Option<Fault> {
        let fault = match self {
            Self::Quota => Fault::status(429, "LimitExceededException"),
            Self::Throttled => Fault::status(429, "TooManyRequestsException"),
            Self::Down => Fault::status(500, "InternalServiceException"),
            Self::Invalid | Self::NotJson | Self::Forbidden => return None,
        };
        Some(fault.on(Operation::StartChatContact).times(3))
    }

    async fn send(self, aws: &LocalAws, api: &str, case: &Case) -> Answer {
        if let Some(fault) = self.fault() {
            aws.connect().inject(fault);
        }
        match self {
            Self::Invalid => send(aws, api, &case.with("ChatDurationInMinutes", "soon")).await,
            Self::Forbidden => send(aws, api, &case.with("ContactFlowId", FOREIGN_FLOW)).await,
            Self::NotJson => send_text(aws, api, case, "<html>").await,
            Self::Quota | Self::Throttled | Self::Down => send(aws, api, case).await,
        }
    }
}

async fn assert_every_failure(aws: &LocalAws, api: &str, client: &Client, case: &Case, at: &str) {
    for (situation, status) in SITUATIONS {
        let at = format!("{at}, {situation:?}");
        let answer = situation.send(aws, api, case).await;
        aws.connect().clear_faults();
        assert_eq!(answer.status, status, "{at}");
        assert!(client.decode(&answer).is_err(), "{at}");
        assert_eq!(client.decode_error(&answer), Ok(()), "{at}");
        assert_readable(case, &answer, &at);
        let label = answer.header("content-type");
        assert_eq!(label, Some("application/problem+json"), "{at}");
        let wait = answer.header("retry-after").map(str::to_owned);
        assert_eq!(wait.is_some(), status == 429 || status == 503, "{at}");
    }
}

/// Sends the first case of each client to each API: failures do not depend on
/// the rest of a request. The retries of a call take time, so each
/// client and API has a stand-in of its own, and all run at once.
#[tokio::test]
async fn every_client_understands_every_failure() {
    let clients = clients();
    let tasks = clients.iter().flat_map(|(name, client)| {
        APIS.map(|api| async move {
            let aws = start(options()).await;
            let case = client.cases.first().expect("a case");
            let at = format!("{name}, {}, {api}", case.name);
            assert_every_failure(&aws, api, client, case, &at).await;
            assert_eq!(aws.connect().chats(), 0, "{at}");
        })
    });
    join_all(tasks).await;
}
