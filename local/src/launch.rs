//! How the function's process is started: its file and its environment.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::world::{FUNCTION_NAME, REGION};

/// The file and the environment of the function's process.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) file: PathBuf,
    env: Vec<(String, String)>,
    inherit_aws: bool,
}

impl Launch {
    pub(crate) fn new(file: PathBuf, runtime_api: &str) -> Self {
        let env = lambda_variables(runtime_api);
        Self {
            file,
            env,
            inherit_aws: false,
        }
    }

    /// Points the function at the stand-in, with credentials that are worth nothing elsewhere.
    pub(crate) fn with_stand_in(mut self, connect_url: &str) -> Self {
        self.env.extend(owned([
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            (
                "AWS_SECRET_ACCESS_KEY",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ),
            ("AWS_SESSION_TOKEN", "local-session-token"),
            ("AWS_ENDPOINT_URL_CONNECT", connect_url),
        ]));
        self
    }

    /// Lets the function see the shell's AWS settings, so that it calls the real Connect.
    pub(crate) fn with_shell_credentials(mut self) -> Self {
        self.inherit_aws = true;
        self
    }

    /// Sets further variables, over what is there.
    pub(crate) fn with_env(mut self, env: impl IntoIterator<Item = (String, String)>) -> Self {
        self.env.extend(env);
        self
    }

    /// Starts the process.
    pub(crate) fn spawn(&self) -> std::io::Result<Child> {
        let mut command = Command::new(&self.file);
        command.env_clear().kill_on_drop(true);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
            .envs(std::env::vars_os().filter(|(name, _)| self.inherits(&name.to_string_lossy())));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.spawn()
    }

    fn inherits(&self, name: &str) -> bool {
        let reaches_aws = ["HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"].contains(&name);
        name == "PATH" || (self.inherit_aws && (reaches_aws || name.starts_with("AWS_")))
    }
}

fn lambda_variables(runtime_api: &str) -> Vec<(String, String)> {
    owned([
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", FUNCTION_NAME),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        (
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "/aws/lambda/start-chat-contact",
        ),
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
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}
