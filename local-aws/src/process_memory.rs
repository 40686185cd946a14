//! The memory of a process, from `/proc`.

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
