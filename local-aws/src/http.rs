//! HTTP servers on loopback: access to them, connections that can be cut, TLS, request bodies and
//! responses.

mod access;
pub(crate) mod body;
pub(crate) mod reply;
mod server;
mod stream;
mod tls;

pub(crate) use access::{forbidden, has_own_host, is_local, is_same_origin, local_only};
pub(crate) use reply::Reply;
pub(crate) use server::{Accepted, Connection, Server, bind};
pub(crate) use stream::Cut;
pub(crate) use tls::{CaFile, acceptor};
