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
use crate::function::Function;
use crate::lambda::{Invoked, Lambda};
use crate::launch::{self, Launch};
use crate::options::Options;
use crate::queue::{Call, Queue};
use crate::server::{self, Server};
use crate::tls::CaFile;
use crate::{gateway, invoke, runtime_api, tls};

/// A running local AWS. It ends, and the function's process with it, when dropped.
#[derive(Debug)]
pub struct LocalAws {
    lambda: Arc<Lambda>,
    connect: Connect,
    front: Server,
    connect_server: Server,
    runtime: Server,
    ca: Option<CaFile>,
    env: Vec<(String, String)>,
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
        let runtime_listener = server::bind(options.runtime_port).await?;
        let runtime_api = runtime_listener.local_addr()?.to_string();
        let queue = Arc::new(Queue::default());
        let connect_url = url(&connect_server, options.tls);
        let mut env = environment(&options, &runtime_api, &connect_url, ca.as_ref());
        let credentials = if options.real_connect {
            Some(ShellCredentials::find().await?)
        } else {
            None
        };
        env.extend(credentials.iter().flat_map(|found| found.variables.clone()));
        let function = Function::new(
            launch(&options, env.clone()),
            Arc::clone(&queue),
            options.echo_logs,
        );
        let lambda = Lambda::new(function, queue, &options);
        let routes = runtime_api::router(Arc::clone(&lambda));
        let runtime = Server::start(runtime_listener, routes, None, Arc::default())?;
        let routes = front(&lambda, &connect, &options);
        let listener = server::bind(options.front_port).await?;
        let front = Server::start(listener, routes, None, Arc::default())?;
        let local = Self {
            lambda,
            connect,
            front,
            connect_server,
            runtime,
            ca,
            env,
            _credentials: credentials,
        };
        local.start_function(&options).await?;
        Ok(local)
    }

    async fn start_function(&self, options: &Options) -> io::Result<()> {
        let function = self.function();
        function.ensure_started().await.map_err(|error| {
            let file = options
                .function
                .as_deref()
                .unwrap_or(Path::new(""))
                .display();
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
        self.runtime.address.to_string()
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
        &self.env
    }

    /// Waits until a process has asked for its first invocation; the time when it did.
    pub async fn first_poll(&self) -> Instant {
        self.lambda.first_poll().await
    }

    /// Invokes the function with these bytes, and waits for the outcome.
    pub async fn invoke(&self, payload: impl Into<Vec<u8>>) -> Invoked {
        self.lambda.invoke(Lambda::call(payload.into())).await
    }

    /// The same under the request id of an earlier invocation, as Lambda retries an asynchronous one.
    pub async fn invoke_again(&self, request_id: &str, payload: impl Into<Vec<u8>>) -> Invoked {
        let call = Call {
            id: request_id.to_owned(),
            ..Lambda::call(payload.into())
        };
        self.lambda.invoke(call).await
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
        &self.lambda.function
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        self.lambda.function.abandon();
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
fn front(lambda: &Arc<Lambda>, connect: &Connect, options: &Options) -> Router {
    gateway::router(Arc::clone(lambda), options)
        .merge(invoke::router(Arc::clone(lambda), options.narrator.clone()))
        .merge(connect::control::router(connect.clone()))
        .layer(middleware::from_fn(gateway::request::keep_names))
}

fn url(server: &Server, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", server.address)
}

/// The function's environment: Lambda's, the stand-in's unless the real Connect is called, and its own.
fn environment(
    options: &Options,
    runtime_api: &str,
    connect_url: &str,
    ca: Option<&CaFile>,
) -> Vec<(String, String)> {
    let mut env = launch::lambda_variables(runtime_api);
    if !options.real_connect {
        env.extend(launch::stand_in_variables(connect_url));
        env.extend(ca.map(|ca| ("SSL_CERT_FILE".to_owned(), ca.path().display().to_string())));
    }
    env.extend(options.env.clone());
    env
}

fn launch(options: &Options, env: Vec<(String, String)>) -> Option<Launch> {
    let launch = Launch::new(options.function.clone()?, env);
    Some(if options.real_connect {
        launch.with_shell_settings()
    } else {
        launch
    })
}
