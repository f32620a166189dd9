//! What a decision costs on the machine that the kernel runs on.

use crate::carve::Carver;
use crate::kernel::Kernel;
use crate::machine::Machine;

use super::{Policy, Scheduler};

/// Among how many the decision is. They have the same weight; each further weight in use adds about sixteen instructions.
const PROCESSES: u32 = 64;
/// Decisions that are timed.
const DECISIONS: u32 = 256;

impl<M: Machine> Kernel<M> {
    /// What a decision among 64 processes by weights takes on average, by a clock; `None` if there is no memory to try it in. For
    /// the platform to call before any process runs.
    pub fn time_decisions(&mut self, clock: impl Fn() -> u64) -> Option<u64> {
        let frame = self.frames.take(1)?;
        let mut carver = Carver::new(self.machine.tables(frame, 1));
        let mut scheduler = Scheduler::carve(&mut carver, PROCESSES as usize + 1, Policy::Weights)?;
        for id in 1..=PROCESSES {
            scheduler.admit(id);
            scheduler.enqueue(id);
        }
        let clock_alone = [(); 4]
            .map(|()| clock().wrapping_sub(clock()).wrapping_neg())
            .into_iter()
            .min()?;
        let mut sum = 0;
        for _ in 0..DECISIONS {
            let begin = clock();
            let next = scheduler.pick();
            let end = clock();
            sum += end.wrapping_sub(begin).saturating_sub(clock_alone);
            scheduler.requeue(next?);
        }
        self.frames.give(frame, 1).ok()?;
        Some(sum.div_ceil(u64::from(DECISIONS)))
    }
}
