//! TCP streams that can be cut, and that keep the head of each request as it was sent.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::lock::lock;

/// The most bytes of a request head that are kept.
const HEAD_LIMIT: usize = 64 * 1024;

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The peer sees a reset.
    Reset,
    /// The peer sees the end of the stream.
    Close,
}

/// A handle on a connection.
#[derive(Debug, Default)]
pub(crate) struct Control(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    cut: Option<Cut>,
    reader: Option<Waker>,
    head: Vec<u8>,
    /// Whether what is read is no longer part of a head.
    is_head_complete: bool,
}

impl Control {
    /// Cuts the connection at once.
    pub(crate) fn cut(&self, how: Cut) {
        let mut state = lock(&self.0);
        state.cut = Some(how);
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    /// Takes the bytes of the head of the current request. What follows is not kept.
    pub(crate) fn take_head(&self) -> Vec<u8> {
        let mut state = lock(&self.0);
        state.is_head_complete = true;
        std::mem::take(&mut state.head)
    }

    /// Prepares for the head of the next request.
    pub(crate) fn expect_head(&self) {
        let mut state = lock(&self.0);
        state.is_head_complete = false;
        state.head.clear();
    }

    fn cut_off(&self) -> Option<Cut> {
        lock(&self.0).cut
    }

    fn record(&self, bytes: &[u8]) {
        let mut state = lock(&self.0);
        if !state.is_head_complete && state.head.len() < HEAD_LIMIT {
            state.head.extend_from_slice(bytes);
        }
    }
}

/// A TCP stream under a [`Control`].
pub(crate) struct ControlledStream {
    stream: TcpStream,
    control: Arc<Control>,
}

impl ControlledStream {
    pub(crate) fn new(stream: TcpStream, control: Arc<Control>) -> Self {
        Self { stream, control }
    }

    fn check_open(&self) -> io::Result<()> {
        match self.control.cut_off() {
            Some(_) => Err(io::ErrorKind::ConnectionReset.into()),
            None => Ok(()),
        }
    }
}

impl Drop for ControlledStream {
    fn drop(&mut self) {
        if self.control.cut_off() == Some(Cut::Reset) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for ControlledStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        {
            let mut state = lock(&self.control.0);
            match state.cut {
                Some(Cut::Close) => return Poll::Ready(Ok(())),
                Some(Cut::Reset) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                None => state.reader = Some(cx.waker().clone()),
            }
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.control.record(buf.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ControlledStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_open()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
