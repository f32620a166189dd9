//! What handlers leave to an instruction of its own because it is rare.

use raya_facts::FunctionId;
use raya_heap::Ref;

use super::{Exit, Fault, RARE, State};
use crate::code::Callee;
use crate::pc::{Fetched, Fp, Pc};

/// What is to be done that handlers leave to [`State::rare`]: had they to call functions for it, they would have to save registers on the
/// way that is taken nearly always.
#[derive(Debug, Default)]
pub(super) enum Rare {
    /// Nothing.
    #[default]
    Nothing,
    /// Charge this for the block at the place.
    Refuel(u32),
    /// Charge this for the block at the place, to which the branch leads that ends there.
    Branch(u16, Pc),
    /// Raise this at the place.
    Raise(Fault),
    /// Raise this for one of several instructions that run as one, whose word the place is.
    RaiseIn(Fault),
    /// Collect, and go on with the instruction at the place.
    Collect,
    /// Run this instead of the handler of the instruction at the place.
    Run(unsafe fn(Fetched, Fp, &mut State) -> (Pc, Fp)),
    /// Make the call at the place, for which there is no room yet. What handlers are given as their frame is that of the function.
    Call {
        /// The length of the call.
        words: u32,
        callee: *const Callee,
        closure: Ref,
        receiver: Ref,
        rest: u32,
    },
}

impl State {
    /// Has something rare done by the next instruction.
    #[inline(always)]
    pub(super) fn later(&mut self, pc: impl Into<Pc>, fp: Fp, rare: Rare) -> (Pc, Fp) {
        // The way that is taken nearly always goes straight on, without a jump.
        core::hint::cold_path();
        // SAFETY: what was there is `Nothing`, which needs no dropping.
        unsafe { core::ptr::from_mut(&mut self.rare).write(rare) };
        self.rare_pc = pc.into();
        (Pc(RARE.as_ptr()), fp)
    }

    /// Does what a handler left to be done, or ends the task, whose outermost function has returned.
    #[cold]
    #[inline(never)]
    pub(crate) fn rare(&mut self, pc: Pc, fp: Fp) -> (Pc, Fp) {
        let at = self.rare_pc;
        match core::mem::take(&mut self.rare) {
            Rare::Nothing => self.leave(pc, fp, Exit::Done),
            Rare::Refuel(cost) => self.refuel(at, fp, cost, None),
            Rare::Branch(cost, behind) => {
                // SAFETY: the innermost record belongs to the function of the branch.
                let function = FunctionId(unsafe { (*self.record).function });
                let twice = self.code.twice(function, self.code.place(function, behind));
                self.refuel(at, fp, u32::from(cost), twice)
            }
            Rare::Raise(fault) => self.fail(at, fp, fault),
            Rare::RaiseIn(fault) => self.fail_in(at, fp, fault),
            // SAFETY: the handler left its own instruction and frame to a function that relies on the same as itself.
            Rare::Run(handler) => unsafe { handler(at.fetch(), fp, self) },
            Rare::Collect => {
                self.collect(at, fp);
                // Only the stress mode wants another one already, and the instruction is not to ask for it again.
                self.collected = self.context().heap.wants_collection();
                (at, fp)
            }
            Rare::Call {
                words,
                callee,
                closure,
                receiver,
                rest,
            } => {
                // SAFETY: callees live as long as the code; behind every call is an instruction.
                let (callee, return_pc) = unsafe { (&*callee, at.next(words as usize)) };
                self.push_frame_slowly(at, self.frame(), return_pc, fp.0, callee, closure, receiver, rest)
            }
        }
    }

    /// Leaves an instruction that has had no effect yet to another handler.
    #[inline(always)]
    pub(crate) fn run_rarely(
        &mut self,
        pc: Fetched,
        fp: Fp,
        handler: unsafe fn(Fetched, Fp, &mut State) -> (Pc, Fp),
    ) -> (Pc, Fp) {
        self.later(pc, fp, Rare::Run(handler))
    }
}
