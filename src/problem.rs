//! One thing wrong with what a caller sent, and where it stands.

use serde::Serialize;

/// One thing wrong with what a caller sent.
///
/// The pointer is in the caller's own spelling. The detail is a sentence about
/// the rule; it never quotes a value, so it may be answered and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where the faulty part stands.
    #[serde(flatten)]
    pub place: Place,
    /// Which rule it breaks.
    pub detail: String,
}

/// Where in a request a [`Problem`] stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the JSON: a JSON Pointer (RFC 6901); empty for the whole of it.
    Pointer(String),
    /// In an HTTP header of this name.
    Header(&'static str),
}

impl Problem {
    /// A problem at a JSON Pointer.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { place: Place::Pointer(pointer.into()), detail: detail.into() }
    }

    /// A problem in an HTTP header.
    pub fn in_header(name: &'static str, detail: impl Into<String>) -> Self {
        Self { place: Place::Header(name), detail: detail.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Place::Pointer(pointer) if pointer.is_empty() => f.write_str(&self.detail),
            Place::Pointer(pointer) => write!(f, "{pointer}: {}", self.detail),
            Place::Header(name) => write!(f, "header {name}: {}", self.detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_written_with_its_place() {
        assert_eq!(Problem::at("/a", "is bad").to_string(), "/a: is bad");
        assert_eq!(Problem::at("", "is bad").to_string(), "is bad");
        assert_eq!(Problem::in_header("X", "is bad").to_string(), "header X: is bad");
    }
}
