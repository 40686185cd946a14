//! Lines to the terminal. A terminal that has gone away is no reason to fail.

use std::io::{self, Write};

/// One line to standard output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// One line to standard error.
pub(crate) fn error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
