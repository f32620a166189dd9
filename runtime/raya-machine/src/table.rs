//! What the emitted engine tells lowering: which handlers exist, and which instruction may become which of them.
//!
//! An instruction of lowered code is 1 to 5 words of 64 bits. Bytes 0 and 1 hold the number of its handler; its fields stand at byte
//! offsets behind, each aligned to its size: numbers of 16 bits first, then those of 32, then constants of 64.

use raya_facts::Opcode;
use raya_facts::types::SlotKind;

/// Everything that lowering reads of an emitted engine.
#[derive(Debug)]
pub struct Table {
    /// By the index of the opcode in `Opcode::ALL`. Instructions that lowering takes care of itself have no variants: loads and stores
    /// of locals, constants, `dup`, `swap`, `pop`, `nop`, jumps, calls, returns, `throw`, handlers.
    pub ops: &'static [OpRow],
    /// By number; the [`BUILTINS`] come first.
    pub internals: &'static [Internal],
    /// What instructions become together with the one behind them, by the number of the first.
    pub sequences: &'static [Sequence],
    /// Instructions that change while they run.
    pub families: &'static [Family],
    /// What a pure instruction gives for known inputs; `None` where it can't be said before it runs, as for one that would trap.
    pub fold: fn(Opcode, &[Const]) -> Option<Const>,
}

/// A handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Internal {
    /// The name of its function.
    pub name: &'static str,
    /// The instruction that it comes from; `None` for a builtin and a superinstruction.
    pub source: Option<Opcode>,
    /// How many words an instruction of it takes.
    pub words: u8,
}

/// What an instruction of portable code can become.
#[derive(Debug, Clone, Copy)]
pub struct OpRow {
    /// The first one that fits is taken.
    pub variants: &'static [Variant],
    /// Of a comparison: what it becomes together with the branch behind it.
    pub fused: &'static [Fused],
}

impl OpRow {
    /// The row of an instruction that lowering takes care of itself.
    pub const NONE: OpRow = OpRow {
        variants: &[],
        fused: &[],
    };
}

/// A handler with the inputs that it wants.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// The number of the handler.
    pub internal: u16,
    /// The number of words of the instruction.
    pub words: u8,
    /// One per input, bottom to top. An input that is a list of values has one entry.
    pub inputs: &'static [Wanted],
    /// The representation of each output; `None` fits any.
    pub outputs: &'static [Option<SlotKind>],
    /// What is written into the instruction.
    pub fields: &'static [Field],
}

/// What a variant wants of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The representation; `None` fits any.
    pub kind: Option<SlotKind>,
    /// Where it lies.
    pub location: Location,
}

/// Where an input lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In a slot of the frame.
    Slot,
    /// In the instruction: its value is known at lowering.
    Const,
    /// Several values in consecutive slots at the top of the stack.
    List,
}

/// A field of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its offset in bytes from the beginning of the instruction.
    pub at: u8,
    /// What stands there.
    pub what: What,
}

/// What a field of an instruction holds. Inputs, outputs and operands are named by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// 16 bits: the slot of an output.
    Output(u8),
    /// 16 bits: the slot of an input.
    Input(u8),
    /// 64 bits: the word of an input that is a constant.
    Const(u8),
    /// 32 bits: the low half of the word of an input that is a constant. For integers, booleans and references, which need no more.
    Const32(u8),
    /// An operand: 16 bits or 32 as it is encoded, 64 for a float; a text, type, class, … by its number.
    Operand(u8),
    /// 16 bits: the [`SlotKind`] of an input, as `kind as u16`.
    Kind(u8),
    /// 16 bits: the [`SlotKind`] of an output.
    OutputKind(u8),
    /// 64 bits: 16 for the first slot of a list of values, 16 for their number, 32 for where their kinds stand in
    /// [`State::kinds`](crate::State::kinds).
    List(u8),
    /// 64 bits: the place of the target of a branch.
    Target,
    /// 16 bits: the fuel of the block at the target.
    CostTaken,
    /// 16 bits: the fuel of the block behind the instruction.
    CostNext,
    /// 16, 32 or 64 bits: a value in the cache of a family, which its members write. Lowering leaves it 0.
    Cache(u8),
    /// 16 bits: of a call, how many arguments lie one behind another from the slot of the first one on.
    Count,
    /// 16 bits: the field at this byte of the instruction whose place this one takes.
    Before16(u8),
    /// 32 bits of the same.
    Before32(u8),
    /// 64 bits of the same.
    Before64(u8),
}

/// A comparison and the branch behind it in one handler.
#[derive(Debug, Clone, Copy)]
pub struct Fused {
    /// It jumps when the comparison gives this.
    pub when: bool,
    /// The handler. It has fields for target and costs, and no output.
    pub variant: Variant,
}

/// Handlers of one form of instruction, which changes from one to another while it runs.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// Its name in the spec.
    pub name: &'static str,
    /// What lowering writes.
    pub generic: u16,
    /// What that becomes when it has filled the cache.
    pub specialised: u16,
    /// What that becomes when its guard fails.
    pub on_miss: u16,
}

/// What an instruction becomes together with the one behind it that takes what it gave. Nothing arrives between the two.
#[derive(Debug, Clone, Copy)]
pub struct Sequence {
    /// The handler of the instruction whose place it takes.
    pub first: u16,
    /// The instruction behind.
    pub op: Opcode,
    /// Which of its inputs is what the first gave.
    pub input: u8,
    /// How many instructions went before. A word of the code stands for each, so that a trap can say which one it was.
    pub part: u8,
    /// Whether what the first gave is also stored in a local, from where the instruction takes it.
    pub stores: bool,
    /// Of a comparison that is fused with the branch behind it: it jumps when the comparison gives this.
    pub when: Option<bool>,
    /// The handler. Inputs, outputs and operands are those of the instruction behind; the fields of the first are copied.
    pub variant: Variant,
}

