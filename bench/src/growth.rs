//! The cost of larger payloads, which should grow no faster than the payload.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::running::{Candidate, Running};
use crate::stats::Sample;
use crate::workload;

/// The number of measurements of each size.
const REPETITIONS: u32 = 15;

/// A payload of one kind and size.
pub(crate) struct Step {
    /// The description of the payload.
    pub(crate) name: String,
    /// The size of the payload in bytes.
    pub(crate) bytes: usize,
    /// The times of invocations, in milliseconds.
    pub(crate) took: Sample,
    /// The CPU time of an invocation.
    pub(crate) cpu: Duration,
    /// The peak of the resident memory, in KiB.
    pub(crate) peak_kib: f64,
}

/// Measures each kind of payload at 1, 10 and 100 times its smallest size.
///
/// # Errors
///
/// Returns an error if the function starts no chat.
pub(crate) async fn growth(function: &Candidate) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for factor in [1, 10, 100] {
        steps.push(step(function, format!("HTTP body of {factor} KB"), &body(factor)).await?);
    }
    for factor in [1, 10, 100] {
        let name = format!("list of {} events", 5 * factor);
        steps.push(step(function, name, &events(5 * factor)).await?);
    }
    for factor in [1, 10, 100] {
        let name = format!("{} bytes of attributes", 320 * factor);
        steps.push(step(function, name, &attributes(320 * factor)).await?);
    }
    Ok(steps)
}

async fn step(function: &Candidate, name: String, event: &Value) -> Result<Step, String> {
    let local = workload::local_aws().await?;
    let running = Running::start(function, &local)?;
    workload::check_started(&local.invoke_json(&workload::event()).await)?;
    let before = running.cpu();
    let mut took = Sample::default();
    for _ in 0..REPETITIONS {
        let invoked = local.invoke_json(event).await;
        if !is_started(&invoked.payload) {
            let answer: String = invoked.payload.to_string().chars().take(300).collect();
            return Err(format!("{name}: {answer}"));
        }
        took.add_time(invoked.took);
    }
    Ok(Step {
        name,
        bytes: event.to_string().len(),
        took,
        cpu: running.cpu().saturating_sub(before) / REPETITIONS,
        peak_kib: running.peak_kib(),
    })
}

fn is_started(answer: &Value) -> bool {
    let all = |chats: &Vec<Value>| chats.iter().all(|chat| chat["ContactId"].is_string());
    answer["statusCode"] == 200 || answer.as_array().is_some_and(all)
}

/// A request of this many KB, in segment attributes: their number is not limited.
fn body(kb: usize) -> Value {
    let segments: Map<String, Value> =
        (0..kb).map(|index| (format!("segment{index:03}"), json!("x".repeat(1_000)))).collect();
    workload::http(&json!({
        "ParticipantDetails": {"DisplayName": "Ana"},
        "SegmentAttributes": segments,
    }))
}

/// A batch of a custom event bus.
fn events(count: usize) -> Value {
    let event = |index: usize| {
        json!({
            "version": "0",
            "id": format!("11111111-2222-4333-8444-{index:012}"),
            "detail-type": "Order Delayed",
            "source": "com.example.orders",
            "account": "123456789012",
            "time": "2026-11-22T08:30:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {
                "participantDetails": {"displayName": "Ana"},
                "attributes": {"orderId": index.to_string()},
            },
        })
    };
    (0..count).map(event).collect()
}

/// A request with about this many bytes of attribute names and values.
fn attributes(bytes: usize) -> Value {
    const ATTRIBUTE_BYTES: usize = 32;
    let count = (bytes / ATTRIBUTE_BYTES).saturating_sub(1);
    let attributes: Map<String, Value> = (0..count)
        .map(|index| (format!("attribute-{index:06}"), json!("0123456789abcdef")))
        .collect();
    workload::http(&json!({
        "ParticipantDetails": {"DisplayName": "Ana"},
        "Attributes": attributes,
    }))
}
