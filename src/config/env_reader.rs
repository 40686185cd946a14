//! Reads environment variables and collects the invalid ones.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::value::RawValue;

use crate::json::{self, Type};

/// The variable that may hold any other setting, as one JSON object.
const SETTINGS: &str = "SETTINGS";

/// Reads variables and collects the invalid ones.
pub(super) struct EnvReader<L> {
    lookup: L,
    /// The members of `SETTINGS` that have not been read yet.
    settings: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> EnvReader<L> {
    pub(super) fn new(lookup: L) -> Self {
        let text = lookup(SETTINGS).filter(|text| !text.trim().is_empty());
        let (settings, faults) = text.map(|text| parse(&text)).unwrap_or_default();
        Self { lookup, settings, faults }
    }

    /// Returns the faults, if there are any, those of unknown settings included.
    pub(super) fn finish(mut self) -> Result<(), Vec<String>> {
        for name in std::mem::take(&mut self.settings).into_keys() {
            self.fault(SETTINGS, format!("has an unknown setting {name:?}"));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    pub(super) fn fault(&mut self, name: &str, rule: impl Display) {
        self.faults.push(format!("{name} {rule}"));
    }

    /// Reads a text without the white space around it; a blank one is not set.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let setting = self.settings.remove(name);
        let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        (self.lookup)(name).and_then(filled).or_else(|| setting.and_then(filled))
    }

    pub(super) fn required(&mut self, name: &str) -> Option<String> {
        let text = self.text(name);
        if text.is_none() {
            self.fault(name, "is not set");
        }
        text
    }

    /// Reads a comma-separated list without its blank elements.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let elements = text.split(',').map(str::trim).filter(|element| !element.is_empty());
        elements.map(str::to_owned).collect()
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.flag_or(name, false)
    }

    pub(super) fn flag_or(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).as_deref() {
            None => default,
            Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.fault(name, "must be true or false");
                default
            }
        }
    }
}

/// Parses `SETTINGS` into texts by name, and its faults.
fn parse(text: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let mut settings = BTreeMap::new();
    let mut faults = Vec::new();
    let value: Result<&RawValue, _> = serde_json::from_str(text);
    let read = value.ok().and_then(|value| {
        json::for_each_member(value, |name, value| match scalar(value) {
            Some(text) => drop(settings.insert(name.into_owned(), text.into_owned())),
            None => faults
                .push(format!("{SETTINGS} must have a string, number or boolean for {name:?}")),
        })
    });
    if read.is_none() {
        faults.push(format!("{SETTINGS} must be a JSON object"));
    }
    (settings, faults)
}

fn scalar(value: &RawValue) -> Option<Cow<'_, str>> {
    match Type::of(value) {
        Type::String => json::string(value),
        Type::Number | Type::Boolean => Some(Cow::Borrowed(value.get())),
        Type::Null | Type::List | Type::Object => None,
    }
}
