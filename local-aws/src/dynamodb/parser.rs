//! Parses expressions: `name = :value`, `attribute_not_exists(name)`, `AND`, `OR`, parentheses,
//! and `SET name = :value, …`.

use serde_json::Value;

use super::expression::Condition;
use super::placeholders::{Placeholders, syntax};
use crate::api_error::ApiError;

/// Parses a `ConditionExpression`.
pub(super) fn parse_condition(text: &str, given: &Placeholders) -> Result<Condition, ApiError> {
    let mut parser = Parser { words: words(text).into_iter(), given };
    let condition = parser.any()?;
    parser.end()?;
    Ok(condition)
}

/// Parses an `UpdateExpression` into the attributes that it sets.
pub(super) fn parse_update(
    text: &str,
    given: &Placeholders,
) -> Result<Vec<(String, Value)>, ApiError> {
    let mut parser = Parser { words: words(text).into_iter(), given };
    parser.expect("SET")?;
    let mut set = vec![parser.assignment()?];
    while parser.accepts(",") {
        set.push(parser.assignment()?);
    }
    parser.end()?;
    Ok(set)
}

/// The words and symbols of an expression.
fn words(text: &str) -> Vec<&str> {
    let is_symbol = |c: char| "()=,".contains(c);
    let parts = text.split_whitespace().flat_map(|part| part.split_inclusive(is_symbol));
    parts
        .flat_map(|part| {
            let at = part.len() - usize::from(part.ends_with(is_symbol));
            let (word, symbol) = part.split_at(at);
            [word, symbol]
        })
        .filter(|word| !word.is_empty())
        .collect()
}

struct Parser<'a> {
    words: std::vec::IntoIter<&'a str>,
    given: &'a Placeholders,
}

impl Parser<'_> {
    fn next(&mut self) -> &str {
        self.words.next().unwrap_or_default()
    }

    /// Takes the next word if it is this one.
    fn accepts(&mut self, wanted: &str) -> bool {
        let found = self.words.as_slice().first();
        let found = found.is_some_and(|word| word.eq_ignore_ascii_case(wanted));
        found && self.words.next().is_some()
    }

    fn expect(&mut self, wanted: &str) -> Result<(), ApiError> {
        if self.accepts(wanted) { Ok(()) } else { Err(syntax(self.next())) }
    }

    fn end(&mut self) -> Result<(), ApiError> {
        self.words.next().map_or(Ok(()), |word| Err(syntax(word)))
    }

    fn any(&mut self) -> Result<Condition, ApiError> {
        let mut any = vec![self.all()?];
        while self.accepts("OR") {
            any.push(self.all()?);
        }
        Ok(Condition::Any(any))
    }

    fn all(&mut self) -> Result<Condition, ApiError> {
        let mut all = vec![self.term()?];
        while self.accepts("AND") {
            all.push(self.term()?);
        }
        Ok(Condition::All(all))
    }

    fn term(&mut self) -> Result<Condition, ApiError> {
        if self.accepts("(") {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(inner);
        }
        // Function names are case-sensitive.
        if self.words.as_slice().first() == Some(&"attribute_not_exists") {
            self.words.next();
            self.expect("(")?;
            let name = self.name()?;
            self.expect(")")?;
            return Ok(Condition::NotExists(name));
        }
        self.assignment().map(|(name, value)| Condition::Equals(name, value))
    }

    /// `name = :value`
    fn assignment(&mut self) -> Result<(String, Value), ApiError> {
        let name = self.name()?;
        self.expect("=")?;
        let word = self.words.next().unwrap_or_default();
        Ok((name, self.given.value(word)?))
    }

    fn name(&mut self) -> Result<String, ApiError> {
        let word = self.words.next().unwrap_or_default();
        self.given.name(word)
    }
}
