//! One invalid part of a request: its location, and the rule that it breaks.

use serde::Serialize;

/// One invalid part of a request.
///
/// The detail states the rule and never quotes a value, so it may be sent to
/// the caller and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The location of the invalid part.
    #[serde(flatten)]
    pub location: Location,
    /// The rule that it breaks.
    pub detail: String,
}

/// The location of a [`FieldError`] in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// A JSON Pointer (RFC 6901) in the caller's own spelling, of at most 512
    /// characters; empty for the whole request.
    Pointer(String),
    /// The HTTP header of this name.
    Header(&'static str),
}

/// The errors of one request: the first 100 as far as they fit into 32 KiB of
/// JSON, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors {
    listed: Vec<FieldError>,
    bytes: usize,
    total: usize,
}

impl FieldError {
    /// An error at a JSON Pointer.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { location: Location::Pointer(pointer.into()), detail: detail.into() }
    }

    /// An error in an HTTP header.
    pub fn in_header(name: &'static str, detail: impl Into<String>) -> Self {
        Self { location: Location::Header(name), detail: detail.into() }
    }
}

impl FieldErrors {
    const MAX_LISTED: usize = 100;
    const MAX_BYTES: usize = 32 * 1024;

    /// Adds an error. It is built only if it may be listed.
    pub fn add(&mut self, error: impl FnOnce() -> FieldError) {
        self.total += 1;
        if self.listed.len() < Self::MAX_LISTED && self.bytes < Self::MAX_BYTES {
            self.list(error());
        }
    }

    fn list(&mut self, error: FieldError) {
        self.bytes += serde_json::to_string(&error).map_or(0, |json| json.len());
        if self.bytes <= Self::MAX_BYTES {
            self.listed.push(error);
        }
    }

    /// Keeps the number of errors only.
    pub fn discard(&mut self) {
        self.listed = Vec::new();
    }

    /// Returns true if there is no error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The first errors, in the order of the request.
    #[must_use]
    pub fn listed(&self) -> &[FieldError] {
        &self.listed
    }

    /// The number of errors that are not listed.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.total - self.listed.len()
    }
}

impl From<FieldError> for FieldErrors {
    fn from(error: FieldError) -> Self {
        let mut errors = Self::default();
        errors.add(|| error);
        errors
    }
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.location {
            Location::Pointer(pointer) if pointer.is_empty() => f.write_str(&self.detail),
            Location::Pointer(pointer) => write!(f, "{pointer}: {}", self.detail),
            Location::Header(name) => write!(f, "header {name}: {}", self.detail),
        }
    }
}

/// The longest pointer that is reported, in characters.
const MAX_POINTER: usize = 512;

/// Builds the JSON Pointer to nested members and elements, escaped as RFC 6901
/// §3 requires, and cut after 512 characters.
pub(crate) fn pointer<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut pointer = String::new();
    for name in names {
        pointer.push('/');
        for character in name.chars().take(MAX_POINTER) {
            match character {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                other => pointer.push(other),
            }
        }
    }
    if let Some((end, _)) = pointer.char_indices().nth(MAX_POINTER) {
        pointer.truncate(end);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_tilde_and_slash() {
        assert_eq!(pointer(["Attributes", "a/b~c"]), "/Attributes/a~1b~0c");
        assert_eq!(pointer([]), "");
    }

    #[test]
    fn a_pointer_is_cut_after_512_characters() {
        let name = |length: usize| "\u{e9}".repeat(length);
        assert_eq!(pointer([name(511).as_str()]), format!("/{}", name(511)));
        assert_eq!(pointer([name(512).as_str(), "a"]), format!("/{}", name(511)));
    }

    #[test]
    fn an_error_is_displayed_with_its_location() {
        assert_eq!(FieldError::at("/a", "is bad").to_string(), "/a: is bad");
        assert_eq!(FieldError::at("", "is bad").to_string(), "is bad");
        assert_eq!(FieldError::in_header("X", "is bad").to_string(), "header X: is bad");
    }

    #[test]
    fn at_most_100_errors_and_32_kib_are_listed() {
        let add = |count: usize, name: &str| {
            let mut errors = FieldErrors::default();
            (0..count).for_each(|_| errors.add(|| FieldError::at(pointer([name]), "is bad")));
            errors
        };
        let counts = |errors: &FieldErrors| (errors.listed().len(), errors.unlisted());
        assert_eq!(counts(&add(100, "a")), (100, 0));
        assert_eq!(counts(&add(101, "a")), (100, 1));
        let long = add(150, &"\u{1}".repeat(1_000));
        let (listed, unlisted) = counts(&long);
        assert!((5..15).contains(&listed), "{listed}");
        assert_eq!(listed + unlisted, 150);
    }
}
