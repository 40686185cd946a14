//! The sample events as deliveries: each file of a folder, and lists and queues made of them.

use std::fmt::Display;
use std::io;
use std::path::Path;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::delivery::{Delivery, Expected, PayloadKind, Request};
use crate::ids::{Ids, request_id};
use crate::{generated, markers};

#[derive(Debug)]
struct Sample {
    name: String,
    payload: Value,
}

/// All sample events.
#[derive(Debug)]
pub(crate) struct Samples {
    all: Vec<Sample>,
    /// The `EventBridge` events: they have ids, so that they can be elements of a list.
    events: Vec<Value>,
    /// The payloads that can be the body of a message.
    bodies: Vec<Value>,
}

impl Samples {
    /// Reads every `.json` file of a folder.
    ///
    /// # Errors
    ///
    /// Returns an error if there is none, or one of them cannot be read or is not JSON.
    pub(crate) fn load(folder: &Path) -> io::Result<Self> {
        let mut all = Vec::new();
        let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                all.push(Sample::load(&path)?);
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        if all.is_empty() {
            return Err(unreadable(folder, &"there is no event in it"));
        }
        let payloads = all.iter().map(|sample| &sample.payload);
        let bodies: Vec<Value> =
            payloads.filter(|it| PayloadKind::of(it) == PayloadKind::Event).cloned().collect();
        let events = bodies.iter().filter(|event| markers::is_eventbridge(event));
        Ok(Self { events: events.cloned().collect(), bodies, all })
    }

    /// A random delivery.
    pub(crate) fn delivery(&self, rng: &mut Rng, ids: &Ids) -> Delivery {
        match rng.u8(..100) {
            0..6 => generated::rejected(rng, ids),
            6..16 => generated::continued(rng, ids),
            16..21 if !self.events.is_empty() => self.list(rng, ids),
            21..30 if !self.bodies.is_empty() => self.queue(rng, ids),
            _ => self.sample(rng, ids),
        }
    }

    fn sample(&self, rng: &mut Rng, ids: &Ids) -> Delivery {
        let Some(Sample { name, payload }) = rng.choice(&self.all) else {
            return generated::continued(rng, ids);
        };
        let mut payload = payload.clone();
        match PayloadKind::of(&payload) {
            PayloadKind::Http => http(name, payload, rng, ids),
            PayloadKind::Event => {
                let marker = ids.marker();
                let is_identified = markers::mark_item(&mut payload, &marker);
                let requests = vec![Request::new(&marker, Expected::Chat)];
                let mut delivery = Delivery::new(name, payload, requests);
                delivery.request_id = (!is_identified).then(|| request_id(rng));
                delivery
            }
            PayloadKind::List => {
                list(name, payload.as_array().cloned().unwrap_or_default(), rng, ids)
            }
            PayloadKind::Queue => {
                let records = payload.get("Records").and_then(Value::as_array);
                queue(name, records.cloned().unwrap_or_default(), ids)
            }
        }
    }

    /// A list of 2 to 20 events, one in eight with a further one that must be rejected.
    fn list(&self, rng: &mut Rng, ids: &Ids) -> Delivery {
        let count = rng.u8(2..21);
        let events = (0..count).filter_map(|_| rng.choice(&self.events).cloned()).collect();
        let mut delivery = list("list", events, rng, ids);
        if rng.u8(..8) == 0 {
            let (event, request) = generated::rejected_event(rng, ids);
            if let Some(items) = delivery.payload.as_array_mut() {
                items.push(event);
                delivery.requests.push(request);
            }
        }
        delivery
    }

    /// 1 to 10 messages, one time in eight with a further one that must be rejected.
    fn queue(&self, rng: &mut Rng, ids: &Ids) -> Delivery {
        let count = rng.u8(1..11);
        let bodies = (0..count).filter_map(|_| rng.choice(&self.bodies));
        let mut delivery = queue("queue", bodies.map(record).collect(), ids);
        if rng.u8(..8) == 0 {
            let (event, request) = generated::rejected_event(rng, ids);
            let mut record = record(&event);
            record["messageId"] = json!(request.marker);
            if let Some(records) = delivery.payload["Records"].as_array_mut() {
                records.push(record);
                delivery.requests.push(request);
            }
        }
        delivery
    }
}

impl Sample {
    fn load(path: &Path) -> io::Result<Self> {
        let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        let payload = serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, payload })
    }
}

fn unreadable(path: &Path, error: &dyn Display) -> io::Error {
    io::Error::other(format!("cannot read {}: {error}", path.display()))
}

/// An HTTP request of a new customer. If it has no idempotency key, it gets one half of the time.
fn http(name: &str, mut payload: Value, rng: &mut Rng, ids: &Ids) -> Delivery {
    let marker = ids.marker();
    let mut is_idempotent = markers::mark_http(&mut payload, &marker);
    markers::add_claims(&mut payload, &marker);
    if !is_idempotent && rng.bool() {
        markers::add_idempotency_key(&mut payload, &marker);
        is_idempotent = true;
    }
    let request =
        Request { customer: Some(marker.clone()), ..Request::new(&marker, Expected::Chat) };
    Delivery { is_idempotent, ..Delivery::new(name, payload, vec![request]) }
}

fn list(name: &str, mut items: Vec<Value>, rng: &mut Rng, ids: &Ids) -> Delivery {
    let mut is_identified = true;
    let mut requests = Vec::new();
    for item in &mut items {
        let marker = ids.marker();
        is_identified &= markers::mark_item(item, &marker);
        requests.push(Request::new(&marker, Expected::Chat));
    }
    let mut delivery = Delivery::new(name, Value::Array(items), requests);
    delivery.request_id = (!is_identified).then(|| request_id(rng));
    delivery
}

fn queue(name: &str, mut records: Vec<Value>, ids: &Ids) -> Delivery {
    let mut requests = Vec::new();
    for record in &mut records {
        let marker = ids.marker();
        markers::mark_record(record, &marker);
        requests.push(Request::new(&marker, Expected::Chat));
    }
    Delivery::new(name, json!({"Records": records}), requests)
}

fn record(body: &Value) -> Value {
    json!({
        "messageId": "",
        "receiptHandle": "AQEBexampleReceiptHandle==",
        "body": body.to_string(),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:chats",
        "awsRegion": "us-east-1",
    })
}
