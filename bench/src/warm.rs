//! Warm invocations, one after another.

use crate::running::{Candidate, Running};
use crate::stats::Sample;
use crate::workload;

/// One candidate's warm invocations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warm {
    /// From the invocation to its answer, in milliseconds. The stand-in of Connect answers at once.
    pub(crate) took: Sample,
    /// CPU time of an invocation, in milliseconds, one number a block.
    pub(crate) cpu: Sample,
    /// Peak resident memory after a block, in KiB.
    pub(crate) peak_kib: Sample,
    /// Connections to Amazon Connect in a block.
    pub(crate) connections: Sample,
}

/// Invocations that are not measured: they compile, cache and connect.
const WARM_UP: u32 = 20;

/// Makes a block of warm invocations of one process.
///
/// # Errors
///
/// Where the candidate starts no chat.
pub(crate) async fn block(
    candidate: &Candidate,
    count: u32,
    into: &mut Warm,
) -> Result<(), String> {
    let local = workload::local_aws().await?;
    let event = workload::event();
    let running = Running::start(candidate, &local)?;
    for _ in 0..WARM_UP {
        workload::started(&local.invoke_json(&event).await)?;
    }
    let before = running.cpu();
    for _ in 0..count {
        let invoked = local.invoke_json(&event).await;
        workload::started(&invoked)?;
        into.took.add_time(invoked.took);
    }
    let cpu = running.cpu().saturating_sub(before);
    into.cpu.add_time(cpu / count.max(1));
    into.peak_kib.add(running.peak_kib());
    let connections = u32::try_from(local.connect().connections()).unwrap_or(u32::MAX);
    into.connections.add(f64::from(connections));
    Ok(())
}
