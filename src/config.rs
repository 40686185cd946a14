//! The settings of the function: its environment variables, read once at
//! start. The only module that reads the environment.

mod aws_env;
mod env_reader;
mod lists;
mod resources;

use std::collections::BTreeSet;
use std::time::Duration;

pub use self::aws_env::{Aws, Credentials, Process};
pub use self::resources::ResultBus;

use self::aws_env::variable;
use self::env_reader::EnvReader;

use crate::policy::{Instance, Origins, Policy};
use crate::request::{ContentTypes, DISPLAY_NAME, DURATION_MINUTES, Defaults};

/// The longest chat that an HTTP caller may ask for if the deployer does not
/// say: Connect's own default.
const MAX_DURATION_MINUTES: i32 = 1_500;

/// The settings of the deployer.
pub struct Settings {
    /// The rules for what callers may ask for.
    pub policy: Policy,
    /// The values for members that a request does not give.
    pub defaults: Defaults,
    /// The browser origins that may send requests.
    pub origins: Origins,
    /// Further request headers that a page may send.
    pub allowed_headers: Vec<String>,
    /// True if the response permits clients to send attachments.
    pub attachments: bool,
    /// The oldest event that still starts a chat.
    pub event_max_age: Option<Duration>,
    /// The bus on which results are published.
    pub result_bus: Option<ResultBus>,
    /// The table of customers' chats: its name or ARN.
    pub contact_table: Option<String>,
}

/// The settings are invalid: each invalid variable with the rule it breaks.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid settings: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads the environment. An empty variable is not set.
    ///
    /// # Errors
    ///
    /// Returns an error that names every invalid variable.
    pub fn from_env() -> Result<Self, SettingsError> {
        let settings = Self::read(variable);
        let endpoints = aws_env::invalid_endpoints(variable);
        match settings {
            Ok(settings) if endpoints.is_empty() => Ok(settings),
            Ok(_) => Err(SettingsError(endpoints)),
            Err(SettingsError(faults)) => Err(SettingsError([faults, endpoints].concat())),
        }
    }

    /// Reads the variables that `lookup` knows.
    ///
    /// # Errors
    ///
    /// Returns an error that names every invalid variable.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = EnvReader::new(lookup);
        let contact_table = reader.contact_table();
        let defaults = reader.defaults(contact_table.is_some());
        let settings = Self {
            event_max_age: reader.event_max_age(),
            result_bus: reader.result_bus(),
            origins: reader.origins(),
            allowed_headers: reader.headers("ALLOWED_HEADERS"),
            attachments: reader.flag("ATTACHMENTS"),
            policy: reader.policy(&defaults),
            defaults,
            contact_table,
        };
        reader.finish().map(|()| settings).map_err(SettingsError)
    }
}

impl<L: Fn(&str) -> Option<String>> EnvReader<L> {
    fn policy(&mut self, defaults: &Defaults) -> Policy {
        let instance = self.instance();
        let (default_flow, flows) = self.flows(instance.as_ref());
        let policy = Policy {
            // Without an instance, reading fails.
            instance: instance.unwrap_or_default(),
            default_flow,
            flows,
            customer_id_claim: self.text("CUSTOMER_ID_CLAIM"),
            display_name_claim: self.text("DISPLAY_NAME_CLAIM"),
            default_display_name: defaults.display_name.clone(),
            attribute_claims: self.attribute_claims(),
            fixed_attributes: self.fixed_attributes(),
            marks_authenticated: self.flag("MARK_AUTHENTICATED"),
            max_duration_minutes: self
                .duration("MAX_CHAT_DURATION_MINUTES")
                .unwrap_or(MAX_DURATION_MINUTES),
            allows_unverified_persistent_chat: self.flag("ALLOW_UNVERIFIED_PERSISTENT_CHAT"),
            starts_new_if_not_continued: self.flag("START_NEW_IF_NOT_CONTINUED"),
            knows_chats: defaults.knows_latest_chats,
            returns_to_running_chat: self.flag_or("RETURN_TO_RUNNING_CHAT", true),
            continues_past_chat: self.continued_past_chat(),
        };
        if policy.marks_authenticated && policy.customer_id_claim.is_none() {
            self.fault("MARK_AUTHENTICATED", "requires CUSTOMER_ID_CLAIM");
        }
        if policy.continues_past_chat.is_some() && !policy.knows_chats {
            self.fault("CONTINUE_PAST_CHAT", "requires CONTACT_TABLE");
        }
        let claimed = |name: &str| {
            policy.attribute_claims.iter().any(|(_, own)| own.eq_ignore_ascii_case(name))
        };
        if let Some((name, _)) = policy.fixed_attributes.iter().find(|(name, _)| claimed(name)) {
            self.fault("FIXED_ATTRIBUTES", format!("sets {name}, which ATTRIBUTE_CLAIMS sets"));
        }
        policy
    }

