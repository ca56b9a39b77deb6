//! Which core does what: the servers one, this program the other.

use anyhow::Context as _;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The first and the second core that this program may use.
pub const SERVERS: usize = 0;
pub const LOAD: usize = 1;

/// Binds the calling thread, and what it starts from now on, to one core.
pub fn take(which: usize) -> anyhow::Result<()> {
    // Read once: a thread that is bound to one core sees no other.
    static CORES: std::sync::OnceLock<Vec<usize>> = std::sync::OnceLock::new();
    let all = sched_getaffinity(None)?;
    let cores = CORES.get_or_init(|| (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).collect());
    let core = *cores.get(which).context("the benchmark needs two cores: one for the servers, one for the load")?;
    let mut one = CpuSet::new();
    one.set(core);
    Ok(sched_setaffinity(None, &one)?)
}
