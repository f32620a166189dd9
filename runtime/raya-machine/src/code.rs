//! What lowering makes of a module: threaded code, and what is looked up about places in it when something else than an instruction
//! asks, as unwinding, the collector and traces do.

use raya_facts::types::SlotKind;
use raya_facts::{FunctionId, TypeId};

use crate::lists::Lists;
use crate::pc::Pc;
use crate::words::Words;

/// The lowered functions of a module.
#[derive(Debug)]
pub struct Code {
    /// The instructions of all functions, one after another. Inline caches change them while they run.
    pub(crate) words: Words,
    /// What a call needs, by function. It points into `words`, whose place in memory never changes.
    pub(crate) callees: Box<[Callee]>,
    /// Everything else, by function.
    pub(crate) functions: Box<[FunctionCode]>,
    /// The functions in the vtables of all classes, one class after another.
    pub(crate) methods: Box<[u32]>,
    /// Where the methods of each class begin in `methods`.
    pub(crate) vtables: Box<[u32]>,
    /// The locals that hold references, by function.
    pub(crate) references: Lists<(u16, SlotKind)>,
    /// By function, where each lowered instruction comes from: the place in the code from the function's start on, the offset in the portable
    /// code. In ascending order of places; where the leader of a block became nothing, it has an entry for its block before that of the
    /// instruction.
    pub(crate) offsets: Lists<(u32, u32)>,
    /// By function, which handler is installed from a place on, as a position in `handlers`; [`NO_HANDLER`] for none.
    pub(crate) guarded: Lists<(u32, u32)>,
    /// The handlers of each function.
    pub(crate) handlers: Lists<Handler>,
    /// The places in each function at which the collector may look at the frame.
    pub(crate) safepoints: Lists<Safepoint>,
    /// The branches of each function that charge for two blocks, in ascending order of places.
    pub(crate) twice: Lists<Twice>,
    /// The slots that hold references at safepoints, as lists that share their ends.
    pub(crate) live: Box<[Live]>,
    /// The representations of values in lists.
    pub(crate) kinds: Vec<SlotKind>,
    /// What lowering did.
    pub statistics: Statistics,
}

/// What a call of a function needs.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Callee {
    /// Its first instruction.
    pub(crate) entry: *const u64,
    /// The words of its frame.
    pub(crate) words: u32,
    /// The fuel of its first block; 0 if the block charges for itself.
    pub(crate) cost: u32,
    /// Its own number.
    pub(crate) function: u32,
    /// The number of its parameters.
    pub(crate) params: u16,
    /// How many locals it has behind its parameters: they begin as zeros.
    pub(crate) zeros: u16,
    /// Whether it captures variables.
    pub(crate) captures: bool,
    /// Whether it takes arguments beyond its parameters.
    pub(crate) rest: bool,
}

// A call finds the callee by its number: with this size by a shift.
const _: () = assert!(size_of::<Callee>() == 32);

impl Callee {
    /// The number of its locals, parameters included.
    pub(crate) fn locals(&self) -> usize {
        usize::from(self.params) + usize::from(self.zeros)
    }
}

// SAFETY: `entry` points into the `Code` that holds the callee, and is followed only while that is borrowed.
unsafe impl Send for Callee {}
// SAFETY: as for `Send`; nothing is changed through it.
unsafe impl Sync for Callee {}

/// What is known about a lowered function.
#[derive(Debug, Clone, Default)]
pub(crate) struct FunctionCode {
    /// Where its instructions begin.
    pub start: u32,
    /// The words of its frame that aren't there in the portable frame: they don't count against the limit of slots.
    pub hidden: u16,
    /// The representation of what it returns.
    pub result: Option<SlotKind>,
    /// The representation of arguments beyond its parameters, if it takes any.
    pub rest: Option<SlotKind>,
}

/// A branch that is the test of a loop, written again at the loop's end. It charges for the block of the test, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Twice {
    /// Where it ends, from the function's start on.
    pub behind: u32,
    /// Where the block of the test begins.
    pub test: u32,
    /// What that block costs.
    pub cost: u16,
}

/// No position in [`Code::handlers`].
pub(crate) const NO_HANDLER: u32 = u32::MAX;

/// Where an exception continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handler {
    /// The place in the code from the function's start on.
    pub target: u32,
    /// The fuel of the block there.
    pub cost: u16,
    /// The slot that receives the exception.
    pub slot: u16,
    /// The slot that holds how many mutexes the task had ever locked when the handler was installed.
    pub locks: u16,
}

