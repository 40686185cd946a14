//! The measurements as Markdown tables.

use crate::cli::RunArgs;
use crate::cold::ColdStarts;
use crate::growth::Step;
use crate::load::{DELAY, Load, SLOTS};
use crate::machine;
use crate::measured::{BLOCKS, Measured};
use crate::stats::{Sample, figure};

type Get = fn(&Measured) -> &Sample;

/// The table with one row per measurement and one column per candidate.
pub(crate) fn table(all: &[Measured], memory: &[u32]) -> String {
    let mut text = head(all);
    let cold: [(&str, Get); 4] = [
        ("exec → first poll, ms", |one| &one.cold.first_poll),
        ("exec → first answer, ms", |one| &one.cold.first_answer),
        ("first invocation alone, ms", |one| &one.cold.first_invocation),
        ("CPU to the first answer, ms", |one| &one.cold.cpu),
    ];
    for (name, get) in cold {
        text += &row(name, all, |one| get(one).clone());
    }
    for (index, memory) in memory.iter().enumerate() {
        let name = format!("exec → first answer, CPU share of {memory} MB, ms");
        text += &row(&name, all, |one| one.share(index).first_answer.clone());
    }
    for (name, percent) in [("p50", 50), ("p95", 95), ("p99", 99)] {
        let at = |one: &Measured| single(one.warm.took.percentile(percent));
        text += &row(&format!("warm invocation, {name}, ms"), all, at);
    }
    text += &row("CPU of a warm invocation, ms", all, |one| one.warm.cpu.clone());
    text += &row("peak memory at the first answer, MiB", all, |one| {
        single(one.cold.peak_kib.median() / 1_024.0)
    });
    text += &row("peak memory, warm, MiB", all, |one| single(one.warm.peak_kib.median() / 1_024.0));
    text += &row("connections to Connect in a warm block", all, |one| {
        single(one.warm.connections.percentile(100))
    });
    text + &sizes(all)
}

fn head(all: &[Measured]) -> String {
    let names = all.iter().map(|one| format!(" {} |", one.candidate.name));
    let rule = "---|".repeat(all.len());
    format!("| |{}\n|---|{rule}\n", names.collect::<String>())
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

/// A row with median and range of each candidate, and the ratio of the median to the function's.
fn row(name: &str, all: &[Measured], get: impl Fn(&Measured) -> Sample) -> String {
    let ours = all.first().map_or(f64::NAN, |ours| get(ours).median());
    let cells = all.iter().enumerate().map(|(index, one)| match &one.missing {
        Some(why) => format!(" {why} |"),
        None => format!(" {} |", cell(&get(one), ours, index == 0)),
    });
    format!("| {name} |{}\n", cells.collect::<String>())
}

fn cell(sample: &Sample, ours: f64, is_ours: bool) -> String {
    let many = sample.percentile(0).total_cmp(&sample.percentile(100)).is_ne();
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
    let sizes = all.iter().map(|one| machine::sizes(&one.candidate.bootstrap).ok());
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
        "| binary, MB |{}\n| zipped by zlib, MB |{}\n",
        cells(|size| size.0),
        cells(|size| size.1)
    )
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn megabytes(bytes: usize) -> String {
    figure(bytes as f64 / 1e6)
}

/// The conditions of the measurements.
pub(crate) fn notes(args: &RunArgs, unset: Option<&str>) -> String {
    let shares = match unset {
        None => "A CPU share is a cgroup quota with a period of 100 ms, set at the first poll; until then, a candidate has a whole CPU. One that uses less CPU time than its share grants per period (7.2 ms at 128 MB) is never slowed down. Each round starts a candidate with a whole CPU first and then with each share, so the later starts find warmer caches.".to_owned(),
        Some(why) => format!("No CPU share could be set on this machine ({why})."),
    };
    format!(
        "\nMedians (minimum–maximum) of {} cold starts and {} warm invocations per candidate. The factor after a value is that value divided by this function's. The candidates take turns, on loopback; the stand-in of Connect speaks TLS 1.3 and answers immediately. {shares} Measured on {}.\n",
        args.cold,
        args.warm.div_ceil(BLOCKS) * BLOCKS,
        machine::description()
    )
}

/// The paragraph on concurrency.
pub(crate) fn load_text(load: &Load) -> String {
    format!(
        "\n**Concurrency.** With `AWS_LAMBDA_MAX_CONCURRENCY={SLOTS}` and {} ms per answer of Connect, the function starts {} chats per second, {} % of what {SLOTS} slots allow. It uses {} % of one CPU, {} MiB at the peak and {} connections.\n",
        DELAY.as_millis(),
        figure(load.per_second),
        figure(load.percent),
        figure(load.cpu_percent),
        figure(load.peak_kib / 1_024.0),
        load.connections
    )
}

/// The table of larger payloads.
pub(crate) fn growth_text(steps: &[Step]) -> String {
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
        "\n**Larger payloads.**\n\n| | payload, bytes | time, ms | CPU, ms | peak memory, MiB |\n|---|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

/// The table for the README: the most important measurements.
pub(crate) fn summary(all: &[Measured], memory: &[u32]) -> String {
    let mut text = head(all);
    text += &row("first answer, whole CPU, ms", all, |one| single(one.cold.first_answer.median()));
    let least = memory.iter().enumerate().min_by_key(|(_, memory)| **memory);
    if let Some((index, memory)) = least {
        let name = format!("first answer, CPU share of {memory} MB, ms");
        text += &row(&name, all, |one| single(one.share(index).first_answer.median()));
    }
    text += &row("CPU to the first answer, ms", all, |one| single(one.cold.cpu.median()));
    text += &row("warm invocation, median, ms", all, |one| single(one.warm.took.median()));
    text + &row("peak memory, MiB", all, |one| single(one.warm.peak_kib.median() / 1_024.0))
}
