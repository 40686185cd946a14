//! Derives the client token: a chat that is requested twice is started once.
//!
//! Connect remembers `ClientToken`, so nothing is stored here. The token must
//! be the same in every execution environment and in every build: it is a hash
//! over length-prefixed fields and the canonical request. It is never random,
//! since copies of one environment (SnapStart) would draw the same number.

use sha2::{Digest, Sha256};

use crate::json;
use crate::policy::StartChat;
use crate::trigger::IdempotencyKey;

/// Returns the `ClientToken` to send.
///
/// A trusted caller's own token is sent as it is. An untrusted caller's is
/// hashed together with the verified customer and the request, so that
/// nobody's key yields another customer's participant token. A request that
/// brings no key goes by the attempt to start the customer's chat, if there is
/// one: whoever repeats the attempt gets its chat.
#[must_use]
pub fn client_token(key: &IdempotencyKey, attempt_id: Option<&str>, chat: &StartChat) -> String {
    let members = chat.members();
    let own = members.client_token.as_deref();
    match key {
        IdempotencyKey::Http { header, request_id } => match header.as_deref().or(own) {
            Some(named) => {
                let customer = members.customer_id.as_deref().unwrap_or_default();
                hash("http", &[customer, named], chat)
            }
            None => match attempt_id {
                Some(attempt_id) => hash("attempt", &[attempt_id], chat),
                None => hash("http-request", &[request_id], chat),
            },
        },
        IdempotencyKey::EventBridge { source, id } => {
            own.map_or_else(|| hash("eventbridge", &[source, id], chat), str::to_owned)
        }
        IdempotencyKey::Sqs { message_id } => {
            own.map_or_else(|| hash("sqs", &[message_id], chat), str::to_owned)
        }
        IdempotencyKey::Invocation { request_id, index } => match (own, attempt_id) {
            (Some(own), _) => own.to_owned(),
            (None, Some(attempt_id)) => hash("attempt", &[attempt_id], chat),
            (None, None) => hash("invocation", &[request_id, &index.to_string()], chat),
        },
    }
}

