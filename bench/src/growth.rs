//! What larger work costs: it may grow as the work does, and no faster.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::running::{Candidate, Running};
use crate::stats::Sample;
use crate::workload;

/// How often each size is measured.
const TIMES: u32 = 15;

/// One size of one kind of work.
pub(crate) struct Step {
    /// What the work is.
    pub(crate) name: String,
    /// The payload, in bytes.
    pub(crate) bytes: usize,
    /// From the invocation to its answer, in milliseconds.
    pub(crate) took: Sample,
    /// CPU time of an invocation.
    pub(crate) cpu: Duration,
    /// Peak resident memory, in KiB.
    pub(crate) peak_kib: f64,
}

/// Measures each kind of work at 1, 10 and 100 times its least size.
///
/// # Errors
///
/// Where the function starts no chat.
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
    workload::started(&local.invoke_json(&workload::event()).await)?;
    let before = running.cpu();
    let mut took = Sample::default();
    for _ in 0..TIMES {
        let invoked = local.invoke_json(event).await;
        if !is_started(&invoked.payload) {
            let start: String = invoked.payload.to_string().chars().take(300).collect();
            return Err(format!("{name}: {start}"));
        }
        took.add_time(invoked.took);
    }
    Ok(Step {
        name,
        bytes: event.to_string().len(),
        took,
        cpu: running.cpu().saturating_sub(before) / TIMES,
        peak_kib: running.peak_kib(),
    })
}

fn is_started(answer: &Value) -> bool {
    let all = |chats: &Vec<Value>| chats.iter().all(|chat| chat["ContactId"].is_string());
    answer["statusCode"] == 200 || answer.as_array().is_some_and(all)
}

/// A request of so many KB: its segment attributes have no limit of their own.
fn body(kb: usize) -> Value {
    let segments: Map<String, Value> =
        (0..kb).map(|index| (format!("segment{index:03}"), json!("x".repeat(1_000)))).collect();
    workload::http(&json!({
        "ParticipantDetails": {"DisplayName": "Ana"},
        "SegmentAttributes": segments,
    }))
}

/// A custom event bus's batch.
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

/// A request with so many bytes of attribute names and values.
fn attributes(bytes: usize) -> Value {
    const ONE: usize = 32;
    let fit = (bytes / ONE).saturating_sub(1);
    let attributes: Map<String, Value> = (0..fit)
        .map(|index| (format!("attribute-{index:06}"), json!("0123456789abcdef")))
        .collect();
    workload::http(&json!({
        "ParticipantDetails": {"DisplayName": "Ana"},
        "Attributes": attributes,
    }))
}
