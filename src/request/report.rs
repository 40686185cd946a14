//! What a pass over a request found besides its values.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use crate::problem::Problem;

/// What a pass over a request found besides its values.
#[derive(Default)]
pub(super) struct Report {
    problems: RefCell<Vec<Problem>>,
    ignored: RefCell<Vec<String>>,
}

impl Report {
    pub(super) fn problem(&self, pointer: &str, detail: impl Into<String>) {
        self.add(Problem::at(pointer, detail));
    }

    pub(super) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(super) fn ignore(&self, pointer: &str) {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let path = path.replace("~1", "/").replace("~0", "~");
        self.ignored.borrow_mut().push(path);
    }

    /// Whether `text` has so many characters; a problem is noted if not.
    pub(super) fn measured(&self, at: &str, text: &str, length: &RangeInclusive<usize>) -> bool {
        let count = text.chars().count();
        let fits = length.contains(&count);
        if !fits {
            let (min, max) = (length.start(), length.end());
            self.problem(at, format!("must have {min} to {max} characters, not {count}"));
        }
        fits
    }

    pub(super) fn into_parts(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems.into_inner(), self.ignored.into_inner())
    }
}
