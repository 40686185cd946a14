//! Whether an answer is what it must be.

use serde_json::Value;

use super::delivery::{Ask, Delivery, Due, Form};
use super::marks;
use crate::connect::Connect;
use crate::lambda::Invoked;

/// What an answer says became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A chat was started: this contact, where the answer names it.
    Started(Option<String>),
    /// It was refused, as it must be.
    Refused,
    /// It failed, and may go better another time.
    Failed,
    /// This is not as it must be.
    Wrong(String),
}

/// The failures that Amazon Connect's faults may come to, and their statuses.
const TRANSIENT: [(&str, u64); 7] = [
    ("TooManyRequestsException", 429),
    ("ThrottlingException", 429),
    ("LimitExceededException", 429),
    ("BadGatewayException", 502),
    ("InternalServiceException", 503),
    ("ServiceUnavailableException", 503),
    ("TimeoutException", 504),
];

/// What Lambda itself says of a process that has died or was killed.
const DEATHS: [&str; 2] = ["Sandbox.", "Runtime."];

/// Whether Lambda ended the invocation at its deadline.
pub(super) fn was_killed(invoked: &Invoked) -> bool {
    invoked.error_type() == Some("Sandbox.Timedout")
}

/// The outcome of every request of a delivery.
pub(super) fn judge(delivery: &Delivery, invoked: &Invoked, connect: &Connect) -> Vec<Outcome> {
    let error = invoked.error_type();
    if error.is_some_and(|error| DEATHS.iter().any(|death| error.starts_with(death))) {
        return vec![Outcome::Failed; delivery.asks.len()];
    }
    match (delivery.form, error) {
        (Form::Http, None) => each(delivery, |ask| http(ask, invoked, connect)),
        (Form::Event, None) => each(delivery, |ask| started(ask, &invoked.payload, connect)),
        (Form::Event, Some(error)) => each(delivery, |ask| failed(ask, error, None)),
        (Form::List, None) => list(delivery, &invoked.payload, connect),
        (Form::List, Some(_)) => listed_failures(delivery, invoked),
        (Form::Queue, None) => queue(delivery, &invoked.payload),
        (Form::Http | Form::Queue, Some(error)) => {
            each(delivery, |_| wrong(&format!("the function failed: {error}")))
        }
    }
}

fn each(delivery: &Delivery, judge: impl Fn(&Ask) -> Outcome) -> Vec<Outcome> {
    delivery.asks.iter().map(judge).collect()
}

fn wrong(text: &str) -> Outcome {
    Outcome::Wrong(text.to_owned())
}

/// A result object: it must name the very chat that was asked for.
fn started(ask: &Ask, result: &Value, connect: &Connect) -> Outcome {
    if ask.due != Due::Chat {
        return wrong("a chat for what is to be refused");
    }
    let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("ParticipantId").is_empty() || text("ParticipantToken").is_empty() {
        return wrong(&format!("no result object: {result}"));
    }
    let id = text("ContactId");
    let Some(contact) = connect.contact(id) else {
        return Outcome::Wrong(format!("Amazon Connect knows no contact {id:?}"));
    };
    if contact.attributes.get(marks::MARKER) != Some(&ask.marker) {
        return wrong("the chat of another request");
    }
    if ask.customer.is_some() && ask.customer != contact.customer_id {
        return wrong("the chat of another customer");
    }
    Outcome::Started(Some(id.to_owned()))
}

/// A failure of this name.
fn failed(ask: &Ask, name: &str, status: Option<u64>) -> Outcome {
    let fits = |expected: u64| status.is_none_or(|status| status == expected);
    if let Due::Refusal(expected, code) = ask.due
        && code == name
        && fits(expected.into())
    {
        return Outcome::Refused;
    }
    match TRANSIENT.iter().find(|(code, _)| *code == name) {
        Some((_, expected)) if fits(*expected) => Outcome::Failed,
        _ => {
            let status = status.map_or(String::new(), |status| format!("{status} "));
            Outcome::Wrong(format!("failed with {status}{name}"))
        }
    }
}

fn http(ask: &Ask, invoked: &Invoked, connect: &Connect) -> Outcome {
    let (status, body) = match proxy(invoked) {
        Ok(answer) => answer,
        Err(why) => return Outcome::Wrong(format!("{why}: {}", invoked.payload)),
    };
    if status == 200 {
        let permissions = &body["data"]["featurePermissions"];
        if !permissions["MESSAGING_MARKDOWN"].is_boolean()
            || !permissions["ATTACHMENTS"].is_boolean()
        {
            return wrong("no featurePermissions");
        }
        return started(ask, &body["data"]["startChatResult"], connect);
    }
    if let Some(why) = faulty_problem(&body, status, &invoked.request_id) {
        return Outcome::Wrong(format!("{why}: {body}"));
    }
    failed(ask, body["code"].as_str().unwrap_or_default(), Some(status))
}

