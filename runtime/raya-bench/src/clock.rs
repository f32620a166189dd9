//! The time that this process has spent on processors, which other processes of a busy machine change little.

use std::time::Duration;

/// Processor time since the start of the process.
#[cfg(unix)]
pub fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// Elsewhere the time on the wall since the first call.
#[cfg(not(unix))]
pub fn now() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// The median of what some work takes, of this many runs; the lower of two.
///
/// # Errors
///
/// That of the work.
pub fn median(runs: usize, mut work: impl FnMut() -> Result<(), String>) -> Result<Duration, String> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let started = now();
        work()?;
        times.push(now() - started);
    }
    times.sort_unstable();
    Ok(times[times.len().saturating_sub(1) / 2])
}
