//! The function as deployed: its process, and the Runtime API that the process polls.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::function::Function;
use crate::lambda::Lambda;
use crate::launch::{self, Launch};
use crate::options::Options;
use crate::queue::Queue;
use crate::runtime_api;
use crate::server::{self, Server};

/// A function that can be invoked. Its process ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) runtime: Server,
    /// The environment of its process.
    pub(crate) env: Vec<(String, String)>,
}

/// The Amazon Connect that functions call.
pub(crate) struct Target<'a> {
    pub(crate) url: &'a str,
    /// What its certificate is signed with.
    pub(crate) ca: Option<&'a Path>,
    /// The credentials for it, where it is the real one.
    pub(crate) credentials: &'a [(String, String)],
}

impl Deployed {
    /// Serves a Runtime API on `port`. The process is started when the function is first needed.
    pub(crate) async fn new(
        options: &Options,
        port: u16,
        more_env: &[(String, String)],
        target: &Target<'_>,
    ) -> io::Result<Self> {
        let listener = server::bind(port).await?;
        let runtime_api = listener.local_addr()?.to_string();
        let queue = Arc::new(Queue::default());
        let mut env = environment(options, &runtime_api, target);
        env.extend_from_slice(more_env);
        let function =
            Function::new(launch(options, env.clone()), Arc::clone(&queue), options.echo_logs);
        let lambda = Lambda::new(function, queue, options);
        let routes = runtime_api::router(Arc::clone(&lambda));
        let runtime = Server::start(listener, routes, None, Arc::default())?;
        Ok(Self { lambda, runtime, env })
    }

    pub(crate) fn function(&self) -> &Function {
        &self.lambda.function
    }
}

impl Drop for Deployed {
    fn drop(&mut self) {
        self.lambda.function.abandon();
    }
}

/// The function's environment: Lambda's, the stand-in's unless the real Connect is called, and its own.
fn environment(options: &Options, runtime_api: &str, target: &Target<'_>) -> Vec<(String, String)> {
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
