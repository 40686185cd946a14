//! The function as deployed: its process, and the Runtime API that the process polls.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::function::Function;
use crate::lambda::Lambda;
use crate::launch::Launch;
use crate::options::Options;
use crate::queue::Queue;
use crate::runtime_api;
use crate::server::{self, Server};

/// A function that can be invoked. Its process ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) runtime: Server,
}

/// The Amazon Connect that functions call.
pub(crate) struct Target<'a> {
    pub(crate) url: &'a str,
    /// What its certificate is signed with.
    pub(crate) ca: Option<&'a Path>,
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
        let launch = launch(options, &runtime_api, target)
            .map(|launch| launch.with_env(more_env.iter().cloned()));
        let function = Function::new(launch, Arc::clone(&queue), options.echo_logs);
        let lambda = Lambda::new(function, queue, options);
        let routes = runtime_api::router(Arc::clone(&lambda));
        let runtime = Server::start(listener, routes, None, Arc::default())?;
        Ok(Self { lambda, runtime })
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

fn launch(options: &Options, runtime_api: &str, target: &Target<'_>) -> Option<Launch> {
    let launch = Launch::new(options.function.clone()?, runtime_api);
    if options.real_connect {
        return Some(
            launch
                .with_shell_credentials()
                .with_env(options.env.clone()),
        );
    }
    let ca = target
        .ca
        .map(|ca| ("SSL_CERT_FILE".to_owned(), ca.display().to_string()));
    Some(
        launch
            .with_stand_in(target.url)
            .with_env(ca)
            .with_env(options.env.clone()),
    )
}
