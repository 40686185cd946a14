//! Who asks.

use serde_json::{Map, Value};

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
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// The claim of this name as it was verified.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        Claims::new(Map::from_iter([("sub".to_owned(), value)]))
    }

    #[test]
    fn a_claim_is_text_whatever_its_type() {
        for (value, text) in [
            (json!("Ana"), Some("Ana")),
            (json!(""), Some("")),
            (json!(4711), Some("4711")),
            (json!(true), Some("true")),
            (json!(["a", 1]), Some(r#"["a",1]"#)),
            (json!({"a": null}), Some(r#"{"a":null}"#)),
            (Value::Null, None),
        ] {
            assert_eq!(claims(value.clone()).text("sub").as_deref(), text, "{value}");
        }
        assert_eq!(claims(json!("x")).text("Sub"), None);
    }
}
