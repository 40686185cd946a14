//! Takes personal data out of text that is on its way to the log.

use std::borrow::Cow;
use std::ops::Range;

/// Values shorter than this are parts of many words, so they go only where
/// they stand alone.
const LONG: usize = 4;

const STRUCK: &str = "[redacted]";

/// `text` without any of these values, wherever they stand and overlap.
pub(super) fn redact(text: &str, values: &[Cow<'_, str>]) -> String {
    let values = values.iter().filter(|value| !value.is_empty());
    let mut found: Vec<_> = values.flat_map(|value| places(text, value)).collect();
    found.sort_unstable_by_key(|place| place.start);
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for place in found {
        if place.start >= end {
            kept.push_str(text.get(end..place.start).unwrap_or_default());
            kept.push_str(STRUCK);
        }
        end = end.max(place.end);
    }
    kept.push_str(text.get(end..).unwrap_or_default());
    kept
}

fn places(text: &str, value: &str) -> impl Iterator<Item = Range<usize>> {
    let is_long = value.chars().count() >= LONG;
    let places = text.match_indices(value);
    let places = places.map(|(start, found)| start..start + found.len());
    places.filter(move |place| is_long || stands_alone(text, place))
}

fn stands_alone(text: &str, place: &Range<usize>) -> bool {
    let before = text.get(..place.start).unwrap_or_default();
    let after = text.get(place.end..).unwrap_or_default();
    !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str, values: &[&str]) -> String {
        let values: Vec<_> = values.iter().map(|value| Cow::Borrowed(*value)).collect();
        redact(text, &values)
    }

    #[test]
    fn values_are_struck_out_wherever_they_stand() {
        for (text, values, kept) in [
            ("Value 'Ana Souza' is bad", &["Ana Souza"][..], "Value '[redacted]' is bad"),
            ("Ana Souza", &["Ana Souza"], "[redacted]"),
            ("xAna Souzax Ana Souza", &["Ana Souza"], "x[redacted]x [redacted]"),
            ("Łukasz: žluťoučký", &["žluťoučký"], "Łukasz: [redacted]"),
            ("nothing of it", &["Ana Souza", ""], "nothing of it"),
            ("", &["Ana Souza"], ""),
        ] {
            assert_eq!(redacted(text, values), kept);
        }
    }

    #[test]
    fn nothing_is_left_of_values_that_overlap() {
        for values in [&["one-two", "two-three"][..], &["two-three", "one-two"]] {
            assert_eq!(redacted("<one-two-three>", values), "<[redacted]>");
        }
        for values in [&["Souza", "Ana Souza"][..], &["Ana Souza", "Souza"]] {
            assert_eq!(redacted("by Ana Souza.", values), "by [redacted].");
        }
        assert_eq!(redacted("redacted", &["redacted", "[redacted]"]), "[redacted]");
    }

    #[test]
    fn short_values_leave_longer_words_alone() {
        assert_eq!(redacted("Ana's analysis", &["Ana"]), "[redacted]'s analysis");
        assert_eq!(redacted("a flaw, 'a'", &["a"]), "[redacted] flaw, '[redacted]'");
        assert_eq!(redacted("Banana", &["ana", "Ban"]), "Banana");
    }
}
