//! The settings of the function: its environment variables, read once at
//! start. The only reader of the environment.

mod process;

use std::collections::BTreeSet;

pub use self::process::{Aws, Credentials, Process};

use self::process::variable;

use crate::policy::{Instance, Origins, Policy};
use crate::request::{self, ContentTypes, DISPLAY_NAME, DURATION_MINUTES, Defaults};

/// What the deployer has set.
pub struct Settings {
    /// What callers may ask for.
    pub policy: Policy,
    /// What a request gets that does not say otherwise.
    pub defaults: Defaults,
    /// The browser origins that may call.
    pub origins: Origins,
    /// Whether clients are told that they may send attachments.
    pub attachments: bool,
}

/// The settings are faulty: each faulty variable with what is wrong with it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("faulty settings: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads the environment. A variable that is empty is not set.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with every faulty variable.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(variable)
    }

    /// Reads the variables that `lookup` knows.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with every faulty variable.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = Reader { lookup, faults: Vec::new() };
        let instance = reader.instance();
        let (default_flow, flows) = reader.flows(instance.as_ref());
        let settings = Self {
            origins: reader.origins(),
            attachments: reader.flag("ATTACHMENTS"),
            defaults: reader.defaults(),
            policy: Policy {
                // Never used where it is missing: that is a fault.
                instance: instance.unwrap_or_default(),
                default_flow,
                flows,
                customer_id_claim: reader.text("CUSTOMER_ID_CLAIM"),
                attribute_claims: reader.attribute_claims(),
                allow_unverified_persistent_chat: reader.flag("ALLOW_UNVERIFIED_PERSISTENT_CHAT"),
            },
        };
        if reader.faults.is_empty() { Ok(settings) } else { Err(SettingsError(reader.faults)) }
    }
}

/// Reads variables and collects what is wrong with them.
struct Reader<L> {
    lookup: L,
    faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn fault(&mut self, name: &str, rule: impl std::fmt::Display) {
        self.faults.push(format!("{name} {rule}"));
    }

    /// A variable's text, without white space around it; blank is not set.
    fn text(&self, name: &str) -> Option<String> {
        let text = (self.lookup)(name)?.trim().to_owned();
        Some(text).filter(|text| !text.is_empty())
    }

    fn required(&mut self, name: &str) -> Option<String> {
        let text = self.text(name);
        if text.is_none() {
            self.fault(name, "is not set");
        }
        text
    }

    /// The items of a comma-separated list, blank ones left out.
    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.text(name).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.fault(name, "must be true or false");
                false
            }
        }
    }

    fn instance(&mut self) -> Option<Instance> {
        let text = self.required("INSTANCE_ID")?;
        Instance::parse(&text).map_err(|invalid| self.fault("INSTANCE_ID", invalid)).ok()
    }

    /// The default flow, and all that are allowed.
    fn flows(&mut self, instance: Option<&Instance>) -> (String, BTreeSet<String>) {
        let default = self.required("CONTACT_FLOW_ID");
        let further = self.list("ALLOWED_CONTACT_FLOW_IDS");
        let default = default.map(|text| ("CONTACT_FLOW_ID", text));
        let further = further.into_iter().map(|text| ("ALLOWED_CONTACT_FLOW_IDS", text));
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
                format!("must be * or a list of origins such as https://www.example.com, which {text:?} is not"),
            );
            Origins::Unchecked
        })
    }

    /// `claim=AttributeName,…`; a claim's name may itself have `=` in it.
    fn attribute_claims(&mut self) -> Vec<(String, String)> {
        const NAME: &str = "ATTRIBUTE_CLAIMS";
        let mut claims: Vec<(String, String)> = Vec::new();
        for item in self.list(NAME) {
            let pair = item.rsplit_once('=').map(|(claim, name)| (claim.trim(), name.trim()));
            let is_name = |name: &str| !name.is_empty() && name.bytes().all(request::is_name_byte);
            match pair {
                Some((claim, name)) if !claim.is_empty() && is_name(name) => {
                    if claims.iter().any(|(_, other)| other == name) {
                        self.fault(NAME, format!("fills the attribute {name} twice"));
                    }
                    claims.push((claim.to_owned(), name.to_owned()));
                }
                _ => self.fault(
                    NAME,
                    format!("must be a list of claim=AttributeName, which {item:?} is not; attribute names have letters, digits, dashes and underscores"),
                ),
            }
        }
        claims
    }

    fn defaults(&mut self) -> Defaults {
        Defaults {
            display_name: self.display_name(),
            duration_minutes: self.duration(),
            content_types: self.content_types(),
        }
    }

    fn display_name(&mut self) -> String {
        let name = self.text("DEFAULT_DISPLAY_NAME");
        let name = name.unwrap_or_else(|| "Customer".to_owned());
        if !DISPLAY_NAME.contains(&name.chars().count()) {
            self.fault("DEFAULT_DISPLAY_NAME", "must have 1 to 256 characters");
        }
        name
    }

    fn duration(&mut self) -> Option<i32> {
        const NAME: &str = "DEFAULT_CHAT_DURATION_MINUTES";
        let text = self.text(NAME)?;
        let minutes = text.parse().ok();
        let minutes = minutes.filter(|minutes| DURATION_MINUTES.contains(&i64::from(*minutes)));
        if minutes.is_none() {
            self.fault(NAME, "must be an integer from 60 to 10080");
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
