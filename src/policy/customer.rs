//! The customer whom the claims of an authorizer name.

use crate::request::{CUSTOMER_ID, DISPLAY_NAME};
use crate::trigger::Claims;

/// Returns the customer id in the claim of this name: a string or a number of
/// 1 to 128 characters that is not blank.
pub(super) fn customer_id(claims: Claims<'_>, name: &str) -> Option<String> {
    let id = claims.string_or_number(name)?;
    let is_id = !id.trim().is_empty() && CUSTOMER_ID.contains(&id.chars().count());
    is_id.then(|| id.into_owned())
}

/// Returns the display name in the claim of this name, cut to the longest that
/// Connect accepts.
pub(super) fn display_name(claims: Claims<'_>, name: &str) -> Option<String> {
    let text = claims.text(name).filter(|text| !text.trim().is_empty())?;
    Some(text.chars().take(*DISPLAY_NAME.end()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::raw;

    fn customer(value: &Value) -> Option<String> {
        customer_id(Claims::new(Some(&raw(json!({"sub": value})))), "sub")
    }

    #[test]
    fn only_a_string_or_a_number_names_a_customer() {
        for (value, expected) in [
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
            assert_eq!(customer(&value).as_deref(), expected, "{value}");
        }
        assert_eq!(customer(&json!("ž".repeat(128))), Some("ž".repeat(128)));
    }

    #[test]
    fn a_display_name_is_cut_to_256_characters() {
        let name =
            |value: &str| display_name(Claims::new(Some(&raw(json!({"name": value})))), "name");
        assert_eq!(name("Zoë"), Some("Zoë".to_owned()));
        assert_eq!(name(&"ë".repeat(300)), Some("ë".repeat(256)));
        assert_eq!(name(" "), None);
    }
}
