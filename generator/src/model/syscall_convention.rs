//! How system calls are made on a target: which register holds what. It is a fact of the processor, so that it stands in the target's spec.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::Place;
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::syntax::{Document, Spanned};

/// An instruction that enters the kernel, and what the processor and the compiler leave to its conventions.
#[derive(Debug, PartialEq, Eq)]
pub struct Entrance {
    /// As assemblers write it: `syscall`.
    pub instruction: &'static str,
    /// The value of `cfg(target_arch)` of processors that have it.
    pub arch: &'static str,
    /// The general registers but the stack pointer.
    pub registers: &'static [&'static str],
    /// Those that the instruction itself overwrites.
    pub destroyed: &'static [&'static str],
    /// Those that no stub can bind to a value: the compiler keeps them for itself.
    pub reserved: &'static [&'static str],
    /// The stack pointer.
    pub stack_pointer: &'static str,
    /// The vector registers, where the compiler may use them in any code, so that a kernel overwrites them in every call.
    pub vectors: &'static [&'static str],
    /// Whether a kernel's fast paths hand them on to whoever runs next. A kernel that takes none where code uses them doesn't.
    pub hands_on_vectors: bool,
    /// Instructions that clear what else a program can put something into.
    pub cleared: &'static [&'static str],
    /// Instructions that set back modes which a program can change and compilers take for the usual ones.
    pub set_back: &'static [&'static str],
}

/// The instructions that there are.
pub const ENTRANCES: &[Entrance] = &[
    Entrance {
        instruction: "syscall",
        arch: "x86_64",
        registers: &[
            "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
        ],
        destroyed: &["rcx", "r11"],
        reserved: &["rbx", "rbp"],
        stack_pointer: "rsp",
        vectors: &[
            "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
            "xmm14", "xmm15",
        ],
        hands_on_vectors: false,
        cleared: &[],
        set_back: &[],
    },
    Entrance {
        instruction: "svc #0",
        arch: "aarch64",
        registers: &[
            "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
            "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
        ],
        destroyed: &[],
        reserved: &["x18", "x19", "x29"],
        stack_pointer: "sp",
        vectors: &[
            "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17",
            "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31",
        ],
        hands_on_vectors: true,
        cleared: &["msr tpidr_el0, xzr", "msr fpsr, xzr", "msr nzcv, xzr"],
        set_back: &["msr fpcr, xzr"],
    },
    Entrance {
        instruction: "int 0x80",
        arch: "x86",
        registers: &["eax", "ebx", "ecx", "edx", "esi", "edi", "ebp"],
        destroyed: &[],
        reserved: &["esi", "ebp"],
        stack_pointer: "esp",
        vectors: &[],
        hands_on_vectors: false,
        cleared: &[],
        set_back: &[],
    },
];

/// A register and where it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// `rdi`.
    pub name: String,
    /// Its place.
    pub span: Span,
}

/// How calls are made on a target: `[syscall_convention]`.
#[derive(Debug, Clone)]
pub struct Convention {
    /// What is particular about it.
    pub doc: String,
    /// The instruction.
    pub entrance: &'static Entrance,
    /// Holds the number of the call.
    pub number: Register,
    /// Where arguments and results are.
    pub passing: Passing,
    /// What any call may overwrite beside.
    pub clobbered: Vec<Register>,
    /// What a call keeps unless it may switch processes.
    pub kept: Vec<Register>,
    /// Where the instruction is named.
    pub span: Span,
}

/// Where arguments and results are.
#[derive(Debug, Clone)]
pub enum Passing {
    /// In registers.
    Registers {
        /// Of the arguments, in their order.
        arguments: Vec<Register>,
        /// Of the status.
        status: Register,
        /// Of the value.
        value: Register,
        /// Of the words of a message that arrives.
        message: Vec<Register>,
        /// Of the page capability of a message that arrives.
        page: Register,
    },
    /// In memory, where this register points to.
    Block(Register),
}

impl Convention {
    /// The registers that hold the arguments; none where these lie in memory.
    pub fn arguments(&self) -> &[Register] {
        match &self.passing {
            Passing::Registers { arguments, .. } => arguments,
            Passing::Block(_) => &[],
        }
    }

