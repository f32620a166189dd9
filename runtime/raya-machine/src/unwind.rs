//! Raises exceptions: drops frames until one has a handler where it is, releases what was locked since the handler was installed, and goes
//! on there. Which handler is installed where was found out at lowering, so that `try` only notes how many mutexes were locked.

use raya_facts::FunctionId;
use raya_runtime::trap::Raised;
use raya_runtime::{Any, Trap};

use crate::code::{Code, Handler};
use crate::frames::Record;
use crate::pc::{Fp, Pc};
use crate::state::{Exit, State};

/// Where a handler goes on.
pub(crate) struct Caught {
    /// Its first instruction.
    pub pc: Pc,
    /// Its frame.
    pub fp: Fp,
    /// What its first block costs.
    pub cost: u32,
    /// The slot that holds the exception.
    slot: u16,
}

/// What an exception finds in a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guard {
    /// No handler, so that it is dropped.
    Nothing {
        /// How many of its slots are only there for `try`.
        hidden: u16,
    },
    /// A handler, and its first instruction.
    Handler(Handler, Pc),
}

impl Default for Guard {
    fn default() -> Self {
        Guard::Nothing { hidden: 0 }
    }
}

impl Guard {
    /// What there is at a place in the code of a function.
    fn at(code: &Code, function: FunctionId, place: u32) -> Guard {
        let found = code.handler(function, place);
        match found.and_then(|handler| Some((handler, code.pc(function, handler.target)?))) {
            Some((handler, target)) => Guard::Handler(handler, target),
            None => Guard::Nothing {
                hidden: code.function(function).map_or(0, |code| code.hidden),
            },
        }
    }
}

impl State {
    /// Goes on where an exception is handled that was raised by the instruction at `pc`, or leaves the engine.
    #[cold]
    #[inline(never)]
    pub(crate) fn unwind(&mut self, pc: Pc, fp: Fp, raised: Raised) -> (Pc, Fp) {
        match self.find_handler(pc, raised.exception) {
            Some(caught) => {
                let task = self.task();
                self.context().caught(task, raised);
                self.enter_block(caught.pc, caught.fp, caught.cost)
            }
            None => self.leave(pc, fp, Exit::Failed(Box::new(raised))),
        }
    }

    /// The same for a trap for whose text there is no room. An instruction that fails may be none at which the collector knows what lies on
    /// the operand stack; the beginning of a handler is one. So frames are dropped first, and the exception is made there.
    pub(crate) fn unwind_without_room(&mut self, pc: Pc, fp: Fp, trap: Trap) -> (Pc, Fp) {
        let mut points = Vec::new();
        self.trace(pc, &mut points);
        let found = self.find_handler(pc, Any::NULL);
        let (at, frame) = found.as_ref().map_or((pc, fp), |caught| (caught.pc, caught.fp));
        self.collect(at, frame);
        let task = self.task();
        let raised = self.context().raise(task, trap, |all| all.extend(points));
        match (raised, found) {
            (Err(trap), _) => self.fatal(at, frame, trap),
            (Ok(raised), None) => self.leave(pc, fp, Exit::Failed(Box::new(raised))),
            (Ok(raised), Some(caught)) => {
                // SAFETY: the slot is that of the handler, in its frame.
                unsafe { caught.fp.set(caught.slot, raised.exception) };
                self.context().caught(task, raised);
                self.enter_block(caught.pc, caught.fp, caught.cost)
            }
        }
    }

    /// Drops frames down to one with a handler, and gives the exception to it.
    pub(crate) fn find_handler(&mut self, mut pc: Pc, exception: Any) -> Option<Caught> {
        // Of a caller, the instruction in question is the one that ends where it goes on.
        let mut behind = 0;
        loop {
            // SAFETY: `record` points at the innermost record; the bottom one has no place to return to.
            let record: &Record = unsafe { &*self.record };
            if record.return_pc.0.is_null() {
                return None;
            }
            let function = FunctionId(record.function);
            let code = &self.code;
            let look = || Guard::at(code, function, code.place(function, pc).wrapping_sub(behind));
            let (handler, target) = match self.guards.find(pc, behind, look) {
                Guard::Handler(handler, target) => (handler, target),
                Guard::Nothing { hidden } => {
                    self.hidden -= u64::from(hidden);
                    (pc, behind) = (record.return_pc, 1);
                    // SAFETY: there is a record below every one but the bottom.
                    self.record = unsafe { self.record.sub(1) };
                    continue;
                }
            };
            // SAFETY: both slots belong to the frame of the handler's function, as lowering counted them; `try` wrote the one.
            let (fp, locks) = unsafe {
                let fp = Fp(record.frame);
                fp.set(handler.slot, exception);
                (fp, fp.word(handler.locks))
            };
            let task = self.task();
            self.context().release_held(task, locks);
            return Some(Caught {
                pc: target,
                fp,
                cost: u32::from(handler.cost),
                slot: handler.slot,
            });
        }
    }
}
