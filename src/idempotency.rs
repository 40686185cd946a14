//! The client token: the same chat asked for twice is started once.
//!
//! Connect keeps account of `ClientToken`, so nothing is stored here. A token
//! must come out alike in every execution environment and every build: it is a
//! hash over length-prefixed fields and the canonical request.

use sha2::{Digest, Sha256};

use crate::policy::StartChat;
use crate::trigger::Key;

/// The `ClientToken` to send; `None` leaves it to the SDK, whose random token
/// covers its own retries.
///
/// A trusted caller's own token is sent as it is. A stranger's is hashed
/// together with who they are and what they ask for, so that nobody's key
/// yields another's participant token.
#[must_use]
pub fn client_token(key: &Key, chat: &StartChat) -> Option<String> {
    let members = chat.members();
    let own = members.client_token.as_deref();
    match key {
        Key::Http { header } => {
            let customer = members.customer_id.as_deref().unwrap_or_default();
            let named = header.as_deref().or(own)?;
            Some(hash("http", &[customer, named], chat))
        }
        _ if own.is_some() => own.map(str::to_owned),
        Key::EventBridge { source, id } => Some(hash("eventbridge", &[source, id], chat)),
        Key::Sqs { message_id } => Some(hash("sqs", &[message_id], chat)),
        Key::Invocation { request_id, index } => {
            Some(hash("invocation", &[request_id, &index.to_string()], chat))
        }
    }
}

/// Hex SHA-256 over the kind of key, the fields and the canonical request.
fn hash(kind: &str, fields: &[&str], chat: &StartChat) -> String {
    // Strings under string names: nothing in it can fail to become JSON.
    let canonical = serde_json::to_vec(chat).unwrap_or_default();
    let mut hasher = Sha256::new();
    let texts = std::iter::once(kind).chain(fields.iter().copied());
    for field in texts.map(str::as_bytes).chain([canonical.as_slice()]) {
        hasher.update(field.len().to_be_bytes());
        hasher.update(field);
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| DIGITS[usize::from(nibble)]).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Settings;
    use crate::policy::Admission;
    use crate::{request, trigger};

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
        let body = serde_json::json!({
            "Username": "Zoë", "Attributes": {"a": 1}, "CustomerId": "c-1",
            "SegmentAttributes": {"s": 3}, "ClientToken": own_token,
        });
        let body = body.as_object().cloned().unwrap_or_default();
        let payload = trigger::trusted(body, invocation("r", 0));
        let request = request::parse(&payload, &settings.defaults).expect("a request");
        match settings.policy.admit(request, &payload.caller) {
            Ok(Admission::Granted(chat)) => chat,
            _ => panic!("the request is not admitted"),
        }
    }

    fn http(header: Option<&str>) -> Key {
        Key::Http { header: header.map(str::to_owned) }
    }

    fn event(source: &str, id: &str) -> Key {
        Key::EventBridge { source: source.to_owned(), id: id.to_owned() }
    }

    fn message(message_id: &str) -> Key {
        Key::Sqs { message_id: message_id.to_owned() }
    }

    fn invocation(request_id: &str, index: usize) -> Key {
        Key::Invocation { request_id: request_id.to_owned(), index }
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
            assert_eq!(client_token(&key, &chat).as_deref(), Some(token));
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
        let tokens = keys.iter().map(|key| client_token(key, &chat(None)));
        assert_eq!(tokens.collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn a_strangers_own_token_is_hashed_and_a_trusted_callers_is_not() {
        let own = chat(Some("own"));
        assert_eq!(client_token(&http(None), &chat(None)), None);
        let hashed = client_token(&http(Some("own")), &chat(None));
        assert_eq!(client_token(&http(None), &own), hashed);
        assert_ne!(hashed.as_deref(), Some("own"));
        for key in [event("s", "1"), message("m"), invocation("r", 0)] {
            assert_eq!(client_token(&key, &own).as_deref(), Some("own"));
        }
    }
}
