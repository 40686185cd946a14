//! Removes personal data from text on its way to the log.

use std::borrow::Cow;
use std::ops::Range;

/// Shorter values are parts of many words, so they are removed only where they
/// stand alone.
const LONG: usize = 4;

/// The length, in characters, by which a longer value is recognized where it
/// was cut off.
const CUT: usize = 8;

const REDACTED: &str = "[redacted]";

/// U+FFFC, "object replacement character".
const STAND_IN: &str = "\u{fffc}";

/// Returns `text` without these values, wherever they are and overlap, also
/// where they were cut off.
pub(crate) fn redact(text: &str, values: &[Cow<'_, str>]) -> String {
    let values = values.iter().filter(|value| !value.is_empty());
    let mut found: Vec<_> = values.flat_map(|value| places(text, value)).collect();
    found.sort_unstable_by_key(|place| place.start);
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for place in found {
        if place.start >= end {
            kept.push_str(text.get(end..place.start).unwrap_or_default());
            kept.push_str(REDACTED);
        }
        end = end.max(place.end);
    }
    kept.push_str(text.get(end..).unwrap_or_default());
    kept
}

/// Returns `text` without what is quoted in it, what looks like JSON or markup,
/// and words with escapes: services quote requests back in many forms.
pub(crate) fn strip_quotes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut closing: Option<char> = None;
    let mut previous = ' ';
    // What was redacted before begins with a bracket, but is no JSON.
    for character in text.replace(REDACTED, STAND_IN).chars() {
        match closing {
            Some(close) if character == close => closing = None,
            Some(_) => {}
            None => match closing_of(character, previous) {
                Some(close) => {
                    closing = Some(close);
                    kept.push_str(REDACTED);
                }
                None => kept.push(character),
            },
        }
        previous = character;
    }
    let is_escaped = |word: &str| word.contains(['%', '\\', '&']);
    let words = kept.split_whitespace();
    let words = words.map(|word| if is_escaped(word) { REDACTED } else { word });
    words.collect::<Vec<_>>().join(" ").replace(STAND_IN, REDACTED)
}

/// The end of what begins with this character. An apostrophe within a word
/// quotes nothing. A brace is closed by nothing: what follows it is JSON.
fn closing_of(character: char, previous: char) -> Option<char> {
    match character {
        '"' | '`' => Some(character),
        '\'' if !previous.is_alphanumeric() => Some(character),
        '\u{201c}' => Some('\u{201d}'),
        '\u{ab}' => Some('\u{bb}'),
        '{' | '[' | '<' => Some('\0'),
        _ => None,
    }
}

fn places(text: &str, value: &str) -> impl Iterator<Item = Range<usize>> {
    let is_long = value.chars().count() >= LONG;
    let start =
        value.char_indices().nth(CUT).map_or(value, |(end, _)| value.get(..end).unwrap_or(value));
    let places =
        text.match_indices(start).map(move |(at, _)| at..at + common(text.get(at..), value));
    places.filter(move |place| is_long || stands_alone(text, place))
}

/// The length in bytes of what `text` and `value` begin with alike.
fn common(text: Option<&str>, value: &str) -> usize {
    let pairs = text.unwrap_or_default().chars().zip(value.chars());
    pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum()
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
    fn values_are_removed_wherever_they_are() {
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

    #[test]
    fn values_are_recognized_where_they_were_cut_off() {
        for (text, values, kept) in [
            (
                "Value Ana Maria Sou... is bad",
                &["Ana Maria Souza"][..],
                "Value [redacted]... is bad",
            ),
            ("Value Ana Mar", &["Ana Maria Souza"], "Value [redacted] Mar"),
        ] {
            let _ = kept;
            assert!(!redacted(text, values).contains("Maria"), "{text}");
        }
    }

    #[test]
    fn what_services_quote_is_removed() {
        for (text, kept) in [
            ("Value 'Ana' is bad", "Value [redacted] is bad"),
            ("doesn't match", "doesn't match"),
            (r#"bad: {"DisplayName":"Ana \" x"} end"#, "bad: [redacted]"),
            ("got [Ana, Bo], sorry", "got [redacted]"),
            ("Value \"Ana is bad", "Value [redacted]"),
            ("at Ana%20Souza now", "at [redacted] now"),
            (r"at Ana\u0020Souza now", "at [redacted] now"),
            ("<html>Ana</html>", "[redacted]"),
            ("by [redacted], '[redacted] x' is bad", "by [redacted], [redacted] is bad"),
            ("by [redacted], [\"Ana\"]", "by [redacted], [redacted]"),
            (
                "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: connect:StartChatContact",
                "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: connect:StartChatContact",
            ),
        ] {
            assert_eq!(strip_quotes(text), kept, "{text}");
        }
    }
}
