//! The memory of a process, where `/proc` tells it.

/// What a process has in memory, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Now.
    pub resident: u64,
    /// At its most.
    pub peak: u64,
}

impl Memory {
    /// The memory of the process of this id; `None` where there is none, or no `/proc`.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        Self::read(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }

    fn read(status: &str) -> Option<Self> {
        let member = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix("kB")?.trim().parse().ok()
        };
        Some(Self { resident: member("VmRSS:")?, peak: member("VmHWM:")? })
    }
}

/// KiB in words.
pub(super) fn mebibytes(kibibytes: u64) -> String {
    format!("{}.{} MiB", kibibytes / 1024, kibibytes % 1024 * 10 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words() {
        let status = "Name:\tf\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        let memory = Memory { resident: 1024, peak: 2048 };
        assert_eq!(Memory::read(status), Some(memory));
        assert_eq!(Memory::read("Name:\tzombie\n"), None);
    }
}
