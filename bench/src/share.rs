//! The share of a CPU that Lambda gives a memory size, by a cgroup's quota.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The memory at which a function has one whole CPU, in MB ("Configure Lambda function memory", Lambda developer guide).
const ONE_CPU_MB: u64 = 1769;

/// Linux's own default. Lambda's is not documented.
const PERIOD_MICROS: u64 = 100_000;

/// A group of processes that share a part of one CPU; gone when dropped.
pub(crate) struct Group(PathBuf);

impl Group {
    /// A group with the CPU share of so much memory.
    ///
    /// # Errors
    ///
    /// Where this user may not make one.
    pub(crate) fn new(memory_mb: u32) -> io::Result<Self> {
        let quota = PERIOD_MICROS * u64::from(memory_mb) / ONE_CPU_MB;
        let name = format!("bench-{}", std::process::id());
        let (v1, v2) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        if v1.join("cpu.cfs_quota_us").is_file() || v1.join("tasks").is_file() {
            let group = Self::make(&v1.join(name))?;
            group.set("cpu.cfs_period_us", &PERIOD_MICROS.to_string())?;
            group.set("cpu.cfs_quota_us", &quota.to_string())?;
            return Ok(group);
        }
        if !v2.join("cgroup.controllers").is_file() {
            return Err(io::Error::other("there is no cgroup file system"));
        }
        fs::write(v2.join("cgroup.subtree_control"), "+cpu")?;
        let group = Self::make(&v2.join(name))?;
        group.set("cpu.max", &format!("{quota} {PERIOD_MICROS}"))?;
        Ok(group)
    }

    fn make(path: &Path) -> io::Result<Self> {
        fs::create_dir(path)?;
        Ok(Self(path.to_owned()))
    }

    fn set(&self, file: &str, value: &str) -> io::Result<()> {
        fs::write(self.0.join(file), value)
    }

    /// Puts a process and all its threads into the group.
    ///
    /// # Errors
    ///
    /// Where there is no such process, or it may not be moved.
    pub(crate) fn add(&self, pid: u32) -> io::Result<()> {
        self.set("cgroup.procs", &pid.to_string())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Empty once its processes have ended; one that stays does no harm.
        drop(fs::remove_dir(&self.0));
    }
}
