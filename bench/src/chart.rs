//! The chart of the times to the first answer, with one bar per candidate.

use crate::measured::Measured;
use crate::stats::{Sample, figure};

const WIDTH: f64 = 760.0;
const LABEL: f64 = 150.0;
/// The space for the number behind the longest bar.
const NUMBER: f64 = 90.0;
const BAR: f64 = 22.0;
const STEP: f64 = 30.0;
const HEAD: f64 = 34.0;

/// The chart as SVG. Its colors follow the reader's light or dark theme.
pub(crate) fn draw(all: &[Measured], memory: &[u32]) -> String {
    let mut panels = vec![(
        "Process start to first answer, a whole CPU".to_owned(),
        bars(all, |one| Some(&one.cold.first_answer)),
    )];
    // The smallest memory size shows the differences best.
    if let Some((index, memory)) = memory.iter().enumerate().min_by_key(|(_, memory)| **memory) {
        panels.push((
            format!("Process start to first answer, the CPU share of {memory} MB"),
            bars(all, |one| Some(&one.shares.get(index)?.first_answer)),
        ));
    }
    let mut body = String::new();
    let mut top = 0.0;
    for (title, bars) in &panels {
        body += &panel(title, bars, top);
        top += HEAD + STEP * f64::from(u32::try_from(bars.len()).unwrap_or_default()) + 14.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" height=\"{top}\" role=\"img\" aria-label=\"Time to the first answer, in milliseconds; shorter is better\">\n{STYLE}{body}</svg>\n"
    )
}

const STYLE: &str = "<style>text{font:14px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.bar{fill:#8c959f}.ours{fill:#1a7f37}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#6e7681}.ours{fill:#3fb950}}</style>\n";

struct Bar {
    name: String,
    millis: f64,
}

fn bars<'a>(all: &'a [Measured], get: impl Fn(&'a Measured) -> Option<&'a Sample>) -> Vec<Bar> {
    let measured = all.iter().filter(|one| one.missing.is_none());
    let bars = measured.filter_map(|one| {
        Some(Bar { name: one.candidate.name.clone(), millis: get(one)?.median() })
    });
    bars.filter(|bar| !bar.millis.is_nan()).collect()
}

fn panel(title: &str, bars: &[Bar], top: f64) -> String {
    let longest = bars.iter().map(|bar| bar.millis).fold(f64::MIN_POSITIVE, f64::max);
    let scale = (WIDTH - LABEL - NUMBER) / longest;
    let lines = bars.iter().enumerate().map(|(index, bar)| {
        let y = top + HEAD + STEP * f64::from(u32::try_from(index).unwrap_or_default());
        line(bar, index == 0, y, (bar.millis * scale).max(2.0))
    });
    format!(
        "<text class=\"title\" x=\"0\" y=\"{}\">{}</text>\n{}",
        top + 18.0,
        escape(title),
        lines.collect::<String>()
    )
}

fn line(bar: &Bar, is_ours: bool, y: f64, width: f64) -> String {
    format!(
        "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text><rect class=\"{}\" x=\"{LABEL}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/><text x=\"{:.1}\" y=\"{base}\">{} ms</text>\n",
        LABEL - 10.0,
        escape(&bar.name),
        if is_ours { "ours" } else { "bar" },
        LABEL + width + 8.0,
        figure(bar.millis),
        base = y + 16.0
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
