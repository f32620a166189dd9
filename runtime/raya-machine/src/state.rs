//! What handlers share beside code and frame.

use raya_facts::types::SlotKind;
use raya_runtime::{Context, Trap, Value};

use crate::pc::{Fp, Pc};

/// Why an operation failed. It is one pointer wide, so that a handler that can fail needs no room for a trap on its stack.
#[derive(Debug)]
pub struct Fault(Box<Trap>);

impl From<Trap> for Fault {
    #[cold]
    #[inline(never)]
    fn from(trap: Trap) -> Fault {
        Fault(Box::new(trap))
    }
}

/// Why the engine went back to who ran it.
#[derive(Debug, Default)]
pub enum Exit {
    /// It did not yet.
    #[default]
    Running,
    /// The task is done.
    Done,
    /// The task waits, at the instruction that it will try again.
    Waiting,
    /// The program is over.
    Fatal(Box<Trap>),
}

/// What handlers share. The context stands behind a pointer, since a handler needs it seldom.
#[derive(Debug)]
pub struct State {
    /// What is left of the slice of fuel.
    pub fuel: i64,
    /// Where the heap's region begins: an object's address is this plus 8 times its reference.
    pub heap_base: *mut u8,
    /// The program. It outlives every run of the engine.
    pub(crate) context: *mut Context,
    /// Why the engine stopped.
    pub(crate) exit: Exit,
    /// The representations of values in lists, where instructions say.
    pub kinds: Vec<SlotKind>,
}

impl State {
    /// The program.
    #[inline(always)]
    pub fn context(&mut self) -> &mut Context {
        // SAFETY: `run` is given an exclusive borrow of the context for as long as handlers run, and hands it to no one else.
        unsafe { &mut *self.context }
    }

    /// Where execution goes on after a failure: at a handler, or out of the engine. A `heap_limit` is collected for first, and the
    /// instruction tried again.
    #[cold]
    #[inline(never)]
    pub fn raise(&mut self, pc: Pc, fp: Fp, fault: impl Into<Fault>) -> (Pc, Fp) {
        let Fault(trap) = fault.into();
        self.exit = Exit::Fatal(trap);
        (pc, fp)
    }

    /// Leaves the engine with the task waiting at this instruction.
    #[cold]
    #[inline(never)]
    pub fn wait(&mut self, pc: Pc, fp: Fp) -> (Pc, Fp) {
        self.exit = Exit::Waiting;
        (pc, fp)
    }

    /// Goes on at a place that begins a block, and charges for it. Branches end so.
    #[inline(always)]
    pub fn enter(&mut self, pc: Pc, fp: Fp, cost: u16) -> (Pc, Fp) {
        self.fuel -= i64::from(cost);
        if self.fuel < 0 {
            return self.refuel(pc, fp, u32::from(cost));
        }
        (pc, fp)
    }

    /// Looks at the limit, at interruptions and at the collector when a slice of fuel is used up.
    #[cold]
    #[inline(never)]
    fn refuel(&mut self, pc: Pc, fp: Fp, _cost: u32) -> (Pc, Fp) {
        (pc, fp)
    }

    /// Whether a collection is due. An instruction that allocates asks first, while its operands are still in the frame.
    #[inline(always)]
    pub fn wants_collection(&self) -> bool {
        false
    }

    /// Collects. `pc` is the instruction that is about to execute.
    #[cold]
    #[inline(never)]
    pub fn collect(&mut self, _pc: Pc, _fp: Fp) {}

    /// The kind of value that a field of 16 bits names.
    #[inline]
    pub fn kind(number: u16) -> SlotKind {
        match number {
            0 => SlotKind::I32,
            1 => SlotKind::F64,
            2 => SlotKind::Bool,
            3 => SlotKind::Any,
            _ => SlotKind::Ref,
        }
    }

    /// What is in a slot, with its kind, for functions that are shared with the oracle.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame and holds a value of that representation.
    #[inline(never)]
    pub unsafe fn value(&self, _fp: Fp, _slot: u16, kind: SlotKind) -> Value {
        Value::zero(kind)
    }

    /// The values of a list: `list` is the field that a list field describes.
    ///
    /// # Safety
    ///
    /// The slots belong to the frame and hold values of those representations.
    #[inline(never)]
    pub unsafe fn values(&self, _fp: Fp, _list: u64) -> Vec<Value> {
        Vec::new()
    }

    /// Puts a value into a slot in the representation that lowering expects there.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame.
    #[inline(never)]
    pub unsafe fn set_value(&self, _fp: Fp, _slot: u16, _kind: SlotKind, _value: Value) {}
}
