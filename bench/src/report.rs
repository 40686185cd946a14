//! Everything measured, side by side, as a table and a chart.

use std::path::Path;

use crate::cli::{Run, error, line};
use crate::cold::{ColdStarts, cold_start};
use crate::growth::{Step, growth};
use crate::load::{DELAY, Load, SLOTS, load};
use crate::machine;
use crate::running::Candidate;
use crate::stats::{Sample, figure};
use crate::warm::{self, Warm};
use crate::{chart, share};

/// What the table calls the function.
const OURS: &str = "this function";

/// Warm invocations are made in blocks, so that the candidates take turns.
const BLOCKS: u32 = 5;

/// Everything that was measured of one candidate.
pub(crate) struct Measured {
    pub(crate) candidate: Candidate,
    pub(crate) cold: ColdStarts,
    /// Cold starts at a memory size's CPU share, in the order of [`Run::memory`].
    pub(crate) shares: Vec<ColdStarts>,
    warm: Warm,
    /// Why it cannot be measured.
    pub(crate) missing: Option<String>,
}

/// Measures and reports.
///
/// # Errors
///
/// Where the function itself cannot be measured, or a file cannot be written.
pub(crate) async fn run(run: &Run) -> Result<(), String> {
    let mut all = candidates(run);
    let (memory, unset) = settable(&run.memory);
    cold_starts(&mut all, run.cold, &memory).await?;
    warm_invocations(&mut all, run.warm).await?;
    let ours = all.first().map(|ours| ours.candidate.clone());
    let ours = ours.ok_or("no candidate")?;
    error("many invocations at once …");
    let load = load(&ours).await?;
    error("larger work …");
    let steps = growth(&ours).await?;
    let mut text = table(&all, &memory);
    text += &notes(run, unset.as_deref());
    text += &load_text(&load);
    text += &growth_text(&steps);
    line(&text);
    match &run.write {
        Some(folder) => write(folder, &text, &all, &memory),
        None => Ok(()),
    }
}

fn candidates(run: &Run) -> Vec<Measured> {
    let ours = (OURS.to_owned(), run.function.clone());
    let named = std::iter::once(ours).chain(run.peers.iter().cloned());
    let measured = named.map(|(name, bootstrap)| {
        let bootstrap = bootstrap.canonicalize().unwrap_or(bootstrap);
        let candidate = Candidate { name, bootstrap };
        let missing = (!candidate.is_there()).then(|| "not set up".to_owned());
        Measured {
            candidate,
            cold: ColdStarts::default(),
            shares: vec![ColdStarts::default(); run.memory.len()],
            warm: Warm::default(),
            missing,
        }
    });
    measured.collect()
}

