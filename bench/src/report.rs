//! Measures all candidates, and reports tables and a chart.

use std::path::Path;

use crate::cli::RunArgs;
use crate::cold::{ColdStarts, cold_start};
use crate::growth::growth;
use crate::load::load;
use crate::measured::{BLOCKS, Measured};
use crate::output::{error, line};
use crate::running::Candidate;
use crate::warm::{self, Warm};
use crate::{chart, share, table};

/// The name of the function in the table.
const OURS: &str = "this function";

/// The marks around the table in the README.
const BEGIN: &str = "<!-- bench -->";
const END: &str = "<!-- /bench -->";

/// Measures and reports.
///
/// # Errors
///
/// Returns an error if the function itself cannot be measured, or a file cannot be written.
pub(crate) async fn run(args: &RunArgs) -> Result<(), String> {
    let mut all = candidates(args);
    let (memory, unset) = settable(&args.memory);
    cold_starts(&mut all, args.cold, &memory).await?;
    warm_invocations(&mut all, args.warm).await?;
    let ours = all.first().map(|ours| ours.candidate.clone());
    let ours = ours.ok_or("no candidate")?;
    error("concurrent invocations …");
    let load = load(&ours).await?;
    error("larger payloads …");
    let steps = growth(&ours).await?;
    let mut text = table::table(&all, &memory);
    text += &table::notes(args, unset.as_deref());
    text += &table::load_text(&load);
    text += &table::growth_text(&steps);
    line(&text);
    match &args.write {
        Some(folder) => write(folder, &text, &all, &memory),
        None => Ok(()),
    }
}

fn candidates(args: &RunArgs) -> Vec<Measured> {
    let ours = (OURS.to_owned(), args.function.clone());
    let named = std::iter::once(ours).chain(args.peers.iter().cloned());
    let measured = named.map(|(name, bootstrap)| {
        let bootstrap = bootstrap.canonicalize().unwrap_or(bootstrap);
        let candidate = Candidate { name, bootstrap };
        let missing = (!candidate.exists()).then(|| "not set up".to_owned());
        Measured {
            candidate,
            cold: ColdStarts::default(),
            shares: vec![ColdStarts::default(); args.memory.len()],
            warm: Warm::default(),
            missing,
        }
    });
    measured.collect()
}

/// The memory sizes whose CPU shares can be set on this machine: all, or none and the reason.
fn settable(memory: &[u32]) -> (Vec<u32>, Option<String>) {
    let made = memory.first().map(|first| share::Group::new(*first));
    match made {
        Some(Err(why)) => {
            error(&format!("CPU shares cannot be set on this machine: {why}"));
            (Vec::new(), Some(why.to_string()))
        }
        _ => (memory.to_vec(), None),
    }
}

async fn cold_starts(all: &mut [Measured], count: u32, memory: &[u32]) -> Result<(), String> {
    for round in 1..=count {
        error(&format!("cold starts, round {round} of {count} …"));
        for one in all.iter_mut() {
            if one.missing.is_none() {
                let measured = cold_round(one, memory).await;
                fail(one, measured)?;
            }
        }
    }
    Ok(())
}

async fn cold_round(one: &mut Measured, memory: &[u32]) -> Result<(), String> {
    cold_start(&one.candidate, None, &mut one.cold).await?;
    for (memory, cold) in memory.iter().zip(&mut one.shares) {
        cold_start(&one.candidate, Some(*memory), cold).await?;
    }
    Ok(())
}

async fn warm_invocations(all: &mut [Measured], count: u32) -> Result<(), String> {
    for round in 1..=BLOCKS {
        error(&format!("warm invocations, block {round} of {BLOCKS} …"));
        for one in all.iter_mut() {
            if one.missing.is_none() {
                let per_block = count.div_ceil(BLOCKS);
                let measured = warm::block(&one.candidate, per_block, &mut one.warm).await;
                fail(one, measured)?;
            }
        }
    }
    Ok(())
}

/// Marks a peer that fails as missing. The function itself may not fail.
fn fail(one: &mut Measured, measured: Result<(), String>) -> Result<(), String> {
    let Err(why) = measured else { return Ok(()) };
    let why = format!("{}: {why}", one.candidate.name);
    if one.candidate.name == OURS {
        return Err(why);
    }
    error(&why);
    one.missing = Some("failed".to_owned());
    Ok(())
}

/// Writes `benchmark.md`, `benchmark.svg` and the summary in the README.
fn write(folder: &Path, text: &str, all: &[Measured], memory: &[u32]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let page = format!(
        "# Benchmark\n\n`make bench` generates this page; [CONTRIBUTING.md](../CONTRIBUTING.md#benchmark) describes how it measures. The other candidates do the same work, written the way the introductory guides for their languages do it: [bench/peers](../bench/peers).\n\n![Time to the first answer](benchmark.svg)\n\n{text}"
    );
    std::fs::write(folder.join("benchmark.md"), page).map_err(failed)?;
    let chart = chart::draw(all, memory);
    std::fs::write(folder.join("benchmark.svg"), chart).map_err(failed)?;
    let readme = folder.join("../README.md");
    let page = std::fs::read_to_string(&readme).map_err(failed)?;
    let page = between_marks(&page, &table::summary(all, memory))
        .ok_or_else(|| format!("{} has no marks for the table", readme.display()))?;
    std::fs::write(readme, page).map_err(failed)
}

/// Replaces the text between the marks.
fn between_marks(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{text}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_between_the_marks_is_replaced() {
        let page = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let new = format!("a\n{BEGIN}\nnew\n{END}\nb\n");
        assert_eq!(between_marks(&page, "new\n"), Some(new));
        assert_eq!(between_marks("a", "new"), None);
    }
}
