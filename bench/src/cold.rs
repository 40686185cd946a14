//! A cold start: from the start of the process to its first answer.

use std::time::Duration;

use tokio::time::timeout;

use crate::running::{Candidate, Running};
use crate::share::Group;
use crate::stats::Sample;
use crate::workload;

/// How long one cold start may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// One candidate's cold starts, in milliseconds and KiB.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColdStarts {
    /// From exec to the first request for an invocation.
    pub(crate) first_poll: Sample,
    /// From exec to the first answer.
    pub(crate) first_answer: Sample,
    /// The first invocation alone.
    pub(crate) first_invocation: Sample,
    /// CPU time to the first answer.
    pub(crate) cpu: Sample,
    /// Peak resident memory.
    pub(crate) peak_kib: Sample,
    /// Connections to Amazon Connect.
    pub(crate) connections: Sample,
}

/// Makes one cold start of a candidate, and adds it to the others.
///
/// With a memory size, the process has a whole CPU until it asks for its first invocation, and from then on the share
/// of that size: Lambda gives the init phase more CPU than the invocations, and this is the kindest reading of that to
/// programs that are slow to load.
///
/// # Errors
///
/// Where the candidate starts no chat, or a CPU share cannot be set.
pub(crate) async fn cold_start(
    candidate: &Candidate,
    memory_mb: Option<u32>,
    into: &mut ColdStarts,
) -> Result<(), String> {
    let local = workload::local_aws().await?;
    let event = workload::event();
    let running = Running::start(candidate, &local)?;
    let first_poll = timeout(PATIENCE, local.first_poll()).await;
    let first_poll = first_poll.map_err(|_| running.failed("it never asked for an invocation"))?;
    let group = memory_mb.map(|memory_mb| limit(memory_mb, running.pid())).transpose()?;
    let invoked = timeout(PATIENCE, local.invoke_json(&event)).await;
    let invoked = invoked.map_err(|_| running.failed("it never answered"))?;
    workload::started(&invoked).map_err(|why| running.failed(&why))?;
    into.peak_kib.add(running.peak_kib());
    into.connections
        .add(f64::from(u32::try_from(local.connect().connections()).unwrap_or(u32::MAX)));
    let init = first_poll - running.since;
    into.cpu.add_time(running.end());
    into.first_poll.add_time(init);
    into.first_invocation.add_time(invoked.took);
    into.first_answer.add_time(init + invoked.took);
    drop(group);
    Ok(())
}

fn limit(memory_mb: u32, pid: u32) -> Result<Group, String> {
    let group = Group::new(memory_mb).and_then(|group| group.add(pid).map(|()| group));
    group.map_err(|error| format!("no CPU share can be set here: {error}"))
}