/// The status and the body of a proxy response, if it is one.
fn proxy(invoked: &Invoked) -> Result<(u64, Value), &'static str> {
    let answer = &invoked.payload;
    let status = answer.get("statusCode").and_then(Value::as_u64);
    let status = status.ok_or("no status")?;
    let kind = if status == 200 { "application/json" } else { "application/problem+json" };
    let request_id = invoked.request_id.as_str();
    for (name, expected) in
        [("content-type", kind), ("cache-control", "no-store"), ("x-request-id", request_id)]
    {
        if answer["headers"][name] != expected {
            return Err("a header is missing or another");
        }
    }
    if answer["isBase64Encoded"] == true {
        return Err("base64");
    }
    let body = answer["body"].as_str().ok_or("no body")?;
    let body = serde_json::from_str(body).map_err(|_| "the body is not JSON")?;
    Ok((status, body))
}

/// What is wrong with a problem object.
fn faulty_problem(body: &Value, status: u64, request_id: &str) -> Option<&'static str> {
    let error = &body["data"]["Error"];
    if body["status"].as_u64() != Some(status) || error["statusCode"].as_u64() != Some(status) {
        return Some("another status in the body");
    }
    if body["requestId"] != request_id || error["requestId"] != request_id {
        return Some("another request's id");
    }
    if !body["title"].is_string() || !body["detail"].is_string() || body["code"] != error["code"] {
        return Some("not a problem");
    }
    None
}

fn list(delivery: &Delivery, results: &Value, connect: &Connect) -> Vec<Outcome> {
    let results = results.as_array().map(Vec::as_slice).unwrap_or_default();
    if results.len() != delivery.asks.len() {
        return each(delivery, |_| wrong("not as many results as events"));
    }
    let pairs = delivery.asks.iter().zip(results);
    pairs.map(|(ask, result)| started(ask, result, connect)).collect()
}

/// The outcomes that a list's failure tells of: `1 of 2 failed: /0 Code: …; /1 Code: …`.
fn listed_failures(delivery: &Delivery, invoked: &Invoked) -> Vec<Outcome> {
    let message = invoked.error_message().unwrap_or_default();
    let (count, failures) = message.split_once(" failed: ").unwrap_or_default();
    let failures = format!("; {failures}");
    let code = |index: usize| {
        let (_, rest) = failures.split_once(&format!("; /{index} "))?;
        rest.split_once(": ").map(|(code, _)| code)
    };
    let codes: Vec<_> = (0..delivery.asks.len()).map(code).collect();
    let failed_count = codes.iter().flatten().count();
    if count != format!("{failed_count} of {}", delivery.asks.len()) || failed_count == 0 {
        return each(delivery, |_| Outcome::Wrong(format!("failed: {message}")));
    }
    let pairs = delivery.asks.iter().zip(codes);
    pairs
        .map(|(ask, code)| match (code, ask.due) {
            (Some(code), _) => failed(ask, code, None),
            (None, Due::Chat) => Outcome::Started(None),
            (None, Due::Refusal(..)) => wrong("not refused"),
        })
        .collect()
}

fn queue(delivery: &Delivery, answer: &Value) -> Vec<Outcome> {
    let Some(failures) = answer.get("batchItemFailures").and_then(Value::as_array) else {
        return each(delivery, |_| wrong("no batchItemFailures"));
    };
    let id = |failure: &Value| failure["itemIdentifier"].as_str().map(str::to_owned);
    let failures: Vec<_> = failures.iter().map(id).collect();
    let known = |id: &Option<String>| {
        let known = |ask: &Ask| Some(&ask.marker) == id.as_ref();
        delivery.asks.iter().any(known)
    };
    if !failures.iter().all(known) {
        return each(delivery, |_| wrong("a message that was not in the batch"));
    }
    each(delivery, |ask| match (failures.contains(&Some(ask.marker.clone())), ask.due) {
        (true, Due::Chat) => Outcome::Failed,
        (true, Due::Refusal(..)) => Outcome::Refused,
        (false, Due::Chat) => Outcome::Started(None),
        (false, Due::Refusal(..)) => wrong("not reported"),
    })
}
