//! The events that are sent: every sample file, and lists and queues made of them.

use std::io;
use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use super::delivery::{Ask, Delivery, Due, Form, Mint};
use super::random::Random;
use super::{built, marks};

/// A sample event.
#[derive(Debug)]
struct Template {
    name: String,
    payload: Value,
}

/// All sample events.
#[derive(Debug)]
pub(super) struct Templates {
    all: Vec<Template>,
    /// Those that can stand in a list: they have ids of their own.
    events: Vec<Value>,
    /// Those that can be the body of a message.
    bodies: Vec<Value>,
}

impl Templates {
    /// Reads every `.json` file of a folder.
    pub(super) fn load(folder: &Path) -> io::Result<Self> {
        let failed = |path: &Path, error: &dyn std::fmt::Display| {
            io::Error::other(format!("cannot read {}: {error}", path.display()))
        };
        let mut all = Vec::new();
        let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read(&path).map_err(|error| failed(&path, &error))?;
            let payload = serde_json::from_slice(&text).map_err(|error| failed(&path, &error))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            all.push(Template { name: name.into_owned(), payload });
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        if all.is_empty() {
            return Err(failed(folder, &"there is no event in it"));
        }
        Ok(Self::of(all))
    }

    fn of(all: Vec<Template>) -> Self {
        let payloads = all.iter().map(|template| &template.payload);
        let bodies = payloads.filter(|payload| Form::of(payload) == Form::Event);
        let bodies: Vec<Value> = bodies.cloned().collect();
        let events = bodies.iter().filter(|event| marks::is_eventbridge(event));
        Self { events: events.cloned().collect(), bodies, all }
    }

    /// Something to send.
    pub(super) fn deliver(&self, random: &mut Random, mint: &Mint) -> Delivery {
        match random.between(0, 100) {
            0..6 => built::refused(random, mint),
            6..16 => built::continued(random, mint),
            16..21 if !self.events.is_empty() => self.list(random, mint),
            21..30 if !self.bodies.is_empty() => self.queue(random, mint),
            _ => self.sample(random, mint),
        }
    }

    fn sample(&self, random: &mut Random, mint: &Mint) -> Delivery {
        let Some(template) = random.pick(&self.all) else {
            return built::continued(random, mint);
        };
        let (name, mut payload) = (&template.name, template.payload.clone());
        match Form::of(&payload) {
            Form::Http => http(name, payload, random, mint),
            Form::Event => {
                let marker = mint.marker();
                let known = marks::mark_item(&mut payload, &marker);
                let mut delivery = Delivery::new(name, payload, vec![Ask::new(&marker, Due::Chat)]);
                delivery.request_id = (!known).then(request_id);
                delivery
            }
            Form::List => {
                let items = payload.as_array().cloned().unwrap_or_default();
                listed(name, items, mint)
            }
            Form::Queue => {
                let records = payload.get("Records").and_then(Value::as_array);
                queued(name, records.cloned().unwrap_or_default(), mint)
            }
        }
    }

    /// A list of events, sometimes with one that is refused.
    fn list(&self, random: &mut Random, mint: &Mint) -> Delivery {
        let count = random.between(2, 21);
        let events = (0..count).filter_map(|_| random.pick(&self.events).cloned());
        let mut delivery = listed("list", events.collect(), mint);
        if random.chance(125) {
            let (event, ask) = built::refused_event(random, mint);
            if let Some(items) = delivery.payload.as_array_mut() {
                items.push(event);
                delivery.asks.push(ask);
            }
        }
        delivery
    }

    /// A queue's messages, sometimes with one that is refused.
    fn queue(&self, random: &mut Random, mint: &Mint) -> Delivery {
        let count = random.between(1, 11);
        let bodies = (0..count).filter_map(|_| random.pick(&self.bodies));
        let mut delivery = queued("queue", bodies.map(record).collect(), mint);
        if random.chance(125) {
            let (event, ask) = built::refused_event(random, mint);
            let mut record = record(&event);
            record["messageId"] = json!(ask.marker);
            if let Some(records) = delivery.payload["Records"].as_array_mut() {
                records.push(record);
                delivery.asks.push(ask);
            }
        }
        delivery
    }
}

/// An HTTP request of a customer of its own. One without a key is given one half of the time.
fn http(name: &str, mut payload: Value, random: &mut Random, mint: &Mint) -> Delivery {
    let marker = mint.marker();
    let mut repeatable = marks::mark_http(&mut payload, &marker);
    marks::sign_in(&mut payload, &marker);
    if !repeatable && random.chance(500) {
        marks::add_key(&mut payload, &marker);
        repeatable = true;
    }
    let ask = Ask { customer: Some(marker.clone()), ..Ask::new(&marker, Due::Chat) };
    Delivery { repeatable, ..Delivery::new(name, payload, vec![ask]) }
}

fn listed(name: &str, mut items: Vec<Value>, mint: &Mint) -> Delivery {
    let mut known = true;
    let asks = items.iter_mut().map(|item| {
        let marker = mint.marker();
        known &= marks::mark_item(item, &marker);
        Ask::new(&marker, Due::Chat)
    });
    let asks = asks.collect();
    let mut delivery = Delivery::new(name, Value::Array(items), asks);
    delivery.request_id = (!known).then(request_id);
    delivery
}

fn queued(name: &str, mut records: Vec<Value>, mint: &Mint) -> Delivery {
    let asks = records.iter_mut().map(|record| {
        let marker = mint.marker();
        marks::mark_record(record, &marker);
        Ask::new(&marker, Due::Chat)
    });
    let asks = asks.collect();
    Delivery::new(name, json!({"Records": records}), asks)
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

fn request_id() -> String {
    Uuid::new_v4().to_string()
}
