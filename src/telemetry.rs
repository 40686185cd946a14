//! The log, and the metrics in it.
//!
//! Other crates log warnings and errors only, whatever the level is set to:
//! below, they print requests and responses with their tokens.

mod chat_line;

use std::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

pub use self::chat_line::ChatLine;

use crate::config::Process;

const OWN: &str = env!("CARGO_CRATE_NAME");

/// The target under which the runtime logs each error that the handler
/// returns. The chat's own line has it already, and panics do not get that far.
const RUNTIME_ERRORS: &str = "lambda_runtime::layers::panic";

/// Sets up the log on standard output, as JSON or as text.
pub fn init(process: &Process) {
    let registry = tracing_subscriber::registry().with(filter(process.log_level.as_deref()));
    let result = if process.json_logs {
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
        let lines = lines.with_current_span(false).with_span_list(false);
        tracing::subscriber::set_global_default(registry.with(lines))
    } else {
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).without_time();
        tracing::subscriber::set_global_default(registry.with(lines))
    };
    // Setting a second subscriber fails; the first one stays.
    drop(result);
    std::panic::set_hook(Box::new(log_panic));
}

/// Logs only the location of a panic: its message may contain anything.
fn log_panic(info: &std::panic::PanicHookInfo<'_>) {
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "panic");
}

/// Returns the filter for a level or a list of them; INFO if there is none.
fn filter(level: Option<&str>) -> Targets {
    let level = level.map(|level| level.replace("FATAL", "ERROR"));
    let set = level.and_then(|level| Targets::from_str(&level).ok());
    // A text that is not a level is parsed as another crate's name.
    let is_ours = |set: &Targets| {
        set.default_level().is_some() || set.iter().any(|(target, _)| target == OWN)
    };
    let set = set.filter(is_ours);
    let set = set.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let own = set.iter().find(|(target, _)| *target == OWN);
    let default = set.default_level().unwrap_or(LevelFilter::OFF);
    let own = own.map_or(default, |(_, level)| level);
    let others = default.min(LevelFilter::WARN);
    Targets::new()
        .with_default(others)
        .with_target(RUNTIME_ERRORS, LevelFilter::OFF)
        .with_target(OWN, own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn other_crates_are_not_heard_below_warnings() {
        for level in ["trace", "TRACE", "debug", "start_chat_contact=trace,hyper=trace"] {
            let filter = filter(Some(level));
            assert!(filter.would_enable(OWN, &Level::DEBUG), "{level}");
            for other in ["lambda_runtime", "aws_smithy_runtime::client", "hyper", ""] {
                assert!(!filter.would_enable(other, &Level::INFO), "{level} {other}");
            }
        }
    }

    #[test]
    fn the_level_is_info_unless_set() {
        for (level, info, error) in [
            (None, true, true),
            (Some("nonsense level"), true, true),
            (Some("INFO"), true, true),
            (Some("ERROR"), false, true),
            (Some("FATAL"), false, true),
            (Some("off"), false, false),
        ] {
            let filter = filter(level);
            assert_eq!(filter.would_enable(OWN, &Level::INFO), info, "{level:?}");
            assert_eq!(filter.would_enable(OWN, &Level::ERROR), error, "{level:?}");
        }
    }
}
