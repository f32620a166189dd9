//! How a program pays: at the entry of each block.

use raya_facts::FunctionId;

use super::rare::Rare;
use super::{SLICE, State};
use crate::code::Twice;
use crate::pc::{Fp, Pc};

impl State {
    /// Goes on at a place that begins a block, and charges for it. Branches end so; `behind` is where the branch ends.
    #[inline(always)]
    pub fn enter(&mut self, behind: Pc, pc: Pc, fp: Fp, cost: u16) -> (Pc, Fp) {
        if cfg!(raya_uncharged) {
            // What fuel costs is measured against a build with this; see docs/raya-machine.md.
            return (pc, fp);
        }
        self.fuel -= i64::from(cost);
        if self.fuel < 0 {
            return self.later(pc, fp, Rare::Branch(cost, behind));
        }
        (pc, fp)
    }

    #[inline(always)]
    pub(crate) fn enter_block(&mut self, pc: Pc, fp: Fp, cost: u32) -> (Pc, Fp) {
        if cfg!(raya_uncharged) {
            return (pc, fp);
        }
        self.fuel -= i64::from(cost);
        if self.fuel < 0 {
            return self.later(pc, fp, Rare::Refuel(cost));
        }
        (pc, fp)
    }

    /// Looks at the limit, at interruptions and at the collector when a slice of fuel is used up. The block at `pc` was charged `cost`,
    /// which the slice didn't have.
    #[cold]
    #[inline(never)]
    pub(super) fn refuel(&mut self, pc: Pc, fp: Fp, cost: u32, twice: Option<Twice>) -> (Pc, Fp) {
        let used = self.slice as i64 - (self.fuel + i64::from(cost));
        self.slice = 0;
        self.fuel = 0;
        let fuel = &mut self.context().fuel;
        let mut charged = fuel.charge(u64::try_from(used).unwrap_or(0));
        // Two blocks that were to be charged at once are two all the same.
        let mut fails_at = pc;
        let mut left = cost;
        if let (Ok(()), Some(twice)) = (&charged, twice) {
            left -= u32::from(twice.cost);
            charged = fuel.charge(u64::from(twice.cost));
            if charged.is_err() {
                // SAFETY: the innermost record belongs to the function of the branch.
                let function = FunctionId(unsafe { (*self.record).function });
                fails_at = self.code.pc(function, twice.test).unwrap_or(pc);
            }
        }
        let charged = charged.and_then(|()| self.context().fuel.charge(u64::from(left)));
        if let Err(trap) = charged {
            self.at_leader = true;
            return self.fatal(fails_at, fp, trap);
        }
        self.slice = self.context().fuel.left().map_or(SLICE, |left| left.min(SLICE));
        self.fuel = self.slice as i64;
        let context = self.context();
        if context.wants_pause() {
            context.pause();
        }
        if context.wants_collection() {
            self.collect(pc, fp);
        }
        (pc, fp)
    }
}
