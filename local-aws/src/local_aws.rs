//! Starts and stops everything together.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::middleware;
use serde_json::Value;

use crate::connect::server::Services;
use crate::connect::{self, Connect};
use crate::credentials::ShellCredentials;
use crate::dynamodb::Table;
use crate::event_bridge::EventBus;
use crate::http::{self, CaFile, Server};
use crate::options::Options;
use crate::participant::{self, Participants};
use crate::runtime_api::{Call, ConnectTarget, Deployment, Function, Invoked, Lambda};
use crate::{gateway, playground};

/// A running local AWS. It stops when dropped, and the function's process with it.
#[derive(Debug)]
pub struct LocalAws {
    deployment: Deployment,
    /// The function behind an authorizer, if it is a second one.
    verified: Option<Deployment>,
    services: Services,
    api_gateway: Server,
    connect_server: Server,
    ca: Option<CaFile>,
    _credentials: Option<ShellCredentials>,
}

impl LocalAws {
    /// Starts the servers and the function's process, and waits until the process has asked for
    /// work or has failed to start.
    ///
    /// # Errors
    ///
    /// Returns an error if a port is in use, or the process cannot be started.
    pub async fn start(options: Options) -> io::Result<Self> {
        let services = Services {
            connect: Connect::new(&options),
            event_bus: EventBus::new(&options.event_bus),
            table: Table::new(&options.table),
        };
        let (connect_server, ca) = serve_services(&services, &options).await?;
        let credentials = if options.real_connect && options.function.is_some() {
            Some(ShellCredentials::find().await?)
        } else {
            None
        };
        let target = ConnectTarget {
            url: &url(&connect_server, options.tls),
            ca: ca.as_ref().map(CaFile::path),
            credentials: credentials.as_ref().map_or(&[][..], |found| &found.variables),
        };
        let deployment = Deployment::new(&options, options.runtime_port, &[], &target).await?;
        let verified = if options.verified_env.is_empty() {
            None
        } else {
            Some(Deployment::new(&options, 0, &options.verified_env, &target).await?)
        };
        let listener = http::bind(options.api_gateway_port).await?;
        let address = listener.local_addr()?;
        let routes = api_gateway(&deployment, verified.as_ref(), &services, &options, address);
        let api_gateway = Server::start_public(listener, routes, None, Arc::default())?;
        let local = Self {
            deployment,
            verified,
            services,
            api_gateway,
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
        function.initialized(options.init_timeout).await;
        Ok(())
    }

    /// The URL of API Gateway, the Invoke API and the playground: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn api_gateway_url(&self) -> String {
        url(&self.api_gateway, false)
    }

    /// The URL of Amazon Connect, EventBridge and DynamoDB.
    #[must_use]
    pub fn connect_url(&self) -> String {
        url(&self.connect_server, self.ca.is_some())
    }

    /// The address of the Runtime API, as in `AWS_LAMBDA_RUNTIME_API`: `127.0.0.1:PORT`.
    #[must_use]
    pub fn runtime_api(&self) -> String {
        self.deployment.runtime.address.to_string()
    }

    /// The certificate of the authority behind Amazon Connect's, if it is served over TLS. The
    /// function has its path as `SSL_CERT_FILE`.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca.as_ref().map(CaFile::path)
    }

    /// The environment for a process that somebody else starts, with
    /// [`Options::without_function`].
    #[must_use]
    pub fn function_env(&self) -> &[(String, String)] {
        &self.deployment.env
    }

    /// Waits until a process has asked for its first invocation, and returns the time of that.
    pub async fn first_poll(&self) -> Instant {
        self.deployment.lambda.first_poll().await
    }

    /// Invokes the function with a payload, and waits for the outcome.
    pub async fn invoke(&self, payload: impl Into<Vec<u8>>) -> Invoked {
        self.deployment.lambda.invoke(Lambda::call(payload.into())).await
    }

    /// Invokes the function with the request id of an earlier invocation, as Lambda does to retry
    /// an asynchronous one.
    pub async fn invoke_again(&self, request_id: &str, payload: impl Into<Vec<u8>>) -> Invoked {
        let call = Call { id: request_id.to_owned(), ..Lambda::call(payload.into()) };
        self.deployment.lambda.invoke(call).await
    }

    /// Invokes the second process of the function with a payload, and with the request id of an
    /// earlier invocation if there is one. Without a second process, the first one is invoked.
    pub async fn invoke_second(
        &self,
        request_id: Option<&str>,
        payload: impl Into<Vec<u8>>,
    ) -> Invoked {
        let call = Lambda::call(payload.into());
        let id = request_id.map_or_else(|| call.id.clone(), str::to_owned);
        let deployment = self.verified.as_ref().unwrap_or(&self.deployment);
        deployment.lambda.invoke(Call { id, ..call }).await
    }

    /// Invokes the function with a JSON payload, and waits for the outcome.
    pub async fn invoke_json(&self, payload: &Value) -> Invoked {
        self.invoke(payload.to_string()).await
    }

    /// The stand-in of Amazon Connect.
    #[must_use]
    pub fn connect(&self) -> &Connect {
        &self.services.connect
    }

    /// The stand-in of the event bus.
    #[must_use]
    pub fn event_bus(&self) -> &EventBus {
        &self.services.event_bus
    }

    /// The stand-in of the table.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.services.table
    }

    /// The function's process.
    #[must_use]
    pub fn function(&self) -> &Function {
        self.deployment.function()
    }

    /// The second process of the function, if there is one. It starts with its first invocation.
    #[must_use]
    pub fn second_function(&self) -> Option<&Function> {
        self.verified.as_ref().map(Deployment::function)
    }
}

async fn serve_services(
    services: &Services,
    options: &Options,
) -> io::Result<(Server, Option<CaFile>)> {
    let (acceptor, ca) = if options.tls {
        http::acceptor().map(|(tls, ca)| (Some(tls), Some(ca)))?
    } else {
        (None, None)
    };
    let listener = http::bind(options.connect_port).await?;
    let routes = connect::server::router(services.clone());
    let server = Server::start(listener, routes, acceptor, services.connect.accepted())?;
    Ok((server, ca))
}

/// The routes of API Gateway, the Invoke API, the participant service, the local controls and the
/// playground.
fn api_gateway(
    deployment: &Deployment,
    verified: Option<&Deployment>,
    services: &Services,
    options: &Options,
    address: SocketAddr,
) -> Router {
    let port = address.port();
    let participants = Participants::new(options, services.connect.clone(), address);
    let lambda = &deployment.lambda;
    let behind_authorizer = &verified.unwrap_or(deployment).lambda;
    let mut apis = gateway::router(Arc::clone(lambda), Arc::clone(behind_authorizer), options);
    let mut local = gateway::invoke_api::router(Arc::clone(lambda), options.observer.clone())
        .merge(services.controls());
    if !options.real_connect {
        apis = apis.merge(participant::router(&participants, options));
        local = local.merge(participant::control_router(participants));
    }
    if options.playground {
        local = local.merge(playground::router(options));
    }
    let mut routes =
        gateway::limit_access(apis, port, options).merge(http::local_only(local, port));
    if options.playground {
        routes = routes.layer(middleware::from_fn_with_state(port, playground::serve_page));
    }
    routes.layer(middleware::from_fn(gateway::keep_raw_headers))
}

fn url(server: &Server, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", server.address)
}