    fn instance(&mut self) -> Option<Instance> {
        let text = self.required("INSTANCE_ID")?;
        Instance::parse(&text).map_err(|invalid| self.fault("INSTANCE_ID", invalid)).ok()
    }

    /// Returns the default flow, and all allowed flows.
    fn flows(&mut self, instance: Option<&Instance>) -> (String, BTreeSet<String>) {
        const FURTHER: &str = "ALLOWED_CONTACT_FLOW_IDS";
        let default = self.required("CONTACT_FLOW_ID").map(|text| ("CONTACT_FLOW_ID", text));
        let further = self.list(FURTHER).into_iter().map(|text| (FURTHER, text));
        let named: Vec<_> = default.into_iter().chain(further).collect();
        let mut flows = Vec::new();
        for (name, text) in named {
            let flow = match instance {
                Some(instance) => instance.parse_flow(&text),
                None => Instance::parse_any_flow(&text),
            };
            match flow {
                Ok(flow) => flows.push(flow),
                Err(invalid) => self.fault(name, invalid),
            }
        }
        let default = flows.first().cloned().unwrap_or_default();
        (default, flows.into_iter().collect())
    }

    fn origins(&mut self) -> Origins {
        let texts = self.list("ALLOWED_ORIGINS");
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Origins::parse(&texts).unwrap_or_else(|text| {
            self.fault(
                "ALLOWED_ORIGINS",
                format!("has an invalid origin {text:?}: expected *, none or a list such as https://www.example.com"),
            );
            Origins::Unchecked
        })
    }

    fn defaults(&mut self, knows_latest_chats: bool) -> Defaults {
        Defaults {
            display_name: self.display_name(),
            duration_minutes: self.duration("DEFAULT_CHAT_DURATION_MINUTES"),
            content_types: self.content_types(),
            disconnect_agent: self.flag("DISCONNECT_ON_CUSTOMER_EXIT"),
            knows_latest_chats,
        }
    }

    fn display_name(&mut self) -> String {
        let name = self.text("DEFAULT_DISPLAY_NAME").unwrap_or_else(|| "Customer".to_owned());
        if !DISPLAY_NAME.contains(&name.chars().count()) {
            self.fault("DEFAULT_DISPLAY_NAME", "must have 1 to 256 characters");
        }
        name
    }

    fn duration(&mut self, name: &'static str) -> Option<i32> {
        let text = self.text(name)?;
        let minutes = text.parse().ok();
        let minutes = minutes.filter(|minutes| DURATION_MINUTES.contains(&i64::from(*minutes)));
        if minutes.is_none() {
            self.fault(name, "must be an integer from 60 to 10080");
        }
        minutes
    }

    fn content_types(&mut self) -> ContentTypes {
        const NAME: &str = "DEFAULT_MESSAGING_CONTENT_TYPES";
        ContentTypes::new(self.list(NAME)).unwrap_or_else(|rule| {
            self.fault(NAME, rule);
            ContentTypes::default()
        })
    }
}

#[cfg(test)]
mod tests;
