//! All of it, started together.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::middleware;
use serde_json::Value;

use crate::connect::{self, Connect};
use crate::credentials::ShellCredentials;
use crate::deployed::{Deployed, Target};
use crate::function::Function;
use crate::lambda::{Invoked, Lambda};
use crate::options::Options;
use crate::participant::{self, Participants};
use crate::queue::Call;
use crate::server::{self, Server};
use crate::tls::CaFile;
use crate::{gateway, invoke, playground, tls};

/// A running local AWS. It ends, and the function's process with it, when dropped.
#[derive(Debug)]
pub struct LocalAws {
    deployed: Deployed,
    /// The function behind an authorizer, where that is another one.
    _verified: Option<Deployed>,
    connect: Connect,
    front: Server,
    connect_server: Server,
    ca: Option<CaFile>,
    _credentials: Option<ShellCredentials>,
}

impl LocalAws {
    /// Starts the servers and the function's process, and waits until the process has asked for work or failed to.
    ///
    /// # Errors
    ///
    /// When a port is in use, or the process cannot be started.
    pub async fn start(options: Options) -> io::Result<Self> {
        let connect = Connect::new(&options);
        let (connect_server, ca) = serve_connect(&connect, &options).await?;
        let credentials =
            if options.real_connect { Some(ShellCredentials::find().await?) } else { None };
        let target = Target {
            url: &url(&connect_server, options.tls),
            ca: ca.as_ref().map(CaFile::path),
            credentials: credentials.as_ref().map_or(&[][..], |found| &found.variables),
        };
        let deployed = Deployed::new(&options, options.runtime_port, &[], &target).await?;
        let verified = if options.verified_env.is_empty() {
            None
        } else {
            Some(Deployed::new(&options, 0, &options.verified_env, &target).await?)
        };
        let listener = server::bind(options.front_port).await?;
        let participants = Participants::new(&options, connect.clone(), listener.local_addr()?);
        let routes = front(&deployed, verified.as_ref(), participants, &options);
        let front = Server::start(listener, routes, None, Arc::default())?;
        let local = Self {
            deployed,
            _verified: verified,
            connect,
            front,
            connect_server,
            ca,
            _credentials: credentials,
        };
        local.start_function(&options).await?;
        Ok(local)
    }

    async fn start_function(&self, options: &Options) -> io::Result<()> {
        let function = self.function();
        function.ensure_started().await.map_err(|error| {
            let file = options.function.as_deref().unwrap_or(Path::new("")).display();
            io::Error::new(error.kind(), format!("cannot start {file}: {error}"))
        })?;
        function.settled(options.init_timeout).await;
        Ok(())
    }

    /// Where API Gateway and Lambda Invoke are: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn front_url(&self) -> String {
        url(&self.front, false)
    }

    /// Where Amazon Connect is.
    #[must_use]
    pub fn connect_url(&self) -> String {
        url(&self.connect_server, self.ca.is_some())
    }

    /// Where the Lambda Runtime API is, in the form of `AWS_LAMBDA_RUNTIME_API`: `127.0.0.1:PORT`.
    #[must_use]
    pub fn runtime_api(&self) -> String {
        self.deployed.runtime.address.to_string()
    }

    /// The certificate that Amazon Connect's is signed with, if it is served over TLS.
    /// The function is given it as `SSL_CERT_FILE`.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca.as_ref().map(CaFile::path)
    }

    /// The environment of the function's process: for whoever starts one themselves, with
    /// [`Options::without_function`].
    #[must_use]
    pub fn function_env(&self) -> &[(String, String)] {
        &self.deployed.env
    }

    /// Waits until a process has asked for its first invocation; the time when it did.
    pub async fn first_poll(&self) -> Instant {
        self.deployed.lambda.first_poll().await
    }

    /// Invokes the function with these bytes, and waits for the outcome.
    pub async fn invoke(&self, payload: impl Into<Vec<u8>>) -> Invoked {
        self.deployed.lambda.invoke(Lambda::call(payload.into())).await
    }

    /// The same under the request id of an earlier invocation, as Lambda retries an asynchronous one.
    pub async fn invoke_again(&self, request_id: &str, payload: impl Into<Vec<u8>>) -> Invoked {
        let call = Call { id: request_id.to_owned(), ..Lambda::call(payload.into()) };
        self.deployed.lambda.invoke(call).await
    }

    /// Invokes the function with this event, and waits for the outcome.
    pub async fn invoke_json(&self, payload: &Value) -> Invoked {
        self.invoke(payload.to_string()).await
    }

    /// The stand-in of Amazon Connect.
    #[must_use]
    pub fn connect(&self) -> &Connect {
        &self.connect
    }

    /// The function's process.
    #[must_use]
    pub fn function(&self) -> &Function {
        self.deployed.function()
    }
}

async fn serve_connect(
    connect: &Connect,
    options: &Options,
) -> io::Result<(Server, Option<CaFile>)> {
    let (acceptor, ca) = if options.tls {
        tls::acceptor().map(|(tls, ca)| (Some(tls), Some(ca)))?
    } else {
        (None, None)
    };
    let listener = server::bind(options.connect_port).await?;
    let routes = connect::server::router(connect.clone());
    let server = Server::start(listener, routes, acceptor, connect.accepted())?;
    Ok((server, ca))
}

/// API Gateway, Lambda Invoke and the local controls, on one port.
fn front(
    deployed: &Deployed,
    verified: Option<&Deployed>,
    participants: Arc<Participants>,
    options: &Options,
) -> Router {
    let lambda = &deployed.lambda;
    let behind_authorizer = &verified.unwrap_or(deployed).lambda;
    let routes = gateway::router(Arc::clone(lambda), Arc::clone(behind_authorizer), options)
        .merge(invoke::router(Arc::clone(lambda), options.narrator.clone()))
        .merge(connect::control::router(participants.connect.clone()));
    let routes = if options.real_connect {
        routes
    } else {
        routes.merge(participant::router(participants, options))
    };
    let routes = if options.playground {
        routes.merge(playground::router(options)).layer(middleware::from_fn(playground::guard))
    } else {
        routes
    };
    routes.layer(middleware::from_fn(gateway::request::keep_names))
}

fn url(server: &Server, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", server.address)
}
