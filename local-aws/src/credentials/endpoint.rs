//! A container credentials endpoint: serves credentials that expire, and gets new ones from the
//! AWS CLI.

use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use uuid::Uuid;

use super::aws_cli::{self, Exported};
use crate::http::{self, Server, reply};
use crate::lock::lock;

struct Endpoint {
    token: String,
    /// The credentials that were found at the start, for the first request.
    first: Mutex<Option<Exported>>,
}

/// Serves credentials on loopback. Returns the variables with the endpoint's URL and its token,
/// without which it answers nothing.
pub(crate) async fn serve(first: Exported) -> io::Result<(Vec<(String, String)>, Server)> {
    let token = Uuid::new_v4().to_string();
    let endpoint = Arc::new(Endpoint { token: token.clone(), first: Mutex::new(Some(first)) });
    let routes = Router::new().route("/", get(credentials)).with_state(endpoint);
    let listener = http::bind(0).await?;
    let server = Server::start(listener, routes, None, Arc::default())?;
    let variables = vec![
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(), format!("http://{}/", server.address)),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN".to_owned(), token),
    ];
    Ok((variables, server))
}

async fn credentials(State(endpoint): State<Arc<Endpoint>>, headers: HeaderMap) -> Response {
    let token = headers.get("authorization").map(HeaderValue::as_bytes);
    if token != Some(endpoint.token.as_bytes()) {
        return reply::json(StatusCode::FORBIDDEN, &json!({"message": "wrong token"}));
    }
    let first = lock(&endpoint.first).take();
    let credentials = match first {
        Some(first) => Ok(first),
        None => aws_cli::export_credentials().await,
    };
    match credentials {
        Ok(credentials) => document(credentials),
        Err(error) => {
            let body = json!({"code": "CredentialsError", "message": error.to_string()});
            reply::json(StatusCode::BAD_GATEWAY, &body)
        }
    }
}

/// The format of "Container credential provider" in the AWS SDKs and Tools Reference Guide.
fn document(credentials: Exported) -> Response {
    let body = json!({
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token.unwrap_or_default(),
        // Required. Credentials without an end are not served, except after a change of profile.
        "Expiration": credentials.expiration.unwrap_or_else(|| "2100-01-01T00:00:00Z".to_owned()),
    });
    reply::json(StatusCode::OK, &body)
}
