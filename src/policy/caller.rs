//! Who asks.

use serde_json::{Map, Value};

use crate::request::CUSTOMER_ID;

/// Who asks, as far as a request's envelope can be believed.
pub enum Caller {
    /// Anyone on the internet, with what API Gateway's authorizer verified.
    Stranger(Claims),
    /// Someone whom IAM let invoke the function.
    Trusted,
}

/// What API Gateway's authorizer verified of an HTTP caller. Holds personal
/// data, so it has no `Debug`.
#[derive(Default)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Claims as an authorizer's object gives them.
    #[must_use]
    pub fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// The claim of this name as text: a string as it is, another value as its
    /// JSON text. `null` is no claim.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// The claim of this name, if it can name a customer: a string or a number
    /// of 1 to 128 characters that is not blank.
    pub(super) fn customer_id(&self, name: &str) -> Option<String> {
        let claim = self.0.get(name)?;
        if !(claim.is_string() || claim.is_number()) {
            return None;
        }
        self.text(name)
            .filter(|id| !id.trim().is_empty() && CUSTOMER_ID.contains(&id.chars().count()))
    }
}
