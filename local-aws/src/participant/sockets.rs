//! The open websockets of a customer.

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// The quota of websockets per participant. Another one closes the oldest.
const OPEN_SOCKETS: usize = 5;

/// A command to a websocket.
#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    /// Send this frame.
    Frame(String),
    /// Close the connection.
    Close,
    /// Drop the connection without closing it.
    Cut,
}

#[derive(Debug)]
struct Socket {
    id: u64,
    is_subscribed: bool,
    outgoing: UnboundedSender<Outgoing>,
}

/// The open websockets of a customer, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    open: Vec<Socket>,
    opened: u64,
}

impl Sockets {
    /// Adds a websocket, and returns its number and its commands.
    pub(crate) fn open(&mut self) -> (u64, UnboundedReceiver<Outgoing>) {
        let (outgoing, received) = mpsc::unbounded_channel();
        self.opened += 1;
        if self.open.len() >= OPEN_SOCKETS {
            let _ = self.open.remove(0).outgoing.send(Outgoing::Close);
        }
        self.open.push(Socket { id: self.opened, is_subscribed: false, outgoing });
        (self.opened, received)
    }

    /// Subscribes a websocket to the chat.
    pub(crate) fn subscribe(&mut self, id: u64) {
        for socket in self.open.iter_mut().filter(|socket| socket.id == id) {
            socket.is_subscribed = true;
        }
    }

    pub(crate) fn remove(&mut self, id: u64) {
        self.open.retain(|socket| socket.id != id);
    }

    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }

    /// Sends a frame to the websockets that have subscribed.
    pub(crate) fn send(&self, frame: &str) {
        for socket in self.open.iter().filter(|socket| socket.is_subscribed) {
            let _ = socket.outgoing.send(Outgoing::Frame(frame.to_owned()));
        }
    }

    /// Ends all websockets after the frames that were sent before.
    pub(crate) fn end(&mut self, how: &Outgoing) {
        for socket in self.open.drain(..) {
            let _ = socket.outgoing.send(how.clone());
        }
    }
}
