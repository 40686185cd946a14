//! Who the customer is, according to a verified claim.

use crate::request::CUSTOMER_ID;
use crate::trigger::Claims;

/// The customer id in the claim of this name: a string or a number of 1 to 128
/// characters that is not blank.
pub(super) fn customer_id(claims: &Claims, name: &str) -> Option<String> {
    let claim = claims.get(name)?;
    if !(claim.is_string() || claim.is_number()) {
        return None;
    }
    claims
        .text(name)
        .filter(|id| !id.trim().is_empty() && CUSTOMER_ID.contains(&id.chars().count()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    fn claims(value: Value) -> Claims {
        Claims::new(Map::from_iter([("sub".to_owned(), value)]))
    }

    #[test]
    fn only_a_string_or_a_number_names_a_customer() {
        for (value, customer) in [
            (json!("customer-4711"), Some("customer-4711")),
            (json!(4711), Some("4711")),
            (json!(""), None),
            (json!(" \t\n"), None),
            (json!("x".repeat(129)), None),
            (json!(true), None),
            (json!(["customer-4711"]), None),
            (json!({"id": "customer-4711"}), None),
            (Value::Null, None),
        ] {
            let found = customer_id(&claims(value.clone()), "sub");
            assert_eq!(found.as_deref(), customer, "{value}");
        }
        let longest = customer_id(&claims(json!("ž".repeat(128))), "sub");
        assert_eq!(longest, Some("ž".repeat(128)));
    }
}
