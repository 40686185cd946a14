//! Warm invocations, one after the other.

use crate::running::{Candidate, Running};
use crate::stats::Sample;
use crate::workload;

/// The warm invocations of a candidate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warm {
    /// The times of invocations, in milliseconds. The stand-in of Connect answers at once.
    pub(crate) took: Sample,
    /// The CPU time of an invocation, in milliseconds, one number per block.
    pub(crate) cpu: Sample,
    /// The peak of the resident memory after each block, in KiB.
    pub(crate) peak_kib: Sample,
    /// The number of connections to Amazon Connect in each block.
    pub(crate) connections: Sample,
}

/// The number of invocations before the measurement, which compile, cache and connect.
const WARM_UP: u32 = 20;

/// Measures a block of warm invocations of one process.
///
/// # Errors
///
/// Returns an error if the candidate starts no chat.
pub(crate) async fn block(
    candidate: &Candidate,
    count: u32,
    results: &mut Warm,
) -> Result<(), String> {
    let local = workload::local_aws().await?;
    let event = workload::event();
    let running = Running::start(candidate, &local)?;
    for _ in 0..WARM_UP {
        workload::check_started(&local.invoke_json(&event).await)?;
    }
    let before = running.cpu();
    for _ in 0..count {
        let invoked = local.invoke_json(&event).await;
        workload::check_started(&invoked)?;
        results.took.add_time(invoked.took);
    }
    let cpu = running.cpu().saturating_sub(before);
    results.cpu.add_time(cpu / count.max(1));
    results.peak_kib.add(running.peak_kib());
    let connections = u32::try_from(local.connect().connections()).unwrap_or(u32::MAX);
    results.connections.add(f64::from(connections));
    Ok(())
}
