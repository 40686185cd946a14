//! The start of the function's process: its file and its environment.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::fixtures::{FUNCTION_NAME, REGION};

/// The variables that give a process credentials.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];

/// The file and the environment of the function's process.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) file: PathBuf,
    env: Vec<(String, String)>,
    inherit_aws: bool,
}

impl Launch {
    pub(crate) fn new(file: PathBuf, env: Vec<(String, String)>) -> Self {
        Self { file, env, inherit_aws: false }
    }

    /// Passes the AWS settings of the shell on, so that the function calls the real Connect.
    pub(crate) fn with_shell_settings(mut self) -> Self {
        self.inherit_aws = true;
        self
    }

    /// Starts the process.
    #[expect(clippy::disallowed_methods, reason = "the shell's AWS settings are passed on")]
    pub(crate) fn spawn(&self) -> std::io::Result<Child> {
        let mut command = Command::new(&self.file);
        command.env_clear().kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
            .envs(std::env::vars_os().filter(|(name, _)| self.inherits(&name.to_string_lossy())));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.spawn()
    }

    fn inherits(&self, name: &str) -> bool {
        let is_trust_store = ["SSL_CERT_FILE", "SSL_CERT_DIR"].contains(&name);
        // Credentials are passed on by the module `credentials`, wherever they come from.
        let is_setting = name.starts_with("AWS_") && !CREDENTIALS.contains(&name);
        name == "PATH" || (self.inherit_aws && (is_trust_store || is_setting))
    }
}

/// The variables that point the function at the stand-in, with credentials of no value.
pub(crate) fn stand_in_variables(connect_url: &str) -> Vec<(String, String)> {
    owned([
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "local-session-token"),
        ("AWS_ENDPOINT_URL_CONNECT", connect_url),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", connect_url),
        ("AWS_ENDPOINT_URL_DYNAMODB", connect_url),
    ])
}

/// The variables that Lambda sets.
pub(crate) fn lambda_variables(runtime_api: &str) -> Vec<(String, String)> {
    owned([
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", FUNCTION_NAME),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/start-chat-contact"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]local"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("_HANDLER", "bootstrap"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
    ])
}

fn owned<const N: usize>(variables: [(&str, &str); N]) -> Vec<(String, String)> {
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
