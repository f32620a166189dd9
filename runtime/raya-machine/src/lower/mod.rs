//! Turns verified functions into threaded code.
//!
//! A function is gone through once from front to back. The operand stack exists only here: a value that is pushed is remembered as the local,
//! the slot or the constant that it is, and becomes an operand of the instruction that takes it. At the end of a block every value is put
//! into the slot of its position, so that all paths to a place agree.
//!
//! | module | what it holds |
//! |---|---|
//! | [`function`] | the way through a function: blocks, labels; in `marks`, handlers and safepoints |
//! | [`moves`] | what only moves values: locals, constants, `dup`, `swap`, jumps |
//! | [`loops`] | tests of loops, which are written at their ends |
//! | [`select`] | everything for which the engine's table has variants |
//! | [`sequences`] | instructions that become one with the last one |
//! | [`calls`] | calls and returns |
//! | [`stack`] | the operand stack |
//! | [`writer`] | words of code |

mod calls;
mod function;
mod loops;
mod moves;
mod select;
mod sequences;
mod stack;
mod writer;

use std::collections::HashMap;
use std::time::Instant;

use raya_facts::types::SlotKind;
use raya_facts::verify::Verified;
use raya_facts::{ClassId, ClassLayouts, FunctionId, Module, Opcode, TextId};

use crate::code::{Callee, Code, FunctionCode, Handler, Live, Safepoint, Statistics, Twice};
use crate::lists::Lists;
use crate::table::{Sequence, Table};
use crate::words::Words;
use writer::Writer;

/// The most slots of a frame: parameters, locals, and the deepest operand stack. Instructions name slots with 16 bits.
pub const MAX_FRAME: usize = 65_000;

/// The most words of lowered code in a module: calls name places with 32 bits, jumps with 32 signed ones.
const MAX_WORDS: usize = 1 << 30;

/// Why a verified module can't be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerError {
    /// The function.
    pub function: String,
    /// What is too large, and the limit.
    pub problem: String,
}

impl core::fmt::Display for LowerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "function `{}` can't be lowered: {}", self.function, self.problem)
    }
}

impl core::error::Error for LowerError {}

/// What lowering reads.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The module.
    pub module: &'a Module,
    /// What the verifier learned about it.
    pub verified: &'a Verified,
    /// Its classes.
    pub layouts: &'a ClassLayouts,
    /// The word of the reference to each text of the pool.
    pub text: &'a dyn Fn(TextId) -> u64,
    /// The engine that will run the code.
    pub table: &'a Table,
}

/// What all functions share while they are lowered.
struct Shared<'a> {
    source: Source<'a>,
    writer: Writer,
    references: Lists<(u16, SlotKind)>,
    offsets: Lists<(u32, u32)>,
    guarded: Lists<(u32, u32)>,
    handlers: Lists<Handler>,
    safepoints: Lists<Safepoint>,
    twice: Lists<Twice>,
    live: Vec<Live>,
    kinds: Vec<SlotKind>,
    /// Where a list of representations stands in `kinds`.
    known_kinds: HashMap<Vec<SlotKind>, u32>,
    /// Memory for a list of representations.
    list: Vec<SlotKind>,
    /// The index of each opcode, by its code.
    rows: Vec<u16>,
    /// By number of a handler, the sequences that continue it.
    sequences: Vec<Continued>,
    statistics: Statistics,
}

