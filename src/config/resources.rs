//! The bus of results, the table of customers' chats, and what they are for.

use std::time::Duration;

use super::EnvReader;
use crate::request::RehydrationType;

/// The longest time that a message can wait: SQS keeps it for 14 days.
const MAX_AGE_SECONDS: u64 = 14 * 24 * 60 * 60;

/// The `EventBridge` bus on which results are published.
#[derive(Debug, PartialEq, Eq)]
pub struct ResultBus {
    /// The name or the ARN.
    pub name: String,
    /// True if results of HTTP requests are published, too.
    pub for_http: bool,
    /// True if results of direct calls are published, too.
    pub for_direct: bool,
}

impl<L: Fn(&str) -> Option<String>> EnvReader<L> {
    /// Reads the name or the ARN of a bus (API reference, `PutEvents`), and
    /// whose results are published besides those of events.
    pub(super) fn result_bus(&mut self) -> Option<ResultBus> {
        const FOR: &str = "RESULT_BUS_FOR";
        let name = self.resource("RESULT_BUS", ":event-bus/", "/.-_", 1..=256);
        let callers = self.list(FOR);
        if callers.iter().any(|caller| !matches!(caller.as_str(), "http" | "direct")) {
            self.fault(FOR, "must be http, direct or both, separated by a comma");
        }
        if name.is_none() && !callers.is_empty() {
            self.fault(FOR, "requires RESULT_BUS");
        }
        let is_for = |caller: &str| callers.iter().any(|one| one == caller);
        let (for_http, for_direct) = (is_for("http"), is_for("direct"));
        name.map(|name| ResultBus { name, for_http, for_direct })
    }

    /// Reads the name or the ARN of a table (API reference, `GetItem`).
    pub(super) fn contact_table(&mut self) -> Option<String> {
        self.resource("CONTACT_TABLE", ":table/", ".-_", 3..=255)
    }

    pub(super) fn event_max_age(&mut self) -> Option<Duration> {
        const NAME: &str = "EVENT_MAX_AGE_SECONDS";
        let text = self.text(NAME)?;
        let seconds = text.parse().ok().filter(|seconds| (1..=MAX_AGE_SECONDS).contains(seconds));
        if seconds.is_none() {
            self.fault(NAME, format!("must be an integer from 1 to {MAX_AGE_SECONDS}"));
        }
        seconds.map(Duration::from_secs)
    }

    pub(super) fn continued_past_chat(&mut self) -> Option<RehydrationType> {
        const NAME: &str = "CONTINUE_PAST_CHAT";
        match self.text(NAME)?.as_str() {
            "ENTIRE_PAST_SESSION" => Some(RehydrationType::EntirePastSession),
            "FROM_SEGMENT" => Some(RehydrationType::FromSegment),
            _ => {
                self.fault(NAME, "must be ENTIRE_PAST_SESSION or FROM_SEGMENT");
                None
            }
        }
    }

    /// Reads a resource's name of letters, digits and `more`, or its ARN.
    fn resource(
        &mut self,
        setting: &str,
        kind: &str,
        more: &str,
        length: std::ops::RangeInclusive<usize>,
    ) -> Option<String> {
        let text = self.text(setting)?;
        let name = match text.strip_prefix("arn:") {
            Some(arn) => arn.split_once(kind).map(|(_, name)| name),
            None => Some(text.as_str()),
        };
        let is_character = |one: char| one.is_ascii_alphanumeric() || more.contains(one);
        let is_name = |name: &str| length.contains(&name.len()) && name.chars().all(is_character);
        if !name.is_some_and(is_name) {
            let kind = kind.trim_matches([':', '/']);
            self.fault(setting, format!("must be the name or the ARN of a {kind}"));
        }
        Some(text)
    }
}
