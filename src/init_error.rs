//! Reports to Lambda why an execution environment cannot serve.

use http::Method;
use lambda_runtime::Diagnostic;
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{BoxError, Client, build_request};

/// Reports that the function cannot start
/// (`POST /2018-06-01/runtime/init/error`).
///
/// # Errors
///
/// Returns an error if the Runtime API cannot be reached.
pub async fn report(error_type: &str, message: &str) -> Result<(), BoxError> {
    let diagnostic =
        Diagnostic { error_type: error_type.to_owned(), error_message: message.to_owned() };
    let body = serde_json::to_vec(&diagnostic)?;
    let request = build_request()
        .method(Method::POST)
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", error_type)
        .body(Body::from(body))?;
    Client::builder().build()?.call(request).await?;
    Ok(())
}
