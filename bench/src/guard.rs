//! Guards sizes and instruction counts against unnoticed growth. valgrind counts the same number
//! of instructions in every run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use local_aws::{LocalAws, Options};
use serde::{Deserialize, Serialize};

use crate::cli::GuardArgs;
use crate::output::{error, line};
use crate::workload;

/// A bootstrap that runs the function under valgrind.
const CALLGRIND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/callgrind");

/// The number of warm invocations that are counted.
const WARM: u32 = 100;

/// An accepted figure, with how much it may grow.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figure {
    value: u64,
    /// Percentage of the value.
    tolerance_percent: u64,
}

type Figures = BTreeMap<String, Figure>;

/// The accepted figures of each processor, since each has its own instructions.
type Accepted = BTreeMap<String, Figures>;

/// The name that Lambda gives to the processor of this machine.
const ARCH: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { std::env::consts::ARCH };

/// Compares the figures with the accepted ones, or accepts them.
///
/// # Errors
///
/// Returns an error if a figure has grown past its tolerance, or cannot be measured.
pub(crate) async fn run(args: &GuardArgs) -> Result<(), String> {
    let measured = measure(&args.function).await?;
    let mut accepted = read(&args.figures)?;
    if args.update {
        return write(&args.figures, &mut accepted, &measured);
    }
    let Some(figures) = accepted.get(ARCH) else {
        let file = args.figures.display();
        for (name, now) in &measured {
            line(&format!("{name:<28} {now:>12}"));
        }
        error(&format!("{file} has no figures for {ARCH}: `make guard UPDATE=--update` adds them"));
        return Ok(());
    };
    let grown = compare(figures, &measured);
    if grown.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}. If this is intended, accept the new figures with `make guard UPDATE=--update` and give the reason in the commit",
        grown.join("; ")
    ))
}

async fn measure(function: &Path) -> Result<BTreeMap<&'static str, u64>, String> {
    let binary = function.canonicalize().map_err(|error| {
        let function = function.display();
        format!("{function}: {error}")
    })?;
    let mut measured = BTreeMap::new();
    let size = std::fs::metadata(&binary).map_err(|error| error.to_string())?;
    measured.insert("binaryBytes", size.len());
    measured.insert("crates", crates()?);
    error("counting instructions of a cold start …");
    let cold = instructions(&binary, 1).await?;
    measured.insert("coldStartInstructions", cold);
    error("counting instructions of warm invocations …");
    let warm = instructions(&binary, 1 + WARM).await?;
    let per_invocation = warm.saturating_sub(cold) / u64::from(WARM);
    measured.insert("warmInvocationInstructions", per_invocation);
    Ok(measured)
}

/// The number of crates that are linked into the function.
fn crates() -> Result<u64, String> {
    let tree = Command::new("cargo")
        .args(["tree", "--locked", "--package", "start-chat-contact"])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
        .args(["--no-dedupe", "--format", "{p}"])
        .output()
        .map_err(|error| format!("cargo tree: {error}"))?;
    if !tree.status.success() {
        return Err(String::from_utf8_lossy(&tree.stderr).into_owned());
    }
    let tree = String::from_utf8_lossy(&tree.stdout);
    let crates: std::collections::BTreeSet<&str> = tree.lines().collect();
    u64::try_from(crates.len()).map_err(|error| error.to_string())
}

/// The instructions of a process from start to end with this many invocations.
async fn instructions(binary: &Path, invocations: u32) -> Result<u64, String> {
    let counts = std::env::temp_dir().join(format!("callgrind-{}", std::process::id()));
    let options = workload::options(Options::new(CALLGRIND))
        .init_timeout(Duration::from_mins(2))
        .timeout(Duration::from_mins(2))
        .env("CALLGRIND_OUT", counts.display().to_string())
        .env("CALLGRIND_BINARY", binary.display().to_string());
    let local = LocalAws::start(options).await.map_err(|error| error.to_string())?;
    let event = workload::event();
    for _ in 0..invocations {
        let invoked = local.invoke_json(&event).await;
        workload::check_started(&invoked).map_err(|message| with_log(&message, &local))?;
    }
    local.function().terminate().await;
    let total = total(&counts).map_err(|message| with_log(&message, &local));
    drop(std::fs::remove_file(&counts));
    total
}

