//! Verifies the answers.

use local_aws::{Connect, Contact, Invoked};
use serde_json::Value;

use crate::delivery::{Delivery, Expected, PayloadKind, Request};
use crate::markers::MARKER;

/// What became of a request, by the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A chat was started; the contact, if the answer names it.
    Started(Option<String>),
    /// The request was rejected, as expected.
    Rejected,
    /// The request failed for a reason that may pass.
    Failed,
    /// The answer is wrong.
    Wrong(String),
}

/// The errors, with their statuses, that faults may lead to.
const TRANSIENT: [(&str, u64); 8] = [
    ("TooManyRequestsException", 429),
    ("ThrottlingException", 429),
    ("LimitExceededException", 429),
    ("BadGatewayException", 502),
    ("InternalServiceException", 503),
    ("ServiceUnavailableException", 503),
    ("ResultNotPublishedException", 503),
    ("TimeoutException", 504),
];

/// The beginnings of the errors that Lambda itself gives if the process has died.
const PROCESS_ERRORS: [&str; 2] = ["Sandbox.", "Runtime."];

/// Returns true if Lambda ended the invocation at its deadline.
pub(crate) fn is_timeout(invoked: &Invoked) -> bool {
    invoked.error_type() == Some("Sandbox.Timedout")
}

/// The outcome of every request of a delivery.
pub(crate) fn outcomes(delivery: &Delivery, invoked: &Invoked, connect: &Connect) -> Vec<Outcome> {
    let error = invoked.error_type();
    if error.is_some_and(|error| PROCESS_ERRORS.iter().any(|prefix| error.starts_with(prefix))) {
        return vec![Outcome::Failed; delivery.requests.len()];
    }
    match (delivery.kind, error) {
        (PayloadKind::Http, None) => each(delivery, |request| http(request, invoked, connect)),
        (PayloadKind::Event, None) => {
            each(delivery, |request| started(request, &invoked.payload, connect))
        }
        (PayloadKind::Event, Some(error)) => each(delivery, |request| failed(request, error, None)),
        (PayloadKind::List, None) => list(delivery, &invoked.payload, connect),
        (PayloadKind::List, Some(_)) => list_failures(delivery, invoked),
        (PayloadKind::Queue, None) => queue(delivery, &invoked.payload),
        (PayloadKind::Http | PayloadKind::Queue, Some(error)) => {
            each(delivery, |_| wrong(&format!("the function failed: {error}")))
        }
    }
}

fn each(delivery: &Delivery, outcome: impl Fn(&Request) -> Outcome) -> Vec<Outcome> {
    delivery.requests.iter().map(outcome).collect()
}

fn wrong(text: &str) -> Outcome {
    Outcome::Wrong(text.to_owned())
}

/// Verifies that a result object names the chat that the request asked for.
fn started(request: &Request, result: &Value, connect: &Connect) -> Outcome {
    if !request.expected.is_chat() {
        return wrong("a chat for a request that must be rejected");
    }
    let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("ParticipantId").is_empty() || text("ParticipantToken").is_empty() {
        return wrong("not a result object");
    }
    let id = text("ContactId");
    let Some(contact) = connect.contact(id) else {
        return Outcome::Wrong(format!("Amazon Connect has no contact {id:?}"));
    };
    let is_own = contact.attributes.get(MARKER) == Some(&request.marker);
    if !is_own && request.expected == Expected::Chat {
        return wrong("the chat of another request");
    }
    if request.customer.is_some() && request.customer != contact.customer_id {
        return wrong("the chat of another customer");
    }
    let is_foreign = |past: Contact| past.customer_id != contact.customer_id;
    let past = connect.contact(text("ContinuedFromContactId"));
    if request.expected != Expected::Chat && past.is_some_and(is_foreign) {
        return wrong("the past chat of another customer");
    }
    Outcome::Started(Some(id.to_owned()))
}

/// Verifies that an HTTP answer says that its chat is a running one if it is another request's.
fn says_running(request: &Request, invoked: &Invoked, body: &Value, connect: &Connect) -> bool {
    let header = header(invoked, "x-past-chat") == "running";
    let id = body["data"]["startChatResult"]["ContactId"].as_str().unwrap_or_default();
    let contact = connect.contact(id);
    let is_own = contact.is_some_and(|it| it.attributes.get(MARKER) == Some(&request.marker));
    header == (body["data"]["chat"] == "running") && (header || is_own)
}

/// Verifies that a request may fail with this code and, over HTTP, status.
fn failed(request: &Request, code: &str, status: Option<u64>) -> Outcome {
    let matches = |expected: u64| status.is_none_or(|status| status == expected);
    if let Expected::Rejection(expected, expected_code) = request.expected
        && expected_code == code
        && matches(expected.into())
    {
        return Outcome::Rejected;
    }
    match TRANSIENT.iter().find(|(transient, _)| *transient == code) {
        Some((_, expected)) if matches(*expected) => Outcome::Failed,
        _ => {
            let status = status.map_or(String::new(), |status| format!("{status} "));
            Outcome::Wrong(format!("failed with {status}{code}"))
        }
    }
}