/// Lowers all functions of a module.
///
/// # Errors
///
/// When a function needs more than [`MAX_FRAME`] slots, or the code grows too long.
pub fn lower(source: Source<'_>) -> Result<Code, LowerError> {
    let begun = Instant::now();
    // About what ordinary code needs, so that large lists are rarely moved while they grow.
    let bytes: usize = source.module.functions.iter().map(|function| function.code.len()).sum();
    let mut shared = Shared {
        source,
        writer: Writer::with_capacity(bytes / 4),
        references: Lists::default(),
        offsets: Lists::with_capacity(bytes / 6),
        guarded: Lists::default(),
        handlers: Lists::default(),
        safepoints: Lists::with_capacity(bytes / 12),
        twice: Lists::default(),
        live: Vec::new(),
        kinds: Vec::new(),
        known_kinds: HashMap::new(),
        list: Vec::new(),
        rows: rows(),
        sequences: sequences(source.table),
        statistics: Statistics::default(),
    };
    let module = source.module;
    let mut functions: Vec<FunctionCode> = Vec::with_capacity(module.functions.len());
    let mut starts = Vec::with_capacity(module.functions.len());
    let mut lowering = function::Memory::default();
    for (index, declared) in module.functions.iter().enumerate() {
        let fail = |problem: String| LowerError {
            function: declared.name.clone(),
            problem,
        };
        let facts = source.verified.functions.get(index);
        let facts = facts.ok_or_else(|| fail("the verifier did not look at it".to_owned()))?;
        let (code, callee) =
            function::lower(&mut shared, &mut lowering, FunctionId(index as u32), declared, facts).map_err(fail)?;
        if shared.writer.words.len() > MAX_WORDS {
            return Err(fail(format!("the lowered module is longer than {MAX_WORDS} words")));
        }
        shared.finish_lists();
        functions.push(code);
        starts.push(callee);
    }
    shared
        .writer
        .link(|function| functions.get(function).map_or(0, |function| function.start));
    let mut words = Words::from(std::mem::take(&mut shared.writer.words));
    words.point(&shared.writer.places);
    let callees = starts
        .into_iter()
        .zip(&functions)
        .map(|(callee, code)| Callee {
            entry: words.pc(code.start as usize).map_or(core::ptr::null(), |pc| pc.0),
            ..callee
        })
        .collect();
    let (methods, vtables) = methods(module, source.layouts);
    let mut statistics = shared.statistics;
    statistics.functions = functions.len() as u32;
    statistics.lowered = shared.writer.instructions;
    statistics.words = words.len() as u64;
    statistics.references = shared.live.len() as u64;
    statistics.safepoints = shared.safepoints.len() as u64;
    statistics.time = begun.elapsed();
    Ok(Code {
        words,
        callees,
        functions: functions.into(),
        methods,
        vtables,
        references: shared.references.shrunk(),
        offsets: shared.offsets.shrunk(),
        guarded: shared.guarded.shrunk(),
        handlers: shared.handlers.shrunk(),
        safepoints: shared.safepoints.shrunk(),
        twice: shared.twice.shrunk(),
        live: shared.live.into(),
        kinds: shared.kinds,
        statistics,
    })
}

/// The index of each opcode in `Opcode::ALL`, by its code.
fn rows() -> Vec<u16> {
    let mut rows = Vec::new();
    for (index, opcode) in Opcode::ALL.iter().enumerate() {
        let code = usize::from(opcode.code());
        if rows.len() <= code {
            rows.resize(code + 1, u16::MAX);
        }
        if let Some(row) = rows.get_mut(code) {
            *row = index as u16;
        }
    }
    rows
}

/// Where the sequences that continue a handler stand in the table.
#[derive(Debug, Clone, Copy, Default)]
struct Continued {
    first: u32,
    end: u32,
    /// The bits of the instructions that continue it: most don't, which shows without a look at the sequences.
    by: u64,
}

/// The bit of an instruction in [`Continued`], which it shares with a few others.
fn bit(opcode: Opcode) -> u64 {
    1 << (opcode.code() % 64)
}

/// The sequences that continue a handler, by its number.
fn sequences(table: &Table) -> Vec<Continued> {
    let mut all = vec![Continued::default(); table.internals.len()];
    for (index, sequence) in (0..).zip(table.sequences) {
        if let Some(continued) = all.get_mut(usize::from(sequence.first)) {
            if continued.end == 0 {
                continued.first = index;
            }
            continued.end = index + 1;
            continued.by |= bit(sequence.op);
        }
    }
    all
}

/// The functions in the vtables of all classes, and where those of each class begin.
fn methods(module: &Module, layouts: &ClassLayouts) -> (Box<[u32]>, Box<[u32]>) {
    let mut methods = Vec::new();
    let mut vtables = Vec::with_capacity(module.classes.len());
    for class in 0..module.classes.len() {
        vtables.push(methods.len() as u32);
        if let Some(layout) = layouts.get(ClassId(class as u32)) {
            methods.extend(layout.methods.iter().map(|method| method.function.0));
        }
    }
    (methods.into(), vtables.into())
}

impl Shared<'_> {
    /// Says that what is noted from now on belongs to the next function.
    fn finish_lists(&mut self) {
        self.references.finish();
        self.offsets.finish();
        self.guarded.finish();
        self.handlers.finish();
        self.safepoints.finish();
        self.twice.finish();
    }

    /// What an instruction of a handler may become together with the one behind it; nothing if no sequence has that one.
    fn sequences(&self, internal: u16, behind: Opcode) -> &'static [Sequence] {
        match self.sequences.get(usize::from(internal)) {
            Some(Continued { first, end, by }) if by & bit(behind) != 0 => {
                let all = self.source.table.sequences;
                all.get(*first as usize..*end as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// Where a list of representations stands in the code's list of them.
    fn kinds_at(&mut self, list: &[SlotKind]) -> u32 {
        if let Some(known) = self.known_kinds.get(list) {
            return *known;
        }
        let at = self.kinds.len() as u32;
        self.kinds.extend(list);
        self.known_kinds.insert(list.to_vec(), at);
        at
    }
}
