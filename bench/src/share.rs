//! The CPU share that Lambda gives a memory size, imitated by the quota of a cgroup.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The memory size, in MB, with which a function has one whole CPU ("Configure Lambda function
/// memory", Lambda developer guide).
const ONE_CPU_MB: u64 = 1769;

/// The default of Linux. Lambda's is not documented.
const PERIOD_MICROS: u64 = 100_000;

/// A cgroup with a part of one CPU; removed when dropped.
pub(crate) struct Group(PathBuf);

impl Group {
    /// A group with the CPU share of a memory size.
    ///
    /// # Errors
    ///
    /// Returns an error if this user may not create one.
    pub(crate) fn new(memory_mb: u32) -> io::Result<Self> {
        let quota = PERIOD_MICROS * u64::from(memory_mb) / ONE_CPU_MB;
        let name = format!("bench-{}", std::process::id());
        let (v1, v2) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        if v1.join("cpu.cfs_quota_us").is_file() || v1.join("tasks").is_file() {
            let group = Self::create(&v1.join(name))?;
            group.set("cpu.cfs_period_us", &PERIOD_MICROS.to_string())?;
            group.set("cpu.cfs_quota_us", &quota.to_string())?;
            return Ok(group);
        }
        if !v2.join("cgroup.controllers").is_file() {
            return Err(io::Error::other("there is no cgroup file system"));
        }
        fs::write(v2.join("cgroup.subtree_control"), "+cpu")?;
        let group = Self::create(&v2.join(name))?;
        group.set("cpu.max", &format!("{quota} {PERIOD_MICROS}"))?;
        Ok(group)
    }

    fn create(path: &Path) -> io::Result<Self> {
        fs::create_dir(path)?;
        Ok(Self(path.to_owned()))
    }

    fn set(&self, file: &str, value: &str) -> io::Result<()> {
        fs::write(self.0.join(file), value)
    }

    /// Moves a process with all its threads into the group.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such process, or it may not be moved.
    pub(crate) fn add(&self, pid: u32) -> io::Result<()> {
        self.set("cgroup.procs", &pid.to_string())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Fails if a process is left in the group, which does no harm.
        drop(fs::remove_dir(&self.0));
    }
}
