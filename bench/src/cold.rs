//! Cold starts: from the start of the process to its first answer.

use std::time::Duration;

use tokio::time::timeout;

use crate::running::{Candidate, Running};
use crate::share::Group;
use crate::stats::Sample;
use crate::workload;

/// The timeout of a cold start.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The cold starts of a candidate, in milliseconds and KiB.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColdStarts {
    /// The time from exec to the first poll.
    pub(crate) first_poll: Sample,
    /// The time from exec to the first answer.
    pub(crate) first_answer: Sample,
    /// The time of the first invocation alone.
    pub(crate) first_invocation: Sample,
    /// The CPU time to the first answer.
    pub(crate) cpu: Sample,
    /// The peak of the resident memory.
    pub(crate) peak_kib: Sample,
    /// The number of connections to Amazon Connect.
    pub(crate) connections: Sample,
}

/// Measures one cold start of a candidate.
///
/// With a memory size, the process has a whole CPU until its first poll, and the CPU share of that
/// size from then on. Lambda gives the init phase more CPU than invocations; this interpretation
/// favors programs that are slow to load.
///
/// # Errors
///
/// Returns an error if the candidate starts no chat, or the CPU share cannot be set.
pub(crate) async fn cold_start(
    candidate: &Candidate,
    memory_mb: Option<u32>,
    results: &mut ColdStarts,
) -> Result<(), String> {
    let local = workload::local_aws().await?;
    let event = workload::event();
    let running = Running::start(candidate, &local)?;
    let first_poll = timeout(TIMEOUT, local.first_poll()).await;
    let first_poll = first_poll.map_err(|_| running.failed("it did not ask for an invocation"))?;
    let group = memory_mb.map(|memory_mb| limit(memory_mb, running.pid())).transpose()?;
    let invoked = timeout(TIMEOUT, local.invoke_json(&event)).await;
    let invoked = invoked.map_err(|_| running.failed("it did not answer"))?;
    workload::check_started(&invoked).map_err(|why| running.failed(&why))?;
    results.peak_kib.add(running.peak_kib());
    results
        .connections
        .add(f64::from(u32::try_from(local.connect().connections()).unwrap_or(u32::MAX)));
    let init = first_poll - running.since;
    results.cpu.add_time(running.end());
    results.first_poll.add_time(init);
    results.first_invocation.add_time(invoked.took);
    results.first_answer.add_time(init + invoked.took);
    drop(group);
    Ok(())
}

fn limit(memory_mb: u32, pid: u32) -> Result<Group, String> {
    let group = Group::new(memory_mb).and_then(|group| group.add(pid).map(|()| group));
    group.map_err(|error| format!("no CPU share can be set here: {error}"))
}
