//! Many concurrent invocations in one environment, as on Lambda Managed Instances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use local_aws::{Fault, Operation};

use crate::running::{Candidate, Running};
use crate::workload;

/// The number of concurrent invocations of the environment.
pub(crate) const SLOTS: u32 = 64;

/// The time that Connect takes for each.
pub(crate) const DELAY: Duration = Duration::from_millis(100);

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// The result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Invocations per second.
    pub(crate) per_second: f64,
    /// Percentage of what the slots allow.
    pub(crate) percent: f64,
    /// Percentage of one CPU.
    pub(crate) cpu_percent: f64,
    /// The peak of the resident memory, in KiB.
    pub(crate) peak_kib: f64,
    /// The number of connections to Amazon Connect.
    pub(crate) connections: usize,
}

/// Keeps all slots of the function busy for some seconds.
///
/// # Errors
///
/// Returns an error if the function cannot be started or starts no chat.
pub(crate) async fn load(function: &Candidate) -> Result<Load, String> {
    let local = Arc::new(workload::local_aws().await?);
    let slow = Fault::delay(DELAY).always();
    local.connect().inject(slow.on(Operation::StartChatContact));
    let slots = SLOTS.to_string();
    let env = [("AWS_LAMBDA_MAX_CONCURRENCY", slots.as_str())];
    let running = Running::start_with(&function.bootstrap, &local, &env);
    let running = running.map_err(|error| error.to_string())?;
    workload::check_started(&local.invoke_json(&workload::event()).await)?;
    let answered = Arc::new(AtomicU32::new(0));
    // Twice as many callers as slots, so that an invocation is always waiting.
    let callers: Vec<_> = (0..2 * SLOTS)
        .map(|_| {
            let (local, answered) = (Arc::clone(&local), Arc::clone(&answered));
            tokio::spawn(async move {
                let event = workload::event();
                while workload::check_started(&local.invoke_json(&event).await).is_ok() {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::time::sleep(WARM_UP).await;
    let (since, cpu, before) = (Instant::now(), running.cpu(), answered.load(Ordering::Relaxed));
    tokio::time::sleep(MEASURED).await;
    let (elapsed, count) = (since.elapsed(), answered.load(Ordering::Relaxed) - before);
    let cpu = running.cpu().saturating_sub(cpu);
    let gave_up = callers.iter().filter(|caller| caller.is_finished()).count();
    for caller in callers {
        caller.abort();
    }
    if gave_up > 0 {
        return Err(format!("{gave_up} callers got an answer without a chat"));
    }
    let per_second = f64::from(count) / elapsed.as_secs_f64();
    let allowed = f64::from(SLOTS) / DELAY.as_secs_f64();
    Ok(Load {
        per_second,
        percent: 100.0 * per_second / allowed,
        cpu_percent: 100.0 * cpu.as_secs_f64() / elapsed.as_secs_f64(),
        peak_kib: running.peak_kib(),
        connections: local.connect().connections(),
    })
}
