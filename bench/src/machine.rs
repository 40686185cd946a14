//! The machine, and the sizes of files.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A description of the CPUs and the kernel.
pub(crate) fn description() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map(|model| model.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{cores} × {}, Linux {}",
        model.unwrap_or("unknown CPU"),
        kernel.split('-').next().unwrap_or_default().trim()
    )
}

/// The size of a file in bytes, as it is and deflated as in a zip file.
///
/// # Errors
///
/// Returns an error if the file cannot be read.
pub(crate) fn sizes(file: &Path) -> std::io::Result<(usize, usize)> {
    let content = std::fs::read(file)?;
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(&content)?;
    Ok((content.len(), deflated.finish()?.len()))
}