fn http(request: &Request, invoked: &Invoked, connect: &Connect) -> Outcome {
    let (status, body) = match proxy_response(invoked) {
        Ok(response) => response,
        Err(why) => return wrong(why),
    };
    if status == 200 {
        let permissions = &body["data"]["featurePermissions"];
        let are_flags =
            ["MESSAGING_MARKDOWN", "ATTACHMENTS"].iter().all(|name| permissions[name].is_boolean());
        if !are_flags {
            return wrong("no featurePermissions");
        }
        if !says_running(request, invoked, &body, connect) {
            return wrong("another chat than the answer says");
        }
        return started(request, &body["data"]["startChatResult"], connect);
    }
    match invalid_problem(&body, status, &invoked.request_id) {
        Some(why) => Outcome::Wrong(format!("{why}: {body}")),
        None => failed(request, body["code"].as_str().unwrap_or_default(), Some(status)),
    }
}

/// A header of a proxy response; empty if there is none.
fn header<'a>(invoked: &'a Invoked, name: &str) -> &'a str {
    let headers = invoked.payload["headers"].as_object().into_iter().flatten();
    let mut named = headers.filter(|(header, _)| header.eq_ignore_ascii_case(name));
    named.next().and_then(|(_, value)| value.as_str()).unwrap_or_default()
}

/// The status and the body of a proxy response.
fn proxy_response(invoked: &Invoked) -> Result<(u64, Value), &'static str> {
    let response = &invoked.payload;
    let status = response.get("statusCode").and_then(Value::as_u64).ok_or("no status")?;
    let content_type = if status == 200 { "application/json" } else { "application/problem+json" };
    let headers = [
        ("content-type", content_type),
        ("cache-control", "no-store"),
        ("x-request-id", invoked.request_id.as_str()),
    ];
    if headers.iter().any(|(name, expected)| response["headers"][name] != *expected) {
        return Err("a header is missing or wrong");
    }
    if response["isBase64Encoded"] == true {
        return Err("the body is base64");
    }
    let body = response["body"].as_str().ok_or("no body")?;
    let body = serde_json::from_str(body).map_err(|_| "the body is not JSON")?;
    Ok((status, body))
}

/// Returns what is wrong with a problem object.
fn invalid_problem(body: &Value, status: u64, request_id: &str) -> Option<&'static str> {
    let error = &body["data"]["Error"];
    if body["status"].as_u64() != Some(status) || error["statusCode"].as_u64() != Some(status) {
        return Some("another status in the body");
    }
    if body["requestId"] != request_id || error["requestId"] != request_id {
        return Some("the id of another request");
    }
    if !body["title"].is_string() || !body["detail"].is_string() || body["code"] != error["code"] {
        return Some("not a problem object");
    }
    None
}

fn list(delivery: &Delivery, results: &Value, connect: &Connect) -> Vec<Outcome> {
    let results = results.as_array().map(Vec::as_slice).unwrap_or_default();
    if results.len() != delivery.requests.len() {
        return each(delivery, |_| wrong("not as many results as events"));
    }
    let pairs = delivery.requests.iter().zip(results);
    pairs.map(|(request, result)| started(request, result, connect)).collect()
}

/// The outcomes by the error message of a list: `1 of 2 failed: /0 Code: …; /1 Code: …`.
fn list_failures(delivery: &Delivery, invoked: &Invoked) -> Vec<Outcome> {
    let message = invoked.error_message().unwrap_or_default();
    let (count, failures) = message.split_once(" failed: ").unwrap_or_default();
    let failures = format!("; {failures}");
    let code = |index: usize| {
        let (_, rest) = failures.split_once(&format!("; /{index} "))?;
        rest.split_once(": ").map(|(code, _)| code)
    };
    let codes: Vec<_> = (0..delivery.requests.len()).map(code).collect();
    let failed_count = codes.iter().flatten().count();
    if count != format!("{failed_count} of {}", delivery.requests.len()) || failed_count == 0 {
        return each(delivery, |_| Outcome::Wrong(format!("failed: {message}")));
    }
    let outcome = |(request, code): (&Request, Option<&str>)| match (code, request.expected) {
        (Some(code), _) => failed(request, code, None),
        (None, Expected::Rejection(..)) => wrong("not rejected"),
        (None, _) => Outcome::Started(None),
    };
    delivery.requests.iter().zip(codes).map(outcome).collect()
}

fn queue(delivery: &Delivery, answer: &Value) -> Vec<Outcome> {
    let Some(failures) = answer.get("batchItemFailures").and_then(Value::as_array) else {
        return each(delivery, |_| wrong("no batchItemFailures"));
    };
    let failed: Vec<_> =
        failures.iter().map(|failure| failure["itemIdentifier"].as_str()).collect();
    let is_sent = |id: Option<&str>| {
        delivery.requests.iter().any(|request| Some(request.marker.as_str()) == id)
    };
    if !failed.iter().copied().all(is_sent) {
        return each(delivery, |_| wrong("a message that was not in the batch"));
    }
    each(delivery, |request| {
        match (failed.contains(&Some(request.marker.as_str())), request.expected) {
            (true, Expected::Rejection(..)) => Outcome::Rejected,
            (true, _) => Outcome::Failed,
            (false, Expected::Rejection(..)) => wrong("not reported"),
            (false, _) => Outcome::Started(None),
        }
    })
}
