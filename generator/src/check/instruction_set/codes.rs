//! Rules of numbers: of ops, types and traps. Two things with one number can't be told apart in a file.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Rule, locate, mend};
use crate::diagnostic::{Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::blessed::Blessed;
use crate::model::instruction_set::{InstructionSet, InstructionSets, Op, Trap, Type};
use crate::source::{SourceMap, Span};

/// Op codes are unique.
pub const DUPLICATE_OP: Rule = Rule {
    code: "L0221",
    summary: "no two ops have the same code",
    page: include_str!("../pages/L0221.md"),
    check: Some(duplicate_op),
};

/// Op codes can be encoded.
pub const OP_RANGE: Rule = Rule {
    code: "L0222",
    summary: "an op's code is a byte other than the extension prefix, or lies on the page behind the prefix",
    page: include_str!("../pages/L0222.md"),
    check: Some(op_range),
};

/// Type codes are unique.
pub const TYPES: Rule = Rule {
    code: "L0223",
    summary: "no two types have the same code",
    page: include_str!("../pages/L0223.md"),
    check: Some(types),
};

/// Trap codes are unique.
pub const TRAPS: Rule = Rule {
    code: "L0224",
    summary: "no two traps have the same code",
    page: include_str!("../pages/L0224.md"),
    check: Some(traps),
};

/// Codes of types below this one stand for themselves as `TypeId`; constructed types follow.
const TYPE_CODES: u8 = 64;

fn code_of(sources: &SourceMap, table: &str, name: &str, entry: Span) -> Span {
    locate::value(sources, entry, &[table.into(), name.into(), "code".into()])
}

/// The codes of a table: those that are taken, and those of a release, which stay with whatever had them.
struct Codes<'a> {
    taken: BTreeSet<u32>,
    released: BTreeSet<(&'a str, u32)>,
}

impl<'a> Codes<'a> {
    fn of(model: &'a Model, set: &str, table: &str, taken: impl Iterator<Item = u32>) -> Self {
        Codes {
            taken: taken.collect(),
            released: released(model, set, table),
        }
    }

    /// Whether an entry was released with a code.
    fn owns(&self, name: &str, code: u32) -> bool {
        self.released.contains(&(name, code))
    }

    /// Whether an entry may have a code: nothing has it, and nothing else was released with it.
    fn suits(&self, name: &str, code: u32) -> bool {
        let is_of_another = |(other, released): &(&str, u32)| *released == code && *other != name;
        !self.taken.contains(&code) && !self.released.iter().any(is_of_another)
    }

    /// The code with which an entry was released, where it can have that again.
    fn restored(&self, name: &str) -> Option<u32> {
        let own = self.released.iter().filter(|(released, _)| *released == name);
        own.map(|(_, code)| *code).find(|code| self.suits(name, *code))
    }

    /// The first code from `near` upwards, then from `from`, that nothing has or had, below `limit`.
    fn free(&self, near: u32, from: u32, limit: u32) -> Option<u32> {
        let had = |code: u32| self.released.iter().any(|(_, released)| *released == code);
        (near..limit)
            .chain(from..near)
            .find(|code| !self.taken.contains(code) && !had(*code))
    }
}

/// The codes of ops.
struct OpCodes<'a> {
    set: &'a InstructionSet,
    codes: Codes<'a>,
}

impl<'a> OpCodes<'a> {
    fn of(model: &'a Model, set: &'a InstructionSet) -> Self {
        let taken = set.ops.iter().map(|op| u32::from(op.code));
        let taken = taken.chain(set.encoding.extension_prefix.map(u32::from));
        OpCodes {
            set,
            codes: Codes::of(model, &set.name, "op", taken),
        }
    }

    fn take(&mut self, code: u16) {
        self.codes.taken.insert(u32::from(code));
    }

    /// The next free code on the page of one, and on the extended page where the first one is full.
    fn free(&self, near: u16) -> Option<u16> {
        let near = u32::from(near);
        let has_second = self.set.encoding.extension_prefix.is_some();
        let second = |near| has_second.then(|| self.codes.free(near, 0x100, 0x200)).flatten();
        let code = match near {
            0..0x100 => self.codes.free(near, 0, 0x100).or_else(|| second(0x100)),
            _ if has_second => second(near),
            _ => self.codes.free(0, 0, 0x100),
        };
        code.and_then(|code| u16::try_from(code).ok())
    }

