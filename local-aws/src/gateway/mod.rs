//! API Gateway: an HTTP API with payload format 2.0 at `/`, one with format 1.0 at `/v1/`, a REST API at `/rest/`.

mod answer;
mod event_v1;
mod event_v2;
pub(crate) mod request;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::Request;
use axum::response::Response;
use axum::routing::any;
use serde_json::Value;

use crate::lambda::{Lambda, SYNC_LIMIT};
use crate::options::{Narrator, Options};
use crate::queue::Call;
use crate::receive;
use crate::server::Connection;
use answer::Problem;
use request::Incoming;

/// The largest request body that API Gateway takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Which kind of API a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// An HTTP API with payload format 2.0.
    HttpV2,
    /// An HTTP API with payload format 1.0.
    HttpV1,
    /// A REST API.
    Rest,
}

impl Api {
    fn event(self, incoming: &Incoming) -> Value {
        match self {
            Self::HttpV2 => event_v2::event(incoming),
            Self::HttpV1 => event_v1::http_event(incoming),
            Self::Rest => event_v1::rest_event(incoming),
        }
    }

    fn patience(self) -> Duration {
        Duration::from_secs(if self == Self::Rest { 29 } else { 30 })
    }
}

struct Gateway {
    lambda: Arc<Lambda>,
    /// Invoked for requests with claims.
    behind_authorizer: Arc<Lambda>,
    patience: Option<Duration>,
    narrator: Narrator,
}

/// The routes of all three APIs.
pub(crate) fn router(
    lambda: Arc<Lambda>,
    behind_authorizer: Arc<Lambda>,
    options: &Options,
) -> Router {
    let gateway = Gateway {
        lambda,
        behind_authorizer,
        patience: options.integration_timeout,
        narrator: options.narrator.clone(),
    };
    let on = |api: Api| {
        move |State(gateway): State<Arc<Gateway>>,
              ConnectInfo(connection): ConnectInfo<Connection>,
              request| async move { gateway.handle(api, &connection, request).await }
    };
    Router::new()
        .route("/rest", any(on(Api::Rest)))
        .route("/rest/", any(on(Api::Rest)))
        .route("/rest/{*path}", any(on(Api::Rest)))
        .route("/v1", any(on(Api::HttpV1)))
        .route("/v1/", any(on(Api::HttpV1)))
        .route("/v1/{*path}", any(on(Api::HttpV1)))
        .fallback(on(Api::HttpV2))
        .with_state(Arc::new(gateway))
}

impl Gateway {
    async fn handle(&self, api: Api, connection: &Connection, request: Request<Body>) -> Response {
        let began = Instant::now();
        let line = format!("{} {}", request.method(), request.uri());
        let response = match self.proxied(api, connection, request).await {
            Ok(response) => response,
            Err(problem) => problem.response(api),
        };
        self.narrator.tell(|| {
            format!("{line} → {} ({} ms)", response.status(), began.elapsed().as_millis())
        });
        response
    }

    fn function_for(&self, incoming: &Incoming) -> &Arc<Lambda> {
        if incoming.claims.is_some() { &self.behind_authorizer } else { &self.lambda }
    }

    async fn proxied(
        &self,
        api: Api,
        connection: &Connection,
        request: Request<Body>,
    ) -> Result<Response, Problem> {
        let (head, body) = request.into_parts();
        let body = receive::body(&head.headers, body, BODY_LIMIT).await.ok_or(Problem::TooLarge)?;
        let incoming =
            Incoming::new(&head, &body, connection.peer.ip()).map_err(Problem::Refused)?;
        let payload = api.event(&incoming).to_string().into_bytes();
        if payload.len() > SYNC_LIMIT {
            return Err(Problem::TooLarge);
        }
        let call = Call { trace_id: incoming.trace_id.clone(), ..Lambda::call(payload) };
        // A task of its own: the function goes on when the client or API Gateway gives up.
        let lambda = Arc::clone(self.function_for(&incoming));
        let invocation = tokio::spawn(async move { lambda.invoke(call).await });
        match tokio::time::timeout(self.patience.unwrap_or(api.patience()), invocation).await {
            Err(_) => Err(Problem::TimedOut),
            Ok(Err(_)) => Err(Problem::Malformed),
            Ok(Ok(invoked)) => answer::response(api, &invoked, &incoming),
        }
    }
}