/// A place at which the collector may look at the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Safepoint {
    /// The place in the code, from the function's start on. For a call that is under way, the last word of its instruction.
    pub at: u32,
    /// The topmost slot of the operand stack that holds a reference, as a position in [`Code::live`] plus 1; 0 for none.
    pub live: u32,
}

/// A slot of the operand stack that holds a reference, and the next one below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Live {
    /// As [`Safepoint::live`].
    pub below: u32,
    /// The slot.
    pub slot: u16,
    /// Whether it holds an `any`.
    pub any: bool,
}

/// What lowering did, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Functions that were lowered.
    pub functions: u32,
    /// Bytes of portable code.
    pub bytes: u64,
    /// Portable instructions, without those that no path reaches.
    pub instructions: u64,
    /// Instructions that came out.
    pub lowered: u64,
    /// Words that these take.
    pub words: u64,
    /// Entries of the lists of slots that hold references.
    pub references: u64,
    /// Places at which the collector may look at a frame.
    pub safepoints: u64,
    /// Instructions that became one with the instruction behind them: comparisons with branches, and sequences.
    pub fused: u64,
    /// Instructions whose result was known.
    pub folded: u64,
    /// How long it took.
    pub time: core::time::Duration,
}

/// The representation of values of a type.
pub(crate) fn slot_kind(of: TypeId) -> SlotKind {
    of.plain().map_or(SlotKind::Ref, raya_facts::types::Kind::slot)
}

impl Code {
    /// The place of an instruction from the start of its function.
    pub(crate) fn place(&self, function: FunctionId, pc: Pc) -> u32 {
        let start = self.functions.get(function.index()).map_or(0, |code| code.start);
        let bytes = (pc.0 as usize).wrapping_sub(self.words.start().0 as usize);
        ((bytes / size_of::<u64>()) as u32).wrapping_sub(start)
    }

    /// The function whose code is there.
    pub(crate) fn function(&self, function: FunctionId) -> Option<&FunctionCode> {
        self.functions.get(function.index())
    }

    /// Where a place in the code of a function comes from.
    pub(crate) fn portable(&self, function: FunctionId, place: u32) -> u32 {
        let offsets = self.offsets.of(function);
        let after = offsets.partition_point(|(at, _)| *at <= place);
        let found = after.checked_sub(1).and_then(|index| offsets.get(index));
        found.map_or(0, |(_, offset)| *offset)
    }

    /// The offset of the leader of the block whose code begins at a place.
    pub(crate) fn leader(&self, function: FunctionId, place: u32) -> u32 {
        let offsets = self.offsets.of(function);
        let first = offsets.partition_point(|(at, _)| *at < place);
        match offsets.get(first) {
            Some((at, offset)) if *at == place => *offset,
            _ => self.portable(function, place),
        }
    }

    /// The handler that is installed at a place in the code of a function.
    pub(crate) fn handler(&self, function: FunctionId, place: u32) -> Option<Handler> {
        let guarded = self.guarded.of(function);
        let after = guarded.partition_point(|(at, _)| *at <= place);
        let (_, handler) = guarded.get(after.checked_sub(1)?)?;
        self.handlers.of(function).get(*handler as usize).copied()
    }

    /// What a branch that ends at a place charges beyond the block that it leads to.
    pub(crate) fn twice(&self, function: FunctionId, behind: u32) -> Option<Twice> {
        let all = self.twice.of(function);
        let found = all.binary_search_by_key(&behind, |twice| twice.behind).ok()?;
        all.get(found).copied()
    }

    /// The slots of the operand stack that hold references when execution is at a place; `None` where no safepoint is.
    pub(crate) fn live(&self, function: FunctionId, place: u32) -> Option<impl Iterator<Item = Live> + '_> {
        let safepoints = self.safepoints.of(function);
        let found = safepoints.binary_search_by_key(&place, |safepoint| safepoint.at).ok()?;
        let first = safepoints.get(found)?.live;
        let entry = |live: u32| self.live.get((live as usize).checked_sub(1)?).copied();
        Some(core::iter::successors(entry(first), move |live| entry(live.below)))
    }

    /// The first instruction of a function.
    pub(crate) fn pc(&self, function: FunctionId, place: u32) -> Option<Pc> {
        let start = self.function(function)?.start as usize;
        self.words.pc(start + place as usize)
    }
}