    /// The code that an op is known to have had, and how: that of the release, or else that with which its golden bytes begin. None for
    /// an op that was released with the code that it has.
    fn meant(&self, op: &Op) -> Option<(u16, String)> {
        if self.codes.owns(&op.name, u32::from(op.code)) {
            return None;
        }
        let restored = self.codes.restored(&op.name).and_then(|code| u16::try_from(code).ok());
        let released = restored.map(|code| (code, format!("take the code with which `{}` was released", op.name)));
        released.or_else(|| {
            let text = format!("take the code with which the golden bytes of `{}` begin", op.name);
            Some((self.golden(op)?, text))
        })
    }

    /// The code with which the golden bytes of an op begin, if that is another one than the op has, and one that it may have.
    fn golden(&self, op: &Op) -> Option<u16> {
        let bytes = &op.golden.as_ref()?.bytes;
        let code = match (bytes.as_slice(), self.set.encoding.extension_prefix) {
            ([prefix, byte, ..], Some(expected)) if *prefix == expected => 0x100 + u16::from(*byte),
            ([byte, ..], _) => u16::from(*byte),
            _ => return None,
        };
        self.codes.suits(&op.name, u32::from(code)).then_some(code)
    }
}

/// The entries of a table with the codes with which they were released.
fn released<'a>(model: &'a Model, set: &str, table: &str) -> BTreeSet<(&'a str, u32)> {
    let specs = model.part::<Blessed>().specs.iter();
    let specs = specs.filter(|spec| spec.owner.as_deref() == Some(set));
    let entries = specs.flat_map(|spec| &spec.entries).filter(|entry| entry.table == table);
    entries
        .filter_map(|entry| {
            let code = entry.facts.iter().find(|fact| fact.key == "code")?;
            let number = match code.value.strip_prefix("0x") {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => code.value.parse(),
            };
            Some((entry.name.as_str(), number.ok()?))
        })
        .collect()
}

fn duplicate_op(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut first_of: BTreeMap<u16, &Op> = BTreeMap::new();
        let mut codes = OpCodes::of(model, set);
        // The op that was released with a code keeps it, else the one that stands first in the specs.
        let mut ops: Vec<&Op> = set.ops.iter().collect();
        ops.sort_by_key(|op| (!codes.codes.owns(&op.name, u32::from(op.code)), op.span));
        for op in ops {
            let Some(first) = first_of.get(&op.code).copied() else {
                first_of.insert(op.code, op);
                continue;
            };
            let (name, span) = (&first.name, &first.span);
            let place = code_of(sources, "op", &op.name, op.span);
            let mut diagnostic = Diagnostic::error(
                DUPLICATE_OP.code,
                format!("ops `{name}` and `{}` have the same code {:#04X}", op.name, op.code),
            )
            .at(place, format!("`{}` takes it again here", op.name))
            .at(code_of(sources, "op", name, *span), format!("`{name}` has had it since here"))
            .note("a decoder could not tell them apart");
            // The release and golden bytes are evidence of the code that was meant: of the second op, or of the first one if only that
            // has another.
            let meant = codes.meant(op).map(|meant| (op, meant));
            let meant = meant.or_else(|| codes.meant(first).map(|meant| (first, meant)));
            let next = || Some((op, (codes.free(op.code)?, "take the next free code".to_owned())));
            if let Some((other, (code, text))) = meant.or_else(next) {
                codes.take(code);
                first_of.insert(op.code, if other.name == op.name { first } else { op });
                diagnostic = diagnostic
                    .help(format!("give one of them a code of its own; {code:#04X} is free"))
                    .fix(mend::renumber(sources, set, other, code), text);
            }
            diagnostics.push(diagnostic);
        }
    }
}