    /// How many arguments a call may have; none where these lie in memory.
    pub fn most_arguments(&self) -> Option<usize> {
        match &self.passing {
            Passing::Registers { arguments, .. } => Some(arguments.len()),
            Passing::Block(_) => None,
        }
    }
}

/// How system calls are made: `[syscall_convention]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConvention {
    /// What is particular about it.
    doc: Spanned<String>,
    /// The instruction that enters the kernel.
    #[schemars(extend("enum" = ["syscall", "svc #0", "int 0x80"]))]
    instruction: Spanned<String>,
    /// The register that holds the number of the call.
    number: Spanned<String>,
    /// The registers that hold the arguments, in their order.
    #[serde(default)]
    arguments: Vec<Spanned<String>>,
    /// Instead of all registers of arguments and results: one that points to a block of six words of 64 bits, in which the arguments
    /// stand before and the results after the call.
    block: Option<Spanned<String>>,
    /// The register that holds the status.
    status: Option<Spanned<String>>,
    /// The register that holds the value.
    value: Option<Spanned<String>>,
    /// The registers that hold the words of a message that arrives.
    #[serde(default)]
    message: Vec<Spanned<String>>,
    /// The register that holds the page capability of a message that arrives.
    page: Option<Spanned<String>>,
    /// The registers that any call may overwrite beside these.
    #[serde(default)]
    clobbered: Vec<Spanned<String>>,
    /// The registers that a call keeps, unless it may switch processes.
    kept: Vec<Spanned<String>>,
}

/// The convention of a target, as far as it can be read.
pub(super) fn resolve(document: &Document, raw: &RawConvention, diagnostics: &mut Diagnostics) -> Option<Convention> {
    let words: Vec<(&str, &'static Entrance)> = ENTRANCES.iter().map(|entrance| (entrance.instruction, entrance)).collect();
    let instruction = Place::value(document, &raw.instruction);
    let entrance = instruction.word("instruction that enters the kernel", &words, diagnostics)?;
    let mut read = |text: &Spanned<String>| register(document, text, entrance, diagnostics);
    let mut all = |list: &[Spanned<String>]| list.iter().filter_map(&mut read).collect::<Vec<_>>();
    let (arguments, message) = (all(&raw.arguments), all(&raw.message));
    let (clobbered, kept) = (all(&raw.clobbered), all(&raw.kept));
    let number = read(&raw.number);
    let [block, status, value, page] =
        [&raw.block, &raw.status, &raw.value, &raw.page].map(|one| one.as_ref().map(|text| (text, read(text))));
    let passing = match (block, status, value, page) {
        (Some((_, block)), None, None, None) if arguments.is_empty() && message.is_empty() => Passing::Block(block?),
        (None, Some((_, status)), Some((_, value)), Some((_, page))) => Passing::Registers {
            arguments,
            status: status?,
            value: value?,
            message,
            page: page?,
        },
        _ => {
            diagnostics.push(
                crate::diagnostic::Diagnostic::error("L0701", "the convention says neither of the two ways to pass arguments and results")
                    .at(instruction.span, "of the convention with this instruction")
                    .note("either all in registers: `arguments`, `status`, `value`, `message` and `page`; or all in memory: `block` alone")
                    .help("state the registers of one of the two ways, and none of the other"),
            );
            return None;
        }
    };
    Some(Convention {
        doc: raw.doc.get_ref().clone(),
        entrance,
        number: number?,
        passing,
        clobbered,
        kept,
        span: instruction.span,
    })
}

/// A register of the processor; reports one that it doesn't have.
fn register(document: &Document, text: &Spanned<String>, entrance: &Entrance, diagnostics: &mut Diagnostics) -> Option<Register> {
    let place = Place::value(document, text);
    let words: Vec<(&str, ())> = entrance.registers.iter().map(|name| (*name, ())).collect();
    place.word("general register", &words, diagnostics)?;
    Some(Register {
        name: place.text.to_owned(),
        span: place.span,
    })
}