/// The memory sizes, if their shares can be set here; else none of them, and why.
fn settable(memory: &[u32]) -> (Vec<u32>, Option<String>) {
    let made = memory.first().map(|first| share::Group::new(*first));
    match made {
        Some(Err(why)) => {
            error(&format!("no CPU share can be set here: {why}"));
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

/// A peer that fails is missing from then on; the function itself may not fail.
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

type Get = fn(&Measured) -> &Sample;

/// One row a measurement, one column a candidate.
fn table(all: &[Measured], memory: &[u32]) -> String {
    let names = all.iter().map(|one| format!(" {} |", one.candidate.name));
    let mut text = format!(
        "| |{}\n|---|{}\n",
        names.collect::<String>(),
        "---|".repeat(all.len())
    );
    let cold: [(&str, Get); 4] = [
        ("exec → first poll, ms", |one| &one.cold.first_poll),
        ("exec → first answer, ms", |one| &one.cold.first_answer),
        ("first invocation alone, ms", |one| {
            &one.cold.first_invocation
        }),
        ("CPU to the first answer, ms", |one| &one.cold.cpu),
    ];
    for (name, get) in cold {
        text += &row(name, all, |one| get(one).clone());
    }
    for (index, memory) in memory.iter().enumerate() {
        let name = format!("exec → first answer at the CPU share of {memory} MB, ms");
        text += &row(&name, all, |one| one.share(index).first_answer.clone());
    }
    for (name, percent) in [("p50", 50), ("p95", 95), ("p99", 99)] {
        let at = |one: &Measured| single(one.warm.took.percentile(percent));
        text += &row(&format!("warm invocation, {name}, ms"), all, at);
    }
    text += &row("CPU of a warm invocation, ms", all, |one| {
        one.warm.cpu.clone()
    });
    text += &row("peak memory at the first answer, MiB", all, |one| {
        single(one.cold.peak_kib.median() / 1_024.0)
    });
    text += &row("peak memory, warm, MiB", all, |one| {
        single(one.warm.peak_kib.median() / 1_024.0)
    });
    text += &row("connections to Connect in a warm block", all, |one| {
        single(one.warm.connections.percentile(100))
    });
    text + &sizes(all)
}

impl Measured {
    fn share(&self, index: usize) -> ColdStarts {
        self.shares.get(index).cloned().unwrap_or_default()
    }
}

fn single(value: f64) -> Sample {
    let mut sample = Sample::default();
    if !value.is_nan() {
        sample.add(value);
    }
    sample
}

/// The median and its range, and how many times ours that is.
fn row(name: &str, all: &[Measured], get: impl Fn(&Measured) -> Sample) -> String {
    let ours = all.first().map_or(f64::NAN, |ours| get(ours).median());
    let cells = all
        .iter()
        .enumerate()
        .map(|(index, one)| match &one.missing {
            Some(why) => format!(" {why} |"),
            None => format!(" {} |", cell(&get(one), ours, index == 0)),
        });
    format!("| {name} |{}\n", cells.collect::<String>())
}

fn cell(sample: &Sample, ours: f64, is_ours: bool) -> String {
    let many = sample
        .percentile(0)
        .total_cmp(&sample.percentile(100))
        .is_ne();
    let text = match sample.is_empty() {
        true => return "–".to_owned(),
        false if many => sample.range(),
        false => figure(sample.median()),
    };
    if is_ours {
        return text;
    }
    format!("{text}, {}×", figure(sample.median() / ours))
}

fn sizes(all: &[Measured]) -> String {
    let sizes = all
        .iter()
        .map(|one| machine::sizes(&one.candidate.bootstrap).ok());
    let is_binary = |size: &(usize, usize)| size.0 > 100_000;
    let sizes: Vec<_> = sizes.map(|size| size.filter(is_binary)).collect();
    let cells = |pick: fn(&(usize, usize)) -> usize| -> String {
        let cell = |size: &Option<(usize, usize)>| match size {
            Some(size) => format!(" {} |", megabytes(pick(size))),
            None => " – |".to_owned(),
        };
        sizes.iter().map(cell).collect()
    };
    format!(
        "| binary, MB |{}\n| zipped, MB |{}\n",
        cells(|size| size.0),
        cells(|size| size.1)
    )
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn megabytes(bytes: usize) -> String {
    figure(bytes as f64 / 1e6)
}

fn notes(run: &Run, unset: Option<&str>) -> String {
    let shares = match unset {
        None => "A CPU share is a cgroup's quota (period 100 ms) from the first poll on; before it, each has a whole CPU.".to_owned(),
        Some(why) => format!("No CPU share could be set here ({why})."),
    };
    format!(
        "\nMedians (least–most) of {} cold starts and {} warm invocations, the candidates in turn, and how many times this function's that is. Loopback; Connect's stand-in speaks TLS 1.3 and answers at once. {shares} Measured on {} by `make bench`.\n",
        run.cold,
        run.warm.div_ceil(BLOCKS) * BLOCKS,
        machine::description()
    )
}

fn load_text(load: &Load) -> String {
    format!(
        "\n**Many at once.** `AWS_LAMBDA_MAX_CONCURRENCY={SLOTS}`, Connect takes {} ms: {} chats a second, {} % of what {SLOTS} slots allow, with {} % of one CPU, {} MiB at the peak and {} connections.\n",
        DELAY.as_millis(),
        figure(load.per_second),
        figure(load.percent),
        figure(load.cpu_percent),
        figure(load.peak_kib / 1_024.0),
        load.connections
    )
}

fn growth_text(steps: &[Step]) -> String {
    let rows = steps.iter().map(|step| {
        format!(
            "| {} | {} | {} | {} | {} |\n",
            step.name,
            step.bytes,
            step.took.range(),
            figure(step.cpu.as_secs_f64() * 1_000.0),
            figure(step.peak_kib / 1_024.0)
        )
    });
    format!(
        "\n**Larger work.**\n\n| | payload, bytes | time, ms | CPU, ms | peak memory, MiB |\n|---|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

/// `benchmark.md` and `benchmark.svg`.
fn write(folder: &Path, text: &str, all: &[Measured], memory: &[u32]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let page = format!(
        "# Benchmark\n\nWritten by `make bench`, which anyone can run; [CONTRIBUTING.md](../CONTRIBUTING.md#benchmark) says what it measures. The others do the same work in the way that their language's guides begin with: [bench/peers](../bench/peers).\n\n![Time to the first answer](benchmark.svg)\n\n{text}"
    );
    std::fs::write(folder.join("benchmark.md"), page).map_err(failed)?;
    let chart = chart::draw(all, memory);
    std::fs::write(folder.join("benchmark.svg"), chart).map_err(failed)
}
