//! Connections that can be cut and listened in on.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::lock;

/// The longest request head that is kept.
const HEAD_LIMIT: usize = 64 * 1024;

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The peer sees a reset.
    Reset,
    /// The peer sees the end of the stream.
    Close,
}

/// The handle on an open connection.
#[derive(Debug, Default)]
pub(crate) struct Control(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    cut: Option<Cut>,
    reader: Option<Waker>,
    head: Vec<u8>,
    deaf: bool,
}

impl Control {
    /// Cuts the connection, now.
    pub(crate) fn cut(&self, how: Cut) {
        let mut state = lock(&self.0);
        state.cut = Some(how);
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    /// The head of the request that just came in, as its bytes were; what follows is not kept.
    pub(crate) fn take_head(&self) -> Vec<u8> {
        let mut state = lock(&self.0);
        state.deaf = true;
        std::mem::take(&mut state.head)
    }

    /// Listens for the head of the next request.
    pub(crate) fn listen(&self) {
        let mut state = lock(&self.0);
        state.deaf = false;
        state.head.clear();
    }

    fn cut_off(&self) -> Option<Cut> {
        lock(&self.0).cut
    }

    fn hear(&self, bytes: &[u8]) {
        let mut state = lock(&self.0);
        if !state.deaf && state.head.len() < HEAD_LIMIT {
            state.head.extend_from_slice(bytes);
        }
    }
}

/// A TCP stream under a [`Control`].
pub(crate) struct Wire {
    stream: TcpStream,
    control: Arc<Control>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, control: Arc<Control>) -> Self {
        Self { stream, control }
    }

    fn alive(&self) -> io::Result<()> {
        match self.control.cut_off() {
            Some(_) => Err(io::ErrorKind::ConnectionReset.into()),
            None => Ok(()),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.control.cut_off() == Some(Cut::Reset) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
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
        self.control.hear(buf.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.alive()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
