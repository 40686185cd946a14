//! Clients that send a request again.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use local_aws::{Fault, LocalAws, Operation};

use crate::client::{Case, client};
use crate::{APIS, options, send};
use support::http::Answer;
use support::{start, starts};

/// The statuses on which the iOS example sends a request again.
const RETRIED: [u16; 9] = [400, 403, 408, 429, 500, 502, 503, 504, 509];

/// The number of times that it does so.
const RETRIES: usize = 2;

/// Sends a request as the iOS example does. Returns the answers in order.
async fn send_as_ios(aws: &LocalAws, api: &str, case: &Case) -> Vec<Answer> {
    let mut answers = vec![send(aws, api, case).await];
    while answers.len() <= RETRIES
        && answers.last().is_some_and(|last| RETRIED.contains(&last.status))
    {
        answers.push(send(aws, api, case).await);
    }
    answers
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// Returns the case without a key, with the header and with the member, and the
/// number of chats that two requests of each start.
fn with_keys(case: &Case, api: &str) -> [(Case, usize); 3] {
    let mut header = case.clone();
    let key = format!("7c0b8f5e, {api}");
    header.headers.insert("Idempotency-Key".to_owned(), key);
    [(case.clone(), 2), (header, 1), (case.with("ClientToken", &format!("41d2a690, {api}")), 1)]
}

/// Connect starts the chat, but its answer is unusable, so the client receives
/// 502. Only a key keeps its second request from starting a second chat.
#[tokio::test]
async fn a_request_sent_again_is_one_chat_if_it_has_a_key() {
    let aws = start(options()).await;
    let ios = client("ios");
    let case = ios.cases.first().expect("a case");
    for api in APIS {
        for (case, chats) in with_keys(case, api) {
            let before = aws.connect().chats();
            aws.connect().forget_requests();
            aws.connect().inject(Fault::without("ParticipantToken"));
            let answers = send_as_ios(&aws, api, &case).await;
            assert_eq!(statuses(&answers), [502, 200], "{api}");
            let last = answers.last().expect("an answer");
            assert!(ios.decode(last).is_ok(), "{api}");
            assert_eq!(aws.connect().chats() - before, chats, "{api}");
            let received = starts(&aws);
            let tokens = received.iter().map(|request| &request["ClientToken"]);
            let tokens: BTreeSet<String> = tokens.map(ToString::to_string).collect();
            assert_eq!((received.len(), tokens.len()), (2, chats), "{api}");
        }
    }
}

/// A refused request does not reach Connect.
#[tokio::test]
async fn a_refused_request_sent_again_is_refused_again() {
    let aws = start(options()).await;
    let ios = client("ios");
    let case = ios.cases.first().expect("a case");
    let foreign = "a1b2c3d4-5678-90ab-cdef-999999999999";
    for api in APIS {
        for (case, status) in [
            (case.with("ChatDurationInMinutes", "soon"), 400),
            (case.with("ContactFlowId", foreign), 403),
        ] {
            let answers = send_as_ios(&aws, api, &case).await;
            assert_eq!(statuses(&answers), [status; 3], "{api}");
        }
    }
    assert!(aws.connect().requests().is_empty());
}

/// Connect throttles all attempts of the first request, and accepts the second.
#[tokio::test]
async fn a_throttled_request_sent_again_starts_one_chat() {
    let ios = client("ios");
    let case = ios.cases.first().expect("a case");
    let apis = APIS.map(|api| async move {
        let aws = start(options()).await;
        let fault = Fault::status(429, "TooManyRequestsException");
        let fault = fault.on(Operation::StartChatContact).times(3);
        aws.connect().inject(fault);
        let answers = send_as_ios(&aws, api, case).await;
        assert_eq!(statuses(&answers), [429, 200], "{api}");
        assert_eq!(aws.connect().chats(), 1, "{api}");
    });
    join_all(apis).await;
}

/// The React Native example sends a new request if it cannot connect.
#[tokio::test]
async fn two_requests_without_a_key_are_two_chats() {
    let aws = start(options()).await;
    let app = client("react-native");
    let case = app.cases.first().expect("a case");
    let mut ids = BTreeSet::new();
    for api in APIS {
        for _ in 0..2 {
            ids.insert(send(&aws, api, case).await.contact_id());
        }
    }
    assert_eq!((ids.len(), aws.connect().chats()), (6, 6));
}
