//! HTTP servers on loopback that count their connections and can cut them.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use super::stream::{Control, ControlledStream, Cut};
use crate::lock::lock;

/// A running HTTP server; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    accepted: Arc<Accepted>,
    tasks: Vec<AbortHandle>,
}

/// The connections that a server has accepted.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    count: AtomicUsize,
    open: Mutex<Vec<Weak<Control>>>,
}

impl Accepted {
    /// The number of connections so far.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn add(&self) -> Arc<Control> {
        let control = Arc::new(Control::default());
        self.count.fetch_add(1, Ordering::SeqCst);
        let mut open = lock(&self.open);
        open.retain(|control| control.strong_count() > 0);
        open.push(Arc::downgrade(&control));
        control
    }
}

/// Binds a port of 127.0.0.1; 0 binds any free port.
///
/// # Errors
///
/// Returns an error that names the port.
pub(crate) async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        let why = if error.kind() == io::ErrorKind::AddrInUse {
            "is in use".to_owned()
        } else {
            error.to_string()
        };
        io::Error::new(error.kind(), format!("port {port} of 127.0.0.1: {why}"))
    })
}

impl Server {
    /// Serves `router` on `listener`, over TLS if `tls` is set.
    pub(crate) fn start(
        listener: TcpListener,
        router: Router,
        tls: Option<TlsAcceptor>,
        accepted: Arc<Accepted>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, incoming) = mpsc::channel(16);
        let accept =
            tokio::spawn(accept(listener, tls, Arc::clone(&accepted), sender)).abort_handle();
        let service = router.into_make_service_with_connect_info::<Connection>();
        let incoming = Incoming { incoming, address };
        let serve =
            tokio::spawn(async move { axum::serve(incoming, service).await }).abort_handle();
        Ok(Self { address, accepted, tasks: vec![accept, serve] })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        for control in lock(&self.accepted.open).iter().filter_map(Weak::upgrade) {
            control.cut(Cut::Close);
        }
    }
}

/// Accepts connections. Each TLS handshake runs in a task of its own, so that a slow one does not
/// delay other connections.
async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    accepted: Arc<Accepted>,
    sender: mpsc::Sender<(Box<dyn Duplex>, Connection)>,
) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            continue;
        };
        // Nagle's algorithm would hold small responses back until the previous one is acknowledged.
        let _ = stream.set_nodelay(true);
        let connection = Connection { peer, control: accepted.add() };
        let stream = ControlledStream::new(stream, Arc::clone(&connection.control));
        tokio::spawn(handshake(stream, connection, tls.clone(), sender.clone()));
    }
}

async fn handshake(
    stream: ControlledStream,
    connection: Connection,
    tls: Option<TlsAcceptor>,
    sender: mpsc::Sender<(Box<dyn Duplex>, Connection)>,
) {
    let stream: Box<dyn Duplex> = match tls {
        None => Box::new(stream),
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => Box::new(stream),
            Err(_) => return,
        },
    };
    let _ = sender.send((stream, connection)).await;
}

/// A stream for HTTP.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// The connections that are ready for HTTP, for axum.
struct Incoming {
    incoming: mpsc::Receiver<(Box<dyn Duplex>, Connection)>,
    address: SocketAddr,
}

impl axum::serve::Listener for Incoming {
    type Io = Box<dyn Duplex>;
    type Addr = Connection;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.incoming.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Connection { peer: self.address, control: Arc::default() })
    }
}

/// The connection of a request.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) control: Arc<Control>,
}

impl Connected<IncomingStream<'_, Incoming>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Incoming>) -> Self {
        stream.remote_addr().clone()
    }
}
