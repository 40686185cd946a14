//! The routes of API Gateway: a request becomes an event, the function is invoked with it, and its
//! answer becomes the response.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::Request;
use axum::response::Response;
use axum::routing::any;
use serde_json::Value;

use super::api::Api;
use super::request::ApiRequest;
use super::response::{self, GatewayError};
use super::{event_v1, event_v2};
use crate::http::{Connection, body};
use crate::observer::Observer;
use crate::options::Options;
use crate::runtime_api::{Call, Lambda, SYNC_LIMIT};

/// The largest request body that API Gateway accepts.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

struct Gateway {
    lambda: Arc<Lambda>,
    /// The function for requests with claims.
    behind_authorizer: Arc<Lambda>,
    timeout: Option<Duration>,
    observer: Observer,
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
        timeout: options.integration_timeout,
        observer: options.observer.clone(),
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
        let start = Instant::now();
        let line = format!("{} {}", request.method(), request.uri());
        let response = match self.proxy(api, connection, request).await {
            Ok(response) => response,
            Err(error) => error.response(api),
        };
        self.observer.notify(|| {
            format!("{line} → {} ({} ms)", response.status(), start.elapsed().as_millis())
        });
        response
    }

    async fn proxy(
        &self,
        api: Api,
        connection: &Connection,
        request: Request<Body>,
    ) -> Result<Response, GatewayError> {
        let (head, body) = request.into_parts();
        let body = body::read(&head.headers, body, BODY_LIMIT).await;
        let body = body.ok_or(GatewayError::TooLarge)?;
        let request = ApiRequest::new(&head, &body, connection.peer.ip())
            .map_err(GatewayError::InvalidClaims)?;
        let payload = event(api, &request).to_string().into_bytes();
        if payload.len() > SYNC_LIMIT {
            return Err(GatewayError::TooLarge);
        }
        let call = Call { trace_id: request.trace_id.clone(), ..Lambda::call(payload) };
        // In a task of its own, since the function goes on if the client or API Gateway gives up.
        let lambda = Arc::clone(self.function_for(&request));
        let invocation = tokio::spawn(async move { lambda.invoke(call).await });
        match tokio::time::timeout(self.timeout.unwrap_or(timeout(api)), invocation).await {
            Err(_) => Err(GatewayError::TimedOut),
            Ok(Err(_)) => Err(GatewayError::InvalidAnswer),
            Ok(Ok(invoked)) => response::response(api, &invoked, &request),
        }
    }

    fn function_for(&self, request: &ApiRequest) -> &Arc<Lambda> {
        if request.claims.is_some() { &self.behind_authorizer } else { &self.lambda }
    }
}

fn event(api: Api, request: &ApiRequest) -> Value {
    match api {
        Api::HttpV2 => event_v2::event(request),
        Api::HttpV1 => event_v1::http_event(request),
        Api::Rest => event_v1::rest_event(request),
    }
}

/// How long the API waits for the function.
fn timeout(api: Api) -> Duration {
    Duration::from_secs(if api == Api::Rest { 29 } else { 30 })
}
