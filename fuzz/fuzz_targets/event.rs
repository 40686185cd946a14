//! Any JSON as an invocation's payload is recognized, opened, parsed and
//! admitted without a panic, refused only with a reason, and never costs more
//! memory or a longer response than its limits allow.

#![no_main]

mod memory;

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use start_chat_contact::client_token::client_token;
use start_chat_contact::config::Settings;
use start_chat_contact::error::Error;
use start_chat_contact::policy::{Admission, Contact, Origins, PolicyError, StartChat};
use start_chat_contact::reply::{FunctionError, HttpReply};
use start_chat_contact::request;
use start_chat_contact::trigger::{Envelope, InvocationKey, Payload, PayloadFormat, Trigger};

/// The largest HTTP request and the largest event that Lambda passes on in
/// full are far larger; these are the sizes for which memory is bounded here.
const MAX_HTTP: usize = 128 * 1024;
const MAX_EVENT: usize = 1024 * 1024;

/// The longest response to a failure, in bytes.
const MAX_RESPONSE: usize = 64 * 1024;

fuzz_target!(|data: &[u8]| {
    if data.len() > MAX_EVENT {
        return;
    }
    let Ok(payload) = serde_json::from_slice::<Box<RawValue>>(data) else {
        return;
    };
    memory::within_limit(|| {
        for (index, envelope) in envelopes(&payload).into_iter().enumerate() {
            let key = InvocationKey { request_id: "request", index };
            if let Err(error) = envelope.and_then(|envelope| chat(envelope, key)) {
                check(&error, data.len() <= MAX_HTTP);
            }
        }
    });
});

fn envelopes(payload: &RawValue) -> Vec<Result<Envelope<'_>, Error>> {
    match Trigger::recognize(payload).map(|(trigger, _)| trigger) {
        Err(error) => vec![Err(error.into())],
        Ok(Trigger::Http(request)) => vec![Ok(Envelope::Http(request))],
        Ok(Trigger::EventBridge(event)) => vec![Ok(Envelope::EventBridge(event))],
        Ok(Trigger::Direct(request)) => vec![Ok(Envelope::Direct(request))],
        Ok(Trigger::Batch(list)) => list.into_iter().map(Envelope::Element).map(Ok).collect(),
        Ok(Trigger::Sqs(records)) => records.into_iter().map(Envelope::Sqs).map(Ok).collect(),
    }
}

fn chat(envelope: Envelope<'_>, key: InvocationKey<'_>) -> Result<(), Error> {
    let payload = envelope.open(key)?;
    let chat = admit(&payload)?;
    let token = client_token(&payload.key, &chat);
    assert_eq!(token, client_token(&payload.key, &chat));
    Ok(())
}

fn admit(payload: &Payload<'_>) -> Result<StartChat, Error> {
    let settings = settings();
    let request = request::parse(payload, &settings.defaults);
    let ignored = request.as_ref().map_or_else(|error| &error.ignored, |request| &request.ignored);
    assert!(ignored.len() <= 256);
    let mut admission = settings.policy.admit(request?, &payload.caller)?;
    loop {
        let contact = match admission {
            Admission::Granted(chat) => return Ok(chat),
            Admission::Unverified(contact) => contact,
        };
        if let Some(id) = contact.contact_id() {
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        }
        admission = contact.verify(Some(Contact::default())).map_err(PolicyError::from)?;
    }
}

/// Verifies that a failure has a reason, and that the response is short.
fn check(error: &Error, is_http: bool) {
    let response = error.response();
    assert!((400..600).contains(&response.code.status()));
    let has_reason = !matches!(error, Error::Validation(_)) || !error.field_errors().is_empty();
    assert!(has_reason, "refused without a reason");
    let message = lambda_runtime::Diagnostic::from(FunctionError::of(error)).error_message;
    assert!(message.len() <= MAX_RESPONSE, "{} bytes", message.len());
    if is_http {
        let reply = HttpReply::new(PayloadFormat::V2, "request", &Origins::Unchecked, None);
        let answer = reply.failed(error);
        let body = answer["body"].as_str().expect("a body");
        assert!(body.len() <= MAX_RESPONSE, "{} bytes", body.len());
    }
}

fn settings() -> Settings {
    let lookup = |name: &str| match name {
        "INSTANCE_ID" => Some("a1b2c3d4-5678-90ab-cdef-111111111111".to_owned()),
        "CONTACT_FLOW_ID" => Some("a1b2c3d4-5678-90ab-cdef-222222222222".to_owned()),
        "ALLOWED_CONTACT_FLOW_IDS" => Some("a1b2c3d4-5678-90ab-cdef-333333333333".to_owned()),
        _ => None,
    };
    Settings::read(lookup).expect("the settings are valid")
}
