//! The arguments of all commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use local_aws::{Options, Rate};

/// The arguments of all commands.
#[derive(Debug, Args)]
pub(crate) struct CommonArgs {
    /// The function's binary.
    #[arg(long, value_name = "BIN")]
    function: PathBuf,
    /// The Amazon Connect that the function calls.
    #[arg(long, value_enum, default_value_t = ConnectChoice::Local)]
    connect: ConnectChoice,
    /// The quota of concurrent chats.
    #[arg(long, default_value_t = 500)]
    quota: usize,
    /// How many chats may be started per second.
    #[arg(long, default_value_t = 5.0, conflicts_with = "no_rate_limit")]
    rate: f64,
    /// How many chats may be started at once.
    #[arg(long, default_value_t = 8, conflicts_with = "no_rate_limit")]
    burst: u32,
    /// Lift every rate limit.
    #[arg(long)]
    no_rate_limit: bool,
    /// The timeout of an invocation.
    #[arg(long, default_value_t = 29.0, value_name = "SECONDS", value_parser = seconds)]
    timeout: f64,
    /// Serve the stand-in of Amazon Connect over TLS.
    #[arg(long)]
    tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ConnectChoice {
    /// The stand-in.
    Local,
    /// The real one, with this shell's AWS credentials.
    Aws,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.001..=900.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("must be between 0.001 and 900".to_owned())
    }
}

impl CommonArgs {
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(&self.function)
            .quota(self.quota)
            .timeout(Duration::from_secs_f64(self.timeout))
            .tls(self.tls)
            .real_connect(self.connect == ConnectChoice::Aws)
            .echo_logs(true);
        options.rate = (!self.no_rate_limit).then(|| Rate::new(self.rate, self.burst));
        options
    }
}
