//! What a local AWS is started with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::world;

/// How many requests a second an API takes, and how many at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: f64,
    /// Requests at once.
    pub burst: u32,
}

impl Rate {
    /// A rate of `per_second` with bursts of `burst`.
    #[must_use]
    pub const fn new(per_second: f64, burst: u32) -> Self {
        Self { per_second, burst }
    }
}

/// What a local AWS is started with; [`Options::new`] has AWS's own defaults.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each switches something of its own on")]
pub struct Options {
    /// The function's binary; `None` when something else polls the Runtime API.
    pub function: Option<PathBuf>,
    /// The function's own environment variables, over those that Lambda sets.
    pub env: Vec<(String, String)>,
    /// If any, requests with claims go to a second process of the function, which has these variables besides.
    pub verified_env: Vec<(String, String)>,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How long the function may take before it asks for its first invocation.
    pub init_timeout: Duration,
    /// How long API Gateway waits for the function; `None` for AWS's 30 s (HTTP API) and 29 s (REST API).
    pub integration_timeout: Option<Duration>,
    /// The port of API Gateway and Lambda Invoke; 0 for any.
    pub front_port: u16,
    /// The port of Amazon Connect; 0 for any.
    pub connect_port: u16,
    /// The port of the Lambda Runtime API; 0 for any.
    pub runtime_port: u16,
    /// How many chats may run at once.
    pub quota: usize,
    /// The rate of `StartChatContact`; `None` lifts every rate limit.
    pub rate: Option<Rate>,
    /// Whether Amazon Connect is served over TLS.
    pub tls: bool,
    /// Whether the function calls the real Amazon Connect, with the shell's own credentials.
    pub real_connect: bool,
    /// Whether browsers that open `/` of the front get the playground.
    pub playground: bool,
    /// Whether the function's log lines are written to standard error as they come.
    pub echo_logs: bool,
    /// The instances that Amazon Connect knows.
    pub instances: Vec<String>,
    /// The flows that each instance has.
    pub flows: Vec<String>,
    /// Who is told of each request as it goes.
    pub narrator: Narrator,
    /// Who is told of each message of a chat as it goes.
    pub chat_narrator: Narrator,
    /// How many times as fast as a clock's the time of chats passes.
    pub chat_pace: f64,
}

impl Options {
    /// Everything as on AWS, for the function in the file `function`.
    #[must_use]
    pub fn new(function: impl Into<PathBuf>) -> Self {
        Self { function: Some(function.into()), ..Self::without_function() }
    }

    /// Everything as on AWS, without a process: whoever asks the Runtime API is the function.
    #[must_use]
    pub fn without_function() -> Self {
        Self {
            function: None,
            env: Vec::new(),
            verified_env: Vec::new(),
            timeout: Duration::from_secs(29),
            init_timeout: Duration::from_secs(10),
            integration_timeout: None,
            front_port: 0,
            connect_port: 0,
            runtime_port: 0,
            quota: 500,
            rate: Some(Rate::new(5.0, 8)),
            tls: false,
            real_connect: false,
            playground: false,
            echo_logs: false,
            instances: vec![world::INSTANCE_ID.to_owned()],
            flows: vec![world::FLOW_ID.to_owned(), world::SECOND_FLOW_ID.to_owned()],
            narrator: Narrator::default(),
            chat_narrator: Narrator::default(),
            chat_pace: 1.0,
        }
    }

    /// Sets one environment variable of the function.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Has requests with claims go to a second process of the function, with this variable besides.
    #[must_use]
    pub fn verified_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.verified_env.push((name.into(), value.into()));
        self
    }

    /// Sets how long one invocation may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long the function may take before it asks for its first invocation.
    #[must_use]
    pub fn init_timeout(mut self, timeout: Duration) -> Self {
        self.init_timeout = timeout;
        self
    }

    /// Sets how long API Gateway waits for the function.
    #[must_use]
    pub fn integration_timeout(mut self, timeout: Duration) -> Self {
        self.integration_timeout = Some(timeout);
        self
    }

    /// Sets the port of API Gateway and Lambda Invoke.
    #[must_use]
    pub fn front_port(mut self, port: u16) -> Self {
        self.front_port = port;
        self
    }

    /// Sets how many chats may run at once.
    #[must_use]
    pub fn quota(mut self, quota: usize) -> Self {
        self.quota = quota;
        self
    }

    /// Sets the rate of `StartChatContact`.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Lifts every rate limit.
    #[must_use]
    pub fn no_rate_limit(mut self) -> Self {
        self.rate = None;
        self
    }

    /// Sets whether Amazon Connect is served over TLS.
    #[must_use]
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Sets whether the function calls the real Amazon Connect.
    #[must_use]
    pub fn real_connect(mut self, real: bool) -> Self {
        self.real_connect = real;
        self
    }

    /// Sets whether browsers that open `/` of the front get the playground.
    #[must_use]
    pub fn playground(mut self, playground: bool) -> Self {
        self.playground = playground;
        self
    }

    /// Sets whether the function's log lines are written to standard error as they come.
    #[must_use]
    pub fn echo_logs(mut self, echo: bool) -> Self {
        self.echo_logs = echo;
        self
    }

    /// Makes Amazon Connect know one more instance.
    #[must_use]
    pub fn instance(mut self, id: impl Into<String>) -> Self {
        self.instances.push(id.into());
        self
    }

    /// Makes Amazon Connect know one more flow.
    #[must_use]
    pub fn flow(mut self, id: impl Into<String>) -> Self {
        self.flows.push(id.into());
        self
    }

    /// Has `tell` called with one line for each request as it goes.
    #[must_use]
    pub fn narrate(mut self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.narrator = Narrator(Some(Arc::new(tell)));
        self
    }

    /// Has `tell` called with one line for each message of a chat as it goes.
    #[must_use]
    pub fn narrate_chats(mut self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.chat_narrator = Narrator(Some(Arc::new(tell)));
        self
    }

    /// Sets how many times as fast as a clock's the time of chats passes: how soon agents answer, how long a chat
    /// waits for its customer and how long it runs.
    #[must_use]
    pub fn chat_pace(mut self, pace: f64) -> Self {
        self.chat_pace = pace;
        self
    }
}

/// Who is told of each request; nobody by default.
#[derive(Clone, Default)]
pub struct Narrator(Option<Tell>);

type Tell = Arc<dyn Fn(&str) + Send + Sync>;

impl Narrator {
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        if let Some(tell) = &self.0 {
            tell(&line());
        }
    }
}

impl fmt::Debug for Narrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Narrator(set)" } else { "Narrator(none)" })
    }
}
