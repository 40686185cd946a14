//! HTTP servers on loopback: connections that can be cut, TLS, request bodies and responses.

pub(crate) mod body;
pub(crate) mod reply;
mod server;
mod stream;
mod tls;

pub(crate) use reply::Reply;
pub(crate) use server::{Accepted, Connection, Server, bind};
pub(crate) use stream::Cut;
pub(crate) use tls::{CaFile, acceptor};
