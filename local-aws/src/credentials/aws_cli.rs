//! Credentials and the region from the AWS CLI.

use std::io;
use std::process::Output;

use serde::Deserialize;
use tokio::process::Command;

const REMEDY: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with the AWS CLI \
                      (`aws configure` or `aws sso login`)";

/// The output of `aws configure export-credentials`. It holds secrets, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Exported {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) expiration: Option<String>,
}

/// Runs `aws configure export-credentials`, which asks no questions.
///
/// # Errors
///
/// Returns an error that says what to do if the AWS CLI is not installed or has no credentials.
pub(crate) async fn export_credentials() -> io::Result<Exported> {
    let output = match aws(&["configure", "export-credentials", "--format", "process"]).await {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("no AWS credentials, and the AWS CLI is not installed: {REMEDY}");
            return Err(io::Error::other(message));
        }
        Err(error) => return Err(io::Error::other(format!("cannot run the AWS CLI: {error}"))),
    };
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let message = message.trim().lines().last().unwrap_or("it failed").trim_end_matches('.');
        return Err(io::Error::other(format!(
            "no AWS credentials: the AWS CLI says: {message}. To fix it, {REMEDY}"
        )));
    }
    // The parser's message can quote the output.
    serde_json::from_slice(&output.stdout).map_err(|_| {
        io::Error::other(format!(
            "no AWS credentials: cannot parse the output of `aws configure export-credentials`: \
             update the AWS CLI, or {REMEDY}"
        ))
    })
}

/// The region of the profile, by `aws configure get region`.
pub(crate) async fn region() -> Option<String> {
    let output = aws(&["configure", "get", "region"]).await.ok()?;
    let region = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !region.is_empty()).then_some(region)
}

async fn aws(arguments: &[&str]) -> io::Result<Output> {
    Command::new("aws").args(arguments).stdin(std::process::Stdio::null()).output().await
}