fn op_range(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut codes = OpCodes::of(model, set);
        for op in &set.ops {
            let place = code_of(sources, "op", &op.name, op.span);
            let prefix = set.encoding.extension_prefix;
            let prefix_place = locate::value(sources, set.encoding.span, &["encoding".into(), "prefix".into()]);
            let mut diagnostic = if prefix.map(u16::from) == Some(op.code) {
                Diagnostic::error(
                    OP_RANGE.code,
                    format!("op `{}` has the code of the extension prefix, {:#04X}", op.name, op.code),
                )
                .at(place, "")
                .at(prefix_place, "this byte announces a second opcode byte")
            } else if op.code >= 0x100 && prefix.is_none() {
                Diagnostic::error(
                    OP_RANGE.code,
                    format!(
                        "op `{}` has code {:#05X} on the extended page, but there is no prefix for that page",
                        op.name, op.code
                    ),
                )
                .at(place, "")
                .at(set.encoding.span, "this encoding states no `prefix`")
            } else {
                continue;
            };
            let next = || Some((codes.free(op.code)?, "take the next free code".to_owned()));
            let code = codes.meant(op).or_else(next);
            if let Some((code, _)) = code {
                codes.take(code);
            }
            diagnostic = match code {
                // Whoever states a code of the extended page may have forgotten the prefix.
                Some((code, text)) if prefix.is_some() => diagnostic
                    .help(format!("{code:#04X} is free"))
                    .fix(mend::renumber(sources, set, op, code), text),
                _ => diagnostic.help("state `prefix = 0xFF` under `[encoding]`, or choose a code below 0x100"),
            };
            diagnostics.push(diagnostic);
        }
    }
}

/// Why a code is offered to an entry, which may be that of the release.
fn reason(restored: Option<u32>) -> &'static str {
    match restored {
        Some(_) => "take the code with which it was released",
        None => "take the next free code",
    }
}

fn types(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut codes = Codes::of(model, &set.name, "type", set.types.iter().map(|entry| u32::from(entry.code)));
        let mut first_of: BTreeMap<u8, (&str, Span)> = BTreeMap::new();
        let mut types: Vec<&Type> = set.types.iter().collect();
        types.sort_by_key(|entry| !codes.owns(&entry.name, u32::from(entry.code)));
        for entry in types {
            let place = code_of(sources, "type", &entry.name, entry.span);
            let restored = codes.restored(&entry.name);
            let free = restored.or_else(|| codes.free(u32::from(entry.code), 0, u32::from(TYPE_CODES)));
            let help = free.map_or("merge types: all 64 codes are taken".to_owned(), |free| {
                format!("{free} is free")
            });
            if let Some((name, span)) = first_of.get(&entry.code) {
                diagnostics.push(
                    Diagnostic::error(
                        TYPES.code,
                        format!("types `{name}` and `{}` have the same code {}", entry.name, entry.code),
                    )
                    .at(place, format!("`{}` takes it again here", entry.name))
                    .at(
                        code_of(sources, "type", name, *span),
                        format!("`{name}` has had it since here"),
                    )
                    .help(help)
                    .fix(
                        Vec::from_iter(free.map(|free| Edit::new(place, free.to_string()))),
                        reason(restored),
                    ),
                );
                codes.taken.extend(free);
            } else {
                first_of.insert(entry.code, (&entry.name, entry.span));
            }
        }
    }
}

fn traps(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let sets = model.part::<InstructionSets>();
    let images = sets.images.iter().map(|set| (&set.name, &set.traps));
    for (set, of_set) in sets.sets.iter().map(|set| (&set.name, &set.traps)).chain(images) {
        let mut codes = Codes::of(model, set, "trap", of_set.iter().map(|trap| u32::from(trap.code)));
        let mut first_of: BTreeMap<u16, (&str, Span)> = BTreeMap::new();
        let mut traps: Vec<&Trap> = of_set.iter().collect();
        traps.sort_by_key(|trap| !codes.owns(&trap.name, u32::from(trap.code)));
        for trap in traps {
            let place = code_of(sources, "trap", &trap.name, trap.span);
            let restored = codes.restored(&trap.name);
            let next = || codes.free(u32::from(trap.code).max(1), 1, 0x1_0000);
            let free = restored.or_else(next).unwrap_or(1);
            if let Some((name, span)) = first_of.get(&trap.code) {
                diagnostics.push(
                    Diagnostic::error(
                        TRAPS.code,
                        format!("traps `{name}` and `{}` have the same code {}", trap.name, trap.code),
                    )
                    .at(place, format!("`{}` takes it again here", trap.name))
                    .at(
                        code_of(sources, "trap", name, *span),
                        format!("`{name}` has had it since here"),
                    )
                    .help(format!("{free} is free"))
                    .fix(vec![Edit::new(place, free.to_string())], reason(restored)),
                );
                codes.taken.insert(free);
            } else {
                first_of.insert(trap.code, (&trap.name, trap.span));
            }
        }
    }
}
