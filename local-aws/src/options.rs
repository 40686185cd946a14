//! The options of a local AWS.

use std::path::PathBuf;
use std::time::Duration;

use crate::fixtures;
use crate::observer::Observer;

/// The rate limit of an API operation: a token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests per second.
    pub per_second: f64,
    /// The size of the bucket.
    pub burst: u32,
}

impl Rate {
    /// A limit of `per_second` with bursts of `burst`.
    #[must_use]
    pub const fn new(per_second: f64, burst: u32) -> Self {
        Self { per_second, burst }
    }
}

/// The options of a local AWS. [`Options::new`] has the defaults of AWS.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch")]
pub struct Options {
    /// The function's binary; `None` if something else polls the Runtime API.
    pub function: Option<PathBuf>,
    /// Environment variables of the function, in addition to Lambda's.
    pub env: Vec<(String, String)>,
    /// If not empty, requests with claims go to a second process of the function, which has these
    /// variables in addition.
    pub verified_env: Vec<(String, String)>,
    /// The timeout of an invocation.
    pub timeout: Duration,
    /// The time within which the function must ask for its first invocation.
    pub init_timeout: Duration,
    /// API Gateway's timeout; `None` for AWS's 30 s (HTTP API) and 29 s (REST API).
    pub integration_timeout: Option<Duration>,
    /// The port of API Gateway, the Invoke API and the playground; 0 for any.
    pub api_gateway_port: u16,
    /// The port of Amazon Connect; 0 for any.
    pub connect_port: u16,
    /// The port of the Lambda Runtime API; 0 for any.
    pub runtime_port: u16,
    /// The quota of concurrent chats.
    pub quota: usize,
    /// The rate limit of `StartChatContact`; `None` lifts every rate limit.
    pub rate: Option<Rate>,
    /// Whether Amazon Connect is served over TLS.
    pub tls: bool,
    /// Whether the function calls the real Amazon Connect, with the shell's credentials.
    pub real_connect: bool,
    /// Whether browsers that open `/` of API Gateway get the playground.
    pub playground: bool,
    /// Whether the function's log lines are also written to standard error.
    pub echo_logs: bool,
    /// The instances that exist in Amazon Connect.
    pub instances: Vec<String>,
    /// The flows of every instance.
    pub flows: Vec<String>,
    /// The name of the event bus.
    pub event_bus: String,
    /// The name of the table.
    pub table: String,
    /// The observer of the requests.
    pub observer: Observer,
    /// The observer of the messages in chats.
    pub chat_observer: Observer,
    /// How many times as fast as real time chats run.
    pub chat_pace: f64,
}

impl Options {
    /// The defaults of AWS, for the function in the file `function`.
    #[must_use]
    pub fn new(function: impl Into<PathBuf>) -> Self {
        Self { function: Some(function.into()), ..Self::without_function() }
    }

    /// The defaults of AWS without a process: whatever polls the Runtime API is the function.
    #[must_use]
    pub fn without_function() -> Self {
        Self {
            function: None,
            env: Vec::new(),
            verified_env: Vec::new(),
            timeout: Duration::from_secs(29),
            init_timeout: Duration::from_secs(10),
            integration_timeout: None,
            api_gateway_port: 0,
            connect_port: 0,
            runtime_port: 0,
            quota: 500,
            rate: Some(Rate::new(5.0, 8)),
            tls: false,
            real_connect: false,
            playground: false,
            echo_logs: false,
            instances: vec![fixtures::INSTANCE_ID.to_owned()],
            flows: vec![fixtures::FLOW_ID.to_owned(), fixtures::SECOND_FLOW_ID.to_owned()],
            event_bus: fixtures::EVENT_BUS.to_owned(),
            table: fixtures::CONTACT_TABLE.to_owned(),
            observer: Observer::default(),
            chat_observer: Observer::default(),
            chat_pace: 1.0,
        }
    }

    /// Adds an environment variable of the function.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sends requests with claims to a second process of the function, which has this variable in
    /// addition.
    #[must_use]
    pub fn verified_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.verified_env.push((name.into(), value.into()));
        self
    }

    /// Sets the timeout of an invocation.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time within which the function must ask for its first invocation.
    #[must_use]
    pub fn init_timeout(mut self, timeout: Duration) -> Self {
        self.init_timeout = timeout;
        self
    }

    /// Sets API Gateway's timeout.
    #[must_use]
    pub fn integration_timeout(mut self, timeout: Duration) -> Self {
        self.integration_timeout = Some(timeout);
        self
    }

    /// Sets the port of API Gateway, the Invoke API and the playground.
    #[must_use]
    pub fn api_gateway_port(mut self, port: u16) -> Self {
        self.api_gateway_port = port;
        self
    }

    /// Sets the quota of concurrent chats.
    #[must_use]
    pub fn quota(mut self, quota: usize) -> Self {
        self.quota = quota;
        self
    }

    /// Sets the rate limit of `StartChatContact`.
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

    /// Sets whether browsers that open `/` of API Gateway get the playground.
    #[must_use]
    pub fn playground(mut self, playground: bool) -> Self {
        self.playground = playground;
        self
    }

    /// Sets whether the function's log lines are also written to standard error.
    #[must_use]
    pub fn echo_logs(mut self, echo: bool) -> Self {
        self.echo_logs = echo;
        self
    }

    /// Adds an instance to Amazon Connect.
    #[must_use]
    pub fn instance(mut self, id: impl Into<String>) -> Self {
        self.instances.push(id.into());
        self
    }

    /// Adds a flow to Amazon Connect.
    #[must_use]
    pub fn flow(mut self, id: impl Into<String>) -> Self {
        self.flows.push(id.into());
        self
    }

    /// Sets a function that is called with one line per request.
    #[must_use]
    pub fn observe(mut self, callback: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.observer = Observer::new(callback);
        self
    }

    /// Sets a function that is called with one line per message in a chat.
    #[must_use]
    pub fn observe_chats(mut self, callback: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.chat_observer = Observer::new(callback);
        self
    }

    /// Sets how many times as fast as real time chats run: how soon the agent answers, how long a
    /// chat waits for its customer, and how long it lasts.
    #[must_use]
    pub fn chat_pace(mut self, pace: f64) -> Self {
        self.chat_pace = pace;
        self
    }
}