/// A message, with the last lines of the process's log.
fn with_log(message: &str, local: &LocalAws) -> String {
    let logs = local.function().logs();
    let last: Vec<_> = logs.iter().rev().take(5).rev().cloned().collect();
    format!("{message}\n{}", last.join("\n"))
}

/// The total in a file of callgrind's.
fn total(counts: &PathBuf) -> Result<u64, String> {
    let text = std::fs::read_to_string(counts)
        .map_err(|error| format!("valgrind wrote no counts (is it installed?): {error}"))?;
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:")));
    let total = total.and_then(|total| total.trim().parse().ok());
    total.ok_or_else(|| "valgrind's file has no total".to_owned())
}

fn read(figures: &Path) -> Result<Accepted, String> {
    let text = std::fs::read_to_string(figures)
        .map_err(|error| format!("{}: {error}", figures.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", figures.display()))
}

/// Prints the figures, and returns a sentence for each that has grown.
fn compare(accepted: &Figures, measured: &BTreeMap<&'static str, u64>) -> Vec<String> {
    let mut grown = Vec::new();
    line(&format!("{:<28} {:>12} {:>12} {:>9}", "", "accepted", "now", "at most"));
    for (name, now) in measured {
        let Some(figure) = accepted.get(*name) else {
            grown.push(format!("{name} has no accepted figure"));
            continue;
        };
        let most = figure.value + figure.value * figure.tolerance_percent / 100;
        line(&format!("{name:<28} {:>12} {now:>12} {most:>9}", figure.value));
        if *now > most {
            grown.push(format!("{name} has grown from {} to {now}", figure.value));
        }
    }
    grown
}

fn write(
    file: &Path,
    accepted: &mut Accepted,
    measured: &BTreeMap<&'static str, u64>,
) -> Result<(), String> {
    let figures = accepted.entry(ARCH.to_owned()).or_default();
    for (name, value) in measured {
        let tolerance_percent = figures.get(*name).map_or(5, |figure| figure.tolerance_percent);
        figures.insert((*name).to_owned(), Figure { value: *value, tolerance_percent });
    }
    compare(figures, measured);
    let text = serde_json::to_string_pretty(accepted).map_err(|error| error.to_string())?;
    std::fs::write(file, text + "\n").map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(value: u64, tolerance_percent: u64) -> Figures {
        let figure = Figure { value, tolerance_percent };
        BTreeMap::from([("crates".to_owned(), figure)])
    }

    #[test]
    fn growth_past_the_tolerance_is_reported() {
        for (now, tolerance, is_grown) in
            [(100, 0, false), (101, 0, true), (99, 0, false), (105, 5, false), (106, 5, true)]
        {
            let measured = BTreeMap::from([("crates", now)]);
            let grown = compare(&accepted(100, tolerance), &measured);
            assert_eq!(!grown.is_empty(), is_grown, "{now} {tolerance}");
        }
    }

    #[test]
    fn a_figure_without_an_accepted_one_is_reported() {
        assert_eq!(compare(&Figures::new(), &BTreeMap::from([("crates", 1)])).len(), 1);
    }

    #[test]
    fn the_figures_of_other_processors_are_kept() {
        let file = std::env::temp_dir().join(format!("guard-{}.json", std::process::id()));
        let other = BTreeMap::from([("other".to_owned(), accepted(7, 2))]);
        write(&file, &mut other.clone(), &BTreeMap::from([("crates", 3)])).unwrap();
        let written = read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(written["other"]["crates"].value, 7);
        assert_eq!(written[ARCH]["crates"].value, 3);
    }
}
