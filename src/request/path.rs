//! The location of a value in a request.

use std::borrow::Cow;

use crate::field_error::pointer;

/// The names and indexes that lead to a value. A path borrows its parent, so
/// that it costs nothing until it is reported.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    step: Option<(&'p Path<'p>, Step<'p>)>,
    /// The number of steps from the root.
    pub(super) depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Member(&'p str),
    Element(usize),
}

impl<'p> Path<'p> {
    /// The path of the whole request.
    pub(super) const ROOT: Path<'static> = Path { step: None, depth: 0 };

    /// The path of a member of the object at this path.
    pub(super) fn member<'c>(&'c self, name: &'c str) -> Path<'c> {
        Path { step: Some((self, Step::Member(name))), depth: self.depth + 1 }
    }

    /// The path of an element of the list at this path.
    pub(super) fn element(&self, index: usize) -> Path<'_> {
        Path { step: Some((self, Step::Element(index))), depth: self.depth + 1 }
    }

    /// The names and indexes from the root on.
    pub(super) fn names(&self) -> Vec<Cow<'p, str>> {
        let mut names = Vec::with_capacity(self.depth);
        let mut path = *self;
        while let Some((parent, step)) = path.step {
            names.push(match step {
                Step::Member(name) => Cow::Borrowed(name),
                Step::Element(index) => Cow::Owned(index.to_string()),
            });
            path = *parent;
        }
        names.reverse();
        names
    }

    /// The last name.
    pub(super) fn name(&self) -> String {
        self.names().pop().unwrap_or_default().into_owned()
    }

    /// The path as a JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        pointer(self.names().iter().map(AsRef::as_ref))
    }
}