/// A value that is known at lowering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Const {
    /// Its representation.
    pub kind: SlotKind,
    /// Its bits, as they stand in a slot.
    pub word: u64,
}

/// The handlers that every engine has, in the order of their numbers, from 0. Each is a function of `raya_machine::builtin` with this name
/// and the signature of an emitted handler.
pub const BUILTINS: &[&str] = &[
    "leave",
    "mov",
    "swap",
    "constant",
    "constant_short",
    "jump",
    "fuel",
    "call",
    "call_rest",
    "call_method_rest",
    "call_constructor",
    "call_constructor_rest",
    "call_super",
    "call_super_rest",
    "call_closure",
    "reflect_construct",
    "take_receiver",
    "take_receiver_boxed",
    "enter_guarded",
    "leave_guarded",
    "return_slot",
    "return_constant",
    "rare",
    "try_enter",
    "throw",
    "rethrow",
    "abort",
    "load_captured",
    "store_captured",
    "close_var",
    "get_arg_count",
    "load_arg_local",
    "null_to",
    "call_native",
    "closure_of",
    "mov_two",
    "load_captured_cell",
    "call_closure_with_one",
    "fill_words",
    "fill_elements",
];

/// The numbers of the [`BUILTINS`].
pub(crate) mod builtin {
    /// The number of `leave`.
    pub const LEAVE: u16 = 0;
    /// The number of `mov`.
    pub const MOV: u16 = 1;
    /// The number of `swap`.
    pub const SWAP: u16 = 2;
    /// The number of `constant`.
    pub const CONSTANT: u16 = 3;
    /// The number of `constant_short`.
    pub const CONSTANT_SHORT: u16 = 4;
    /// The number of `jump`.
    pub const JUMP: u16 = 5;
    /// The number of `fuel`.
    pub const FUEL: u16 = 6;
    /// The number of `call`.
    pub const CALL: u16 = 7;
    /// The number of `call_rest`.
    pub const CALL_REST: u16 = 8;
    /// The number of `call_method_rest`.
    pub const CALL_METHOD_REST: u16 = 9;
    /// The number of `call_constructor`.
    pub const CALL_CONSTRUCTOR: u16 = 10;
    /// The number of `call_constructor_rest`.
    pub const CALL_CONSTRUCTOR_REST: u16 = 11;
    /// The number of `call_super`.
    pub const CALL_SUPER: u16 = 12;
    /// The number of `call_super_rest`.
    pub const CALL_SUPER_REST: u16 = 13;
    /// The number of `call_closure`.
    pub const CALL_CLOSURE: u16 = 14;
    /// The number of `reflect_construct`.
    pub const REFLECT_CONSTRUCT: u16 = 15;
    /// The number of `take_receiver`.
    pub const TAKE_RECEIVER: u16 = 16;
    /// The number of `take_receiver_boxed`.
    pub const TAKE_RECEIVER_BOXED: u16 = 17;
    /// The number of `enter_guarded`.
    pub const ENTER_GUARDED: u16 = 18;
    /// The number of `leave_guarded`.
    pub const LEAVE_GUARDED: u16 = 19;
    /// The number of `return_slot`.
    pub const RETURN_SLOT: u16 = 20;
    /// The number of `return_constant`.
    pub const RETURN_CONSTANT: u16 = 21;
    /// The number of `rare`.
    pub const RARE: u16 = 22;
    /// The number of `try_enter`.
    pub const TRY_ENTER: u16 = 23;
    /// The number of `throw`.
    pub const THROW: u16 = 24;
    /// The number of `rethrow`.
    pub const RETHROW: u16 = 25;
    /// The number of `abort`.
    pub const ABORT: u16 = 26;
    /// The number of `load_captured`.
    pub const LOAD_CAPTURED: u16 = 27;
    /// The number of `store_captured`.
    pub const STORE_CAPTURED: u16 = 28;
    /// The number of `close_var`.
    pub const CLOSE_VAR: u16 = 29;
    /// The number of `get_arg_count`.
    pub const GET_ARG_COUNT: u16 = 30;
    /// The number of `load_arg_local`.
    pub const LOAD_ARG_LOCAL: u16 = 31;
    /// The number of `null_to`.
    pub const NULL_TO: u16 = 32;
    /// The number of `call_native`.
    pub const CALL_NATIVE: u16 = 33;
    /// The number of `closure_of`.
    pub const CLOSURE_OF: u16 = 34;
    /// The number of `mov_two`.
    pub const MOV_TWO: u16 = 35;
    /// The number of `load_captured_cell`.
    pub const LOAD_CAPTURED_CELL: u16 = 36;
    /// The number of `call_closure_with_one`.
    pub const CALL_CLOSURE_WITH_ONE: u16 = 37;
    /// The number of `fill_words`.
    pub const FILL_WORDS: u16 = 38;
    /// The number of `fill_elements`.
    pub const FILL_ELEMENTS: u16 = 39;
}

/// What the last word of a call says beside the result's slot and the function.
pub(crate) mod flags {
    /// The call's record keeps the object that is constructed.
    pub const KEEPS_RECEIVER: u16 = 1;
}
