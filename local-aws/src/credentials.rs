//! The shell's own AWS credentials, served to the function as Lambda's SnapStart serves them: the function itself
//! reads no profile.

use std::io;
use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_types::date_time::{DateTime, Format};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::respond;
use crate::server::{self, Server};

/// What gives the function the shell's credentials, for as long as it lives.
#[derive(Debug)]
pub(crate) struct ShellCredentials {
    /// The variables that the function finds them by.
    pub(crate) variables: Vec<(String, String)>,
    _server: Option<Server>,
}

struct Source {
    provider: SharedCredentialsProvider,
    token: String,
}

impl ShellCredentials {
    /// Finds the shell's credentials as the AWS CLI does: environment, profile, SSO, a process. Those that end are
    /// served, so that the function can ask for new ones; a user's keys are handed over as they are.
    ///
    /// # Errors
    ///
    /// Where there are none.
    pub(crate) async fn find() -> io::Result<Self> {
        let config = load().await;
        let provider = config
            .credentials_provider()
            .ok_or_else(|| io::Error::other("there are no AWS credentials"))?;
        let found = provider.provide_credentials().await;
        let found = found
            .map_err(|error| io::Error::other(format!("no AWS credentials: {}", causes(&error))))?;
        let (mut variables, server) = match found.session_token() {
            None => (keys(&found), None),
            Some(_) => serve(provider).await?,
        };
        let region = config.region().map(ToString::to_string);
        variables.extend(region.map(|region| ("AWS_REGION".to_owned(), region)));
        Ok(Self { variables, _server: server })
    }
}

fn keys(found: &Credentials) -> Vec<(String, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID".to_owned(), found.access_key_id().to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), found.secret_access_key().to_owned()),
    ]
}

/// Serves credentials on loopback to whoever has the token.
async fn serve(
    provider: SharedCredentialsProvider,
) -> io::Result<(Vec<(String, String)>, Option<Server>)> {
    let token = Uuid::new_v4().to_string();
    let source = Arc::new(Source { provider, token: token.clone() });
    let routes = Router::new().route("/", get(credentials)).with_state(source);
    let listener = server::bind(0).await?;
    let server = Server::start(listener, routes, None, Arc::default())?;
    let variables = vec![
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(), format!("http://{}/", server.address)),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN".to_owned(), token),
    ];
    Ok((variables, Some(server)))
}

async fn load() -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
    loader.http_client(http.build_https()).load().await
}

async fn credentials(State(source): State<Arc<Source>>, headers: HeaderMap) -> Response {
    let token = headers.get("authorization").map(HeaderValue::as_bytes);
    if token != Some(source.token.as_bytes()) {
        return respond::json(StatusCode::FORBIDDEN, &json!({"message": "wrong token"}));
    }
    match source.provider.provide_credentials().await {
        Ok(credentials) => respond::json(StatusCode::OK, &document(&credentials)),
        Err(error) => {
            let message = json!({"code": "CredentialsError", "message": causes(&error)});
            respond::json(StatusCode::BAD_GATEWAY, &message)
        }
    }
}

/// Credentials as ECS words them ("Container credential provider", AWS SDKs and Tools reference).
fn document(credentials: &Credentials) -> Value {
    let expiry = credentials.expiry().map(DateTime::from);
    // A key without an end must be asked for again some day, too.
    let expiry = expiry.unwrap_or_else(|| DateTime::from_secs(4_102_444_800));
    json!({
        "AccessKeyId": credentials.access_key_id(),
        "SecretAccessKey": credentials.secret_access_key(),
        "Token": credentials.session_token().unwrap_or_default(),
        "Expiration": expiry.fmt(Format::DateTime).unwrap_or_default(),
    })
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