/// Returns the hex SHA-256 over the kind of key, the fields and the canonical request.
fn hash(kind: &str, fields: &[&str], chat: &StartChat) -> String {
    let canonical = json::to_string(chat);
    let mut hasher = Sha256::new();
    let texts = std::iter::once(kind).chain(fields.iter().copied());
    for field in texts.map(str::as_bytes).chain([canonical.as_bytes()]) {
        hasher.update(field.len().to_be_bytes());
        hasher.update(field);
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Settings;
    use crate::policy::Admission;
    use crate::request;
    use crate::trigger::{Caller, Cause, Payload};

    /// The canonical form that tokens are made of.
    const CANONICAL: &str = r#"{"InstanceId":"i-1","ContactFlowId":"f-1","ParticipantDetails":{"DisplayName":"Zoë"},"Attributes":{"a":"1","customerName":"Zoë"},"SegmentAttributes":{"s":{"ValueInteger":3}},"CustomerId":"c-1","DisconnectOnCustomerExit":false}"#;

    /// A chat that Policy admits.
    fn chat(own_token: Option<&str>) -> StartChat {
        let settings = Settings::read(|name| match name {
            "INSTANCE_ID" => Some("i-1".to_owned()),
            "CONTACT_FLOW_ID" => Some("f-1".to_owned()),
            _ => None,
        });
        let settings = settings.expect("settings");
        let request = json::raw(serde_json::json!({
            "ContactFlowId": "f-1", "Username": "Zoë", "Attributes": {"a": 1},
            "CustomerId": "c-1", "SegmentAttributes": {"s": 3}, "ClientToken": own_token,
        }));
        let payload = Payload {
            request: Cow::Owned(request),
            caller: Caller::Trusted,
            key: invocation("r", 0),
            cause: Cause::default(),
            prefers_new_chat: false,
        };
        let request = request::parse(&payload, &settings.defaults);
        match settings.policy.admit(request.expect("a request"), &payload.caller) {
            Ok(Admission::Granted(chat)) => chat,
            _ => panic!("the request is not admitted"),
        }
    }

    fn http(header: Option<&str>) -> IdempotencyKey {
        let header = header.map(str::to_owned);
        IdempotencyKey::Http { header, request_id: "r".to_owned() }
    }

    fn event(source: &str, id: &str) -> IdempotencyKey {
        IdempotencyKey::EventBridge { source: source.to_owned(), id: id.to_owned() }
    }

    fn message(message_id: &str) -> IdempotencyKey {
        IdempotencyKey::Sqs { message_id: message_id.to_owned() }
    }

    fn invocation(request_id: &str, index: usize) -> IdempotencyKey {
        IdempotencyKey::Invocation { request_id: request_id.to_owned(), index }
    }

    /// Another token for the same request would start its chat again when an
    /// event is redelivered across a deployment.
    #[test]
    fn tokens_stay_as_they_are() {
        let chat = chat(None);
        let canonical = serde_json::to_string(&chat);
        assert_eq!(canonical.ok().as_deref(), Some(CANONICAL));
        for (key, token) in [
            (http(Some("k")), "8c0ccf2de23e07adf393fa9d6ab4f775bc839a1316177023dfa392459d6b51ec"),
            (event("s", "1"), "62530b660ad273d4eb29a86ee8348d82f048275d3b0656c5a2ab7d0a7afe477d"),
            (message("m"), "8e1962cd00360e7c72b4b203c8591751003b64623b374fb4ba8e92a3269d01ee"),
            (
                invocation("r", 0),
                "725406381e7eef04fee93e377498276f6140b943757c26c49a220a6315686da1",
            ),
        ] {
            assert_eq!(client_token(&key, None, &chat), token);
        }
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let keys = [
            http(Some("k")),
            http(Some("s")),
            event("s", "1"),
            event("s1", ""),
            event("", "s1"),
            message("s1"),
            message("k"),
            invocation("s", 1),
            invocation("s", 11),
            invocation("s1", 1),
        ];
        let tokens = keys.iter().map(|key| client_token(key, None, &chat(None)));
        assert_eq!(tokens.collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn an_untrusted_callers_own_token_is_hashed_and_a_trusted_callers_is_not() {
        let own = chat(Some("own"));
        let hashed = client_token(&http(Some("own")), None, &chat(None));
        assert_eq!(client_token(&http(None), None, &own), hashed);
        assert_ne!(hashed, "own");
        for key in [event("s", "1"), message("m"), invocation("r", 0)] {
            assert_eq!(client_token(&key, None, &own), "own");
        }
    }

    #[test]
    fn a_request_without_a_key_goes_by_its_invocation() {
        let token = |request_id: &str| {
            let key = IdempotencyKey::Http { header: None, request_id: request_id.to_owned() };
            client_token(&key, None, &chat(None))
        };
        assert_eq!(token("r-1"), token("r-1"));
        assert_ne!(token("r-1"), token("r-2"));
        assert_ne!(token("r-1"), client_token(&http(Some("r-1")), None, &chat(None)));
    }

    #[test]
    fn an_attempt_replaces_the_invocation_and_no_key() {
        let (plain, own) = (chat(None), chat(Some("own")));
        let by_attempt = client_token(&http(None), Some("a"), &plain);
        assert_eq!(client_token(&invocation("r", 0), Some("a"), &plain), by_attempt);
        assert_ne!(client_token(&http(None), Some("b"), &plain), by_attempt);
        for key in [http(Some("k")), event("s", "1"), message("m")] {
            assert_eq!(client_token(&key, Some("a"), &plain), client_token(&key, None, &plain));
        }
        for key in [http(None), invocation("r", 0)] {
            assert_eq!(client_token(&key, Some("a"), &own), client_token(&key, None, &own));
        }
    }
}
