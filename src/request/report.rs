//! Collects the errors and the ignored members of a request.

use std::cell::RefCell;

use super::path::Path;
use crate::field_error::{FieldError, FieldErrors};

/// Collects the errors and the ignored members of one request.
#[derive(Default)]
pub(super) struct Report {
    errors: RefCell<FieldErrors>,
    ignored: RefCell<String>,
}

/// The longest text of ignored members, in characters.
const MAX_IGNORED: usize = 256;

impl Report {
    /// Adds an error at `path`.
    pub(super) fn error(&self, path: &Path<'_>, detail: impl Into<String>) {
        self.add(|| FieldError::at(path.pointer(), detail));
    }

    /// Adds an error, which is built only if it will be listed.
    pub(super) fn add(&self, error: impl FnOnce() -> FieldError) {
        self.errors.borrow_mut().add(error);
    }

    /// Adds the member `name` of the object at `path` to the ignored ones, as
    /// it may be in a header or a log: harmless characters only, whole names
    /// joined by commas, 256 characters in all.
    pub(super) fn ignore(&self, path: &Path<'_>, name: &str) {
        let mut ignored = self.ignored.borrow_mut();
        let comma = usize::from(!ignored.is_empty());
        if ignored.len() + comma >= MAX_IGNORED {
            return;
        }
        let is_harmless = |one: &char| one.is_ascii_alphanumeric() || "_.-".contains(*one);
        let names = path.names();
        let names = names.iter().map(AsRef::as_ref).chain([name]);
        let text = names.flat_map(|name| ".".chars().chain(name.chars().take(2 * MAX_IGNORED)));
        let text: String = text.filter(is_harmless).skip(1).take(MAX_IGNORED).collect();
        if text.is_empty() || ignored.len() + comma + text.len() > MAX_IGNORED {
            return;
        }
        if comma == 1 {
            ignored.push(',');
        }
        ignored.push_str(&text);
    }

    pub(super) fn into_parts(self) -> (FieldErrors, String) {
        (self.errors.into_inner(), self.ignored.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_members_are_harmless_whole_and_few() {
        let long = |count: usize| "n".repeat(count);
        for (names, expected) in [
            (vec![], String::new()),
            (vec!["a", "B.c_-1"], "a,B.c_-1".to_owned()),
            (vec!["a b\r\nX: y,z\u{e9}"], "abXyz".to_owned()),
            (vec!["\u{4e2d}", "a"], "a".to_owned()),
            (vec![&long(256)], long(256)),
            (vec![&long(257)], long(256)),
            (vec![&long(255), "a", "b"], long(255)),
            (vec![&long(254), "a", "b"], format!("{},a", long(254))),
            (vec![&long(253), "abc", "b"], format!("{},b", long(253))),
        ] {
            let report = Report::default();
            for name in &names {
                report.ignore(&Path::ROOT, name);
            }
            assert_eq!(report.into_parts().1, expected, "{names:?}");
        }
    }

    #[test]
    fn nested_members_are_ignored_by_their_path() {
        let report = Report::default();
        let parent = Path::ROOT.member("a");
        report.ignore(&parent.element(3), "b");
        assert_eq!(report.into_parts().1, "a.3.b");
    }
}
