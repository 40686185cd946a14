//! The log of the function's process.

use std::io::{self, Write as _};
use std::sync::Mutex;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::lock::lock;

/// The lines that the function's process has written to either stream.
#[derive(Debug)]
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
    echo: bool,
}

impl Log {
    /// An empty log. With `echo`, every line is also written to standard error.
    pub(crate) fn new(echo: bool) -> Self {
        Self { lines: Mutex::default(), echo }
    }

    /// Appends the lines of a stream until it ends.
    pub(crate) async fn read(&self, stream: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(stream).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = String::from_utf8_lossy(&line).into_owned();
            if self.echo {
                let _ = writeln!(io::stderr(), "  │ {line}");
            }
            lock(&self.lines).push(line);
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.lines))
    }
}
