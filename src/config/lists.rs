//! Settings that are lists of pairs or of names.

use super::EnvReader;
use crate::request::is_name_byte;

impl<L: Fn(&str) -> Option<String>> EnvReader<L> {
    /// Reads `claim=AttributeName,…`; the name of a claim may contain `=`.
    pub(super) fn attribute_claims(&mut self) -> Vec<(String, String)> {
        const NAME: &str = "ATTRIBUTE_CLAIMS";
        let mut claims: Vec<(String, String)> = Vec::new();
        for item in self.list(NAME) {
            match item.rsplit_once('=').map(|(claim, name)| (claim.trim(), name.trim())) {
                Some((claim, name)) if !claim.is_empty() && is_name(name) => {
                    self.check_unique(NAME, name, claims.iter().map(|(_, other)| other));
                    claims.push((claim.to_owned(), name.to_owned()));
                }
                _ => self.fault(NAME, format!("has an invalid element {item:?}: expected claim=AttributeName, of letters, digits, dashes and underscores")),
            }
        }
        claims
    }

    /// Reads `name=value,…`; a value may contain `=`.
    pub(super) fn fixed_attributes(&mut self) -> Vec<(String, String)> {
        const NAME: &str = "FIXED_ATTRIBUTES";
        let mut attributes: Vec<(String, String)> = Vec::new();
        for item in self.list(NAME) {
            match item.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
                Some((name, value)) if is_name(name) => {
                    self.check_unique(NAME, name, attributes.iter().map(|(other, _)| other));
                    attributes.push((name.to_owned(), value.to_owned()));
                }
                _ => self.fault(NAME, format!("has an invalid element {item:?}: expected name=value, with a name of letters, digits, dashes and underscores")),
            }
        }
        attributes
    }

    /// Reads names of HTTP headers (RFC 9110, "token").
    pub(super) fn headers(&mut self, name: &str) -> Vec<String> {
        let headers = self.list(name);
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if let Some(invalid) = headers.iter().find(|header| !header.bytes().all(is_token)) {
            self.fault(name, format!("has an invalid name of a header {invalid:?}"));
        }
        headers
    }

    fn check_unique<'a>(
        &mut self,
        setting: &str,
        name: &str,
        mut others: impl Iterator<Item = &'a String>,
    ) {
        if others.any(|other| other.eq_ignore_ascii_case(name)) {
            self.fault(setting, format!("sets the attribute {name} twice"));
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_name_byte)
}
