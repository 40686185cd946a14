//! The memory and the CPU time of processes.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

/// The memory of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessMemory {
    /// The resident memory, in KiB.
    pub resident_kib: u64,
    /// The peak of the resident memory, in KiB.
    pub peak_kib: u64,
}

impl ProcessMemory {
    /// The memory of the process with this id; `None` if there is no such process, or no `/proc`.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }

    fn parse(status: &str) -> Option<Self> {
        let member = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix("kB")?.trim().parse().ok()
        };
        Some(Self { resident_kib: member("VmRSS:")?, peak_kib: member("VmHWM:")? })
    }
}

/// The CPU time of all child processes that have ended and were waited for.
#[must_use]
pub fn ended_children_cpu_time() -> Duration {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else {
        return Duration::ZERO;
    };
    let times = [usage.user_time(), usage.system_time()].map(|time| {
        let seconds = Duration::from_secs(u64::try_from(time.tv_sec()).unwrap_or_default());
        seconds + Duration::from_micros(u64::try_from(time.tv_usec()).unwrap_or_default())
    });
    times.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_file_is_parsed() {
        let status = "Name:\tf\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        let memory = ProcessMemory { resident_kib: 1024, peak_kib: 2048 };
        assert_eq!(ProcessMemory::parse(status), Some(memory));
        assert_eq!(ProcessMemory::parse("Name:\tzombie\n"), None);
    }
}
