//! A deployed function: its process, and the Runtime API that the process polls.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::function::Function;
use super::lambda::Lambda;
use super::launch::{self, Launch};
use super::queue::Queue;
use super::routes;
use crate::http::{self, Server};
use crate::options::Options;

/// A function that can be invoked. Its process is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) runtime: Server,
    /// The environment of the process.
    pub(crate) env: Vec<(String, String)>,
}

/// The Amazon Connect that the function calls.
pub(crate) struct ConnectTarget<'a> {
    pub(crate) url: &'a str,
    /// The certificate of its authority, if it is the stand-in over TLS.
    pub(crate) ca: Option<&'a Path>,
    /// The variables with credentials for it, if it is the real one.
    pub(crate) credentials: &'a [(String, String)],
}

impl Deployment {
    /// Serves a Runtime API on `port`. The process is started by the first invocation.
    pub(crate) async fn new(
        options: &Options,
        port: u16,
        more_env: &[(String, String)],
        target: &ConnectTarget<'_>,
    ) -> io::Result<Self> {
        let listener = http::bind(port).await?;
        let runtime_api = listener.local_addr()?.to_string();
        let queue = Arc::new(Queue::default());
        let mut env = environment(options, &runtime_api, target);
        env.extend_from_slice(more_env);
        let function =
            Function::new(launch(options, env.clone()), Arc::clone(&queue), options.echo_logs);
        let lambda = Lambda::new(function, queue, options);
        let routes = routes::router(Arc::clone(&lambda));
        let runtime = Server::start(listener, routes, None, Arc::default())?;
        Ok(Self { lambda, runtime, env })
    }

    pub(crate) fn function(&self) -> &Function {
        &self.lambda.function
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.lambda.function.abandon();
    }
}

/// The function's environment: Lambda's variables, those of the stand-in unless the real Connect is
/// called, and the function's settings.
fn environment(
    options: &Options,
    runtime_api: &str,
    target: &ConnectTarget<'_>,
) -> Vec<(String, String)> {
    let mut env = launch::lambda_variables(runtime_api);
    if !options.real_connect {
        env.extend(launch::stand_in_variables(target.url));
        let ca = target.ca.map(|ca| ca.display().to_string());
        env.extend(ca.map(|ca| ("SSL_CERT_FILE".to_owned(), ca)));
    }
    env.extend(options.env.clone());
    env.extend_from_slice(target.credentials);
    env
}

fn launch(options: &Options, env: Vec<(String, String)>) -> Option<Launch> {
    let launch = Launch::new(options.function.clone()?, env);
    Some(if options.real_connect { launch.with_shell_settings() } else { launch })
}
