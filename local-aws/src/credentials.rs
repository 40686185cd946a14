//! AWS credentials for a function that calls the real Amazon Connect: those in the shell's
//! variables, else those that the AWS CLI finds in profiles, SSO sessions and elsewhere.

mod aws_cli;
mod endpoint;

use std::io;

use crate::http::Server;

/// The variables by which the function finds its credentials, and what is behind them.
#[derive(Debug)]
pub(crate) struct ShellCredentials {
    pub(crate) variables: Vec<(String, String)>,
    _endpoint: Option<Server>,
}

impl ShellCredentials {
    /// Finds the credentials and the region. Credentials that expire are served on loopback, as
    /// Lambda serves those of SnapStart functions, so that the function can get new ones.
    ///
    /// # Errors
    ///
    /// Returns an error that says what to do if there are no credentials, or no region.
    pub(crate) async fn find() -> io::Result<Self> {
        let (mut variables, endpoint) = match shell_credentials() {
            Some(variables) => (variables, None),
            None => exported_credentials().await?,
        };
        if shell_variable("AWS_REGION").or_else(|| shell_variable("AWS_DEFAULT_REGION")).is_none() {
            let region = aws_cli::region().await;
            let region = region.ok_or_else(|| io::Error::other("no AWS region: set AWS_REGION"))?;
            variables.push(("AWS_REGION".to_owned(), region));
        }
        Ok(Self { variables, _endpoint: endpoint })
    }
}

/// The credentials in the shell's variables.
fn shell_credentials() -> Option<Vec<(String, String)>> {
    let variable = |name: &str| Some((name.to_owned(), shell_variable(name)?));
    let keys = [variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?];
    Some(keys.into_iter().chain(variable("AWS_SESSION_TOKEN")).collect())
}

async fn exported_credentials() -> io::Result<(Vec<(String, String)>, Option<Server>)> {
    let exported = aws_cli::export_credentials().await?;
    if exported.expiration.is_some() {
        let (variables, endpoint) = endpoint::serve(exported).await?;
        return Ok((variables, Some(endpoint)));
    }
    let mut variables = vec![
        ("AWS_ACCESS_KEY_ID".to_owned(), exported.access_key_id),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), exported.secret_access_key),
    ];
    let token = exported.session_token;
    variables.extend(token.map(|token| ("AWS_SESSION_TOKEN".to_owned(), token)));
    Ok((variables, None))
}

#[expect(clippy::disallowed_methods, reason = "the shell's credentials are passed on")]
fn shell_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
