//! The log line of each requested chat, and its metrics in CloudWatch's embedded
//! metric format.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;
use tracing::Level;

/// The log line of a requested chat, started or not. It has no place for a
/// token, a name, a message, an attribute's value or a claim.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatLine<'a> {
    /// The event source.
    #[serde(skip)]
    pub trigger: &'static str,
    /// `started`, or the code of the failure.
    #[serde(skip)]
    pub outcome: &'a str,
    /// The level: an error if an operator has to act.
    #[serde(skip)]
    pub level: Level,
    /// The contact that was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<&'a str>,
    /// The contact whose transcript the chat shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued_from_contact_id: Option<&'a str>,
    /// The flow to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_flow_id: Option<&'a str>,
    /// The number of requests sent to Connect.
    pub attempts: u32,
    /// The invocation's request id.
    pub request_id: &'a str,
    /// The invocation's trace id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<&'a str>,
    /// The version of the function.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub function_version: &'a str,
    /// The members that were ignored, joined by commas.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub ignored_members: &'a str,
    /// The reason why there is no chat, for those who operate the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'a str>,
    /// The reason why the contact table could not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_failure: Option<&'a str>,
    /// The reason why the result was not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_failure: Option<&'a str>,
    /// The time spent waiting for Connect.
    #[serde(rename = "connectMs", serialize_with = "millis")]
    pub connect: Duration,
    /// The time since the start of the invocation.
    #[serde(rename = "totalMs", serialize_with = "millis")]
    pub total: Duration,
    /// True if this is the first line of the execution environment.
    #[serde(skip)]
    pub cold_start: bool,
}

/// One line of JSON: the chat's, if its level is logged, and its metrics.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    log: Option<Log<'a>>,
    #[serde(flatten)]
    metrics: Metrics<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    timestamp: String,
    level: &'static str,
    message: &'static str,
    #[serde(flatten)]
    line: &'a ChatLine<'a>,
}

/// The embedded metric format: the metrics, and the directive that names them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metrics<'a> {
    #[serde(rename = "_aws")]
    directive: Directive,
    trigger: &'static str,
    outcome: &'a str,
    chats: u32,
    #[serde(serialize_with = "millis")]
    connect_latency: Duration,
    #[serde(serialize_with = "millis")]
    latency: Duration,
    cold_start: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    table_failures: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_failures: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    timestamp: u64,
    cloud_watch_metrics: [MetricDirective; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricDirective {
    namespace: &'static str,
    dimensions: [[&'static str; 2]; 1],
    metrics: &'static [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

/// The metrics that every line has, between those that failures add: a metric
/// that the directive names must be there.
static METRICS: [Metric; 6] = [
    Metric { name: "TableFailures", unit: "Count" },
    Metric { name: "Chats", unit: "Count" },
    Metric { name: "ConnectLatency", unit: "Milliseconds" },
    Metric { name: "Latency", unit: "Milliseconds" },
    Metric { name: "ColdStart", unit: "Count" },
    Metric { name: "PublishFailures", unit: "Count" },
];

impl MetricDirective {
    fn new(table_failed: bool, publish_failed: bool) -> Self {
        let metrics = match (table_failed, publish_failed) {
            (false, false) => METRICS.get(1..5),
            (true, false) => METRICS.get(..5),
            (false, true) => METRICS.get(1..),
            (true, true) => METRICS.get(..),
        };
        Self {
            namespace: "StartChatContact",
            dimensions: [["Trigger", "Outcome"]],
            metrics: metrics.unwrap_or_default(),
        }
    }
}

const MESSAGE: &str = "chat";

impl ChatLine<'_> {
    /// Writes the line to the log. Its metrics are written at any level.
    pub fn write(&self, json: bool) {
        let logged = self.is_enabled();
        if logged && !json {
            self.write_text();
        }
        let log = (logged && json).then(|| Log {
            timestamp: timestamp(),
            level: self.level.as_str(),
            message: MESSAGE,
            line: self,
        });
        let line = Line { log, metrics: self.metrics() };
        if let Ok(mut text) = serde_json::to_vec(&line) {
            text.push(b'\n');
            // A log that cannot be written is no reason to lose the chat.
            drop(std::io::stdout().lock().write_all(&text));
        }
    }

    fn is_enabled(&self) -> bool {
        match self.level {
            Level::ERROR => tracing::enabled!(Level::ERROR),
            Level::WARN => tracing::enabled!(Level::WARN),
            _ => tracing::enabled!(Level::INFO),
        }
    }
}

impl<'a> ChatLine<'a> {
    fn write_text(&self) {
        // An event's level is part of its static description.
        match self.level {
            Level::ERROR => tracing::error!("{}", self.text()),
            Level::WARN => tracing::warn!("{}", self.text()),
            _ => tracing::info!("{}", self.text()),
        }
    }

    /// `name=value` after `name=value`.
    fn text(&self) -> String {
        let mut text = format!("{MESSAGE} trigger={} outcome={}", self.trigger, self.outcome);
        let fields = serde_json::to_value(self).unwrap_or_default();
        for (name, value) in fields.as_object().into_iter().flatten() {
            text = format!("{text} {name}={value}");
        }
        text
    }

    fn metrics(&self) -> Metrics<'a> {
        let (table_failed, publish_failed) =
            (self.table_failure.is_some(), self.publish_failure.is_some());
        let directive = MetricDirective::new(table_failed, publish_failed);
        Metrics {
            directive: Directive { timestamp: epoch_millis(), cloud_watch_metrics: [directive] },
            table_failures: table_failed.then_some(1),
            publish_failures: publish_failed.then_some(1),
            trigger: self.trigger,
            outcome: self.outcome,
            chats: 1,
            connect_latency: self.connect,
            latency: self.total,
            cold_start: u32::from(self.cold_start),
        }
    }
}

fn timestamp() -> String {
    let now = DateTime::from(SystemTime::now());
    now.fmt(Format::DateTime).unwrap_or_default()
}

fn epoch_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or_default()
}

fn millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 microseconds")]
    serializer.serialize_f64(micros as f64 / 1_000.0)
}
