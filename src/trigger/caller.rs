//! The caller of an invocation.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json::{self, Type};

/// The caller, as far as the envelope of the request proves it.
pub enum Caller<'a> {
    /// Anyone on the internet, with the claims that API Gateway's authorizer
    /// verified.
    Untrusted(Claims<'a>),
    /// Somebody whom IAM allows to invoke the function.
    Trusted,
}

/// The verified claims of an HTTP caller. They are personal data, so there is
/// no `Debug`.
#[derive(Clone, Copy, Default)]
pub struct Claims<'a>(Option<&'a RawValue>);

/// Claims that count only while the claim beside them is true: user pools let
/// people enter an address that nobody has verified
/// (`OpenID` Connect Core 1.0, §5.1).
const VERIFIED_BY: [(&str, &str); 2] =
    [("email", "email_verified"), ("phone_number", "phone_number_verified")];

impl<'a> Claims<'a> {
    /// The claims in an authorizer's JSON object.
    #[must_use]
    pub fn new(claims: Option<&'a RawValue>) -> Self {
        Self(claims)
    }

    /// Returns the claim of this name as text: a string as it is, another
    /// value as its JSON text. `null` and an unverified address are no claims.
    pub(crate) fn text(self, name: &str) -> Option<Cow<'a, str>> {
        let claim = self.verified(name)?;
        match Type::of(claim) {
            Type::Null => None,
            Type::String => json::string(claim),
            _ => Some(Cow::Borrowed(claim.get())),
        }
    }

    /// Returns the claim of this name as text if it is a string or a number.
    pub(crate) fn string_or_number(self, name: &str) -> Option<Cow<'a, str>> {
        let is_scalar = |claim| matches!(Type::of(claim), Type::String | Type::Number);
        self.verified(name).filter(|claim| is_scalar(claim)).and(self.text(name))
    }

    fn verified(self, name: &str) -> Option<&'a RawValue> {
        let claims = self.0?;
        let flag = VERIFIED_BY.iter().find(|(claim, _)| *claim == name);
        let is_verified = flag.is_none_or(|(_, flag)| is_true(json::member(claims, flag)));
        json::member(claims, name).filter(|_| is_verified)
    }
}

/// User pools and HTTP APIs send booleans as `true`, REST APIs as `"true"`.
fn is_true(flag: Option<&RawValue>) -> bool {
    flag.is_some_and(|flag| matches!(flag.get(), "true" | "\"true\""))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::raw;

    fn text(claims: Value, name: &str) -> Option<String> {
        Claims::new(Some(&raw(claims))).text(name).map(Cow::into_owned)
    }

    #[test]
    fn a_claim_is_text_whatever_its_type() {
        for (value, expected) in [
            (json!("Ana"), Some("Ana")),
            (json!(""), Some("")),
            (json!(4711), Some("4711")),
            (json!(true), Some("true")),
            (json!(["a", 1]), Some(r#"["a",1]"#)),
            (json!({"a": null}), Some(r#"{"a":null}"#)),
            (Value::Null, None),
        ] {
            let found = text(json!({"sub": value}), "sub");
            assert_eq!(found.as_deref(), expected, "{value}");
        }
        assert_eq!(text(json!({"sub": "x"}), "Sub"), None);
        assert_eq!(text(json!(["sub"]), "sub"), None);
        assert!(Claims::default().text("sub").is_none());
    }

    #[test]
    fn an_address_that_nobody_verified_is_no_claim() {
        for (flag, is_claim) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!("TRUE"), false),
            (json!(1), false),
            (Value::Null, false),
        ] {
            for (claim, flag_name) in VERIFIED_BY {
                let found = text(json!({claim: "a@b.example", flag_name: flag}), claim);
                assert_eq!(found.is_some(), is_claim, "{claim} {flag}");
            }
        }
        assert_eq!(text(json!({"email": "a@b.example"}), "email"), None);
        assert_eq!(text(json!({"sub": "a", "email_verified": false}), "sub").as_deref(), Some("a"));
    }
}
