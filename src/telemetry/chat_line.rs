//! The one line that is logged of each chat asked for, and its metrics in
//! CloudWatch's embedded metric format.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Level;

/// What is logged of a chat asked for, whether or not it was started. It has
/// no place for a token, a name, a message, an attribute's value or a claim.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatLine<'a> {
    /// Who invoked the function.
    #[serde(skip)]
    pub trigger: &'static str,
    /// `started`, or the failure's code.
    #[serde(skip)]
    pub outcome: &'a str,
    /// Whether the failure, if it is one, is not the caller's.
    #[serde(skip)]
    pub level: Level,
    /// The contact that was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<&'a str>,
    /// The contact whose transcript it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued_from_contact_id: Option<&'a str>,
    /// The flow it was to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_flow_id: Option<&'a str>,
    /// The requests sent to Connect.
    pub attempts: u32,
    /// The invocation's request id.
    pub request_id: &'a str,
    /// The invocation's trace id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<&'a str>,
    /// The members that were not read.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub ignored_members: &'a str,
    /// Why there is no chat, for those who run the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'a str>,
    /// The time spent waiting for Connect.
    #[serde(rename = "connectMs", serialize_with = "millis")]
    pub connect: Duration,
    /// The time from the invocation's start.
    #[serde(rename = "totalMs", serialize_with = "millis")]
    pub total: Duration,
    /// Whether the environment has just been made.
    #[serde(skip)]
    pub cold_start: bool,
}

/// A line of JSON: the chat's where it is to be logged, and its metrics.
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
    directive: Value,
    trigger: &'static str,
    outcome: &'a str,
    chats: u32,
    #[serde(serialize_with = "millis")]
    connect_latency: Duration,
    #[serde(serialize_with = "millis")]
    latency: Duration,
    cold_start: u32,
}

const MESSAGE: &str = "chat";

impl ChatLine<'_> {
    /// Writes the line to the log. Its metrics are written at any level.
    pub fn report(&self, json: bool) {
        let logged = self.is_enabled();
        if logged && !json {
            self.report_text();
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
    fn report_text(&self) {
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
        Metrics {
            directive: json!({
                "Timestamp": epoch_millis(),
                "CloudWatchMetrics": [{
                    "Namespace": "StartChatContact",
                    "Dimensions": [["Trigger", "Outcome"]],
                    "Metrics": [
                        {"Name": "Chats", "Unit": "Count"},
                        {"Name": "ConnectLatency", "Unit": "Milliseconds"},
                        {"Name": "Latency", "Unit": "Milliseconds"},
                        {"Name": "ColdStart", "Unit": "Count"},
                    ],
                }],
            }),
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
