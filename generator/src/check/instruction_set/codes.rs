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

/// The first code from `near` upwards, then from `from`, that is none of `taken` and below `limit`.
fn free_code(taken: &BTreeSet<u32>, near: u32, from: u32, limit: u32) -> Option<u32> {
    (near..limit).chain(from..near).find(|code| !taken.contains(code))
}

/// The codes of ops that are taken, those of a release by whatever had them.
struct OpCodes<'a> {
    set: &'a InstructionSet,
    taken: BTreeSet<u32>,
}

impl<'a> OpCodes<'a> {
    fn of(model: &Model, set: &'a InstructionSet) -> Self {
        let mut taken: BTreeSet<u32> = set.ops.iter().map(|op| u32::from(op.code)).collect();
        taken.extend(released(model, &set.name, "op").iter().map(|(_, code)| code));
        taken.extend(set.encoding.extension_prefix.map(u32::from));
        OpCodes { set, taken }
    }

    /// The next free code on the page of one, and on the extended page where the first one is full.
    fn free(&self, near: u16) -> Option<u16> {
        let near = u32::from(near);
        let has_second = self.set.encoding.extension_prefix.is_some();
        let second = |near| has_second.then(|| free_code(&self.taken, near, 0x100, 0x200)).flatten();
        let code = match near {
            0..0x100 => free_code(&self.taken, near, 0, 0x100).or_else(|| second(0x100)),
            _ if has_second => second(near),
            _ => free_code(&self.taken, 0, 0, 0x100),
        };
        code.and_then(|code| u16::try_from(code).ok())
    }

    /// The code with which the golden bytes of an op begin, if that is another one than the op has, and a free one.
    fn golden(&self, op: &Op) -> Option<u16> {
        let bytes = &op.golden.as_ref()?.bytes;
        let code = match (bytes.as_slice(), self.set.encoding.extension_prefix) {
            ([prefix, byte, ..], Some(expected)) if *prefix == expected => 0x100 + u16::from(*byte),
            ([byte, ..], _) => u16::from(*byte),
            _ => return None,
        };
        (!self.taken.contains(&u32::from(code))).then_some(code)
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
        let released = released(model, &set.name, "op");
        let mut ops: Vec<&Op> = set.ops.iter().collect();
        ops.sort_by_key(|op| (!released.contains(&(op.name.as_str(), u32::from(op.code))), op.span));
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
            // Golden bytes are evidence of the code that was meant: of the second op, or of the first one if only that has another.
            let stated = codes.golden(op).map(|code| (op, code));
            let stated = stated.or_else(|| codes.golden(first).map(|code| (first, code)));
            if let Some((other, code)) = stated {
                codes.taken.insert(u32::from(code));
                first_of.insert(op.code, if other.name == op.name { first } else { op });
                let text = format!("take the code with which the golden bytes of `{}` begin", other.name);
                diagnostic = diagnostic
                    .help(format!("give one of them a code of its own; {code:#04X} is free"))
                    .fix(mend::renumber(sources, set, other, code), text);
            } else if let Some(code) = codes.free(op.code) {
                codes.taken.insert(u32::from(code));
                diagnostic = diagnostic
                    .help(format!("give one of them a code of its own; {code:#04X} is free"))
                    .fix(mend::renumber(sources, set, op, code), "take the next free code");
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
            let free = codes.free(op.code);
            codes.taken.extend(free.map(u32::from));
            diagnostic = match free {
                // Whoever states a code of the extended page may have forgotten the prefix.
                Some(free) if prefix.is_some() => diagnostic
                    .help(format!("{free:#04X} is free"))
                    .fix(mend::renumber(sources, set, op, free), "take the next free code"),
                _ => diagnostic.help("state `prefix = 0xFF` under `[encoding]`, or choose a code below 0x100"),
            };
            diagnostics.push(diagnostic);
        }
    }
}

fn types(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut taken: BTreeSet<u32> = set.types.iter().map(|entry| u32::from(entry.code)).collect();
        let mut first_of: BTreeMap<u8, (&str, Span)> = BTreeMap::new();
        let released = released(model, &set.name, "type");
        taken.extend(released.iter().map(|(_, code)| code));
        let mut types: Vec<&Type> = set.types.iter().collect();
        types.sort_by_key(|entry| !released.contains(&(entry.name.as_str(), u32::from(entry.code))));
        for entry in types {
            let place = code_of(sources, "type", &entry.name, entry.span);
            let free = free_code(&taken, u32::from(entry.code), 0, u32::from(TYPE_CODES));
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
                        "take the next free code",
                    ),
                );
                taken.extend(free);
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
        let mut taken: BTreeSet<u32> = of_set.iter().map(|trap| u32::from(trap.code)).collect();
        let mut first_of: BTreeMap<u16, (&str, Span)> = BTreeMap::new();
        let released = released(model, set, "trap");
        taken.extend(released.iter().map(|(_, code)| code));
        let mut traps: Vec<&Trap> = of_set.iter().collect();
        traps.sort_by_key(|trap| !released.contains(&(trap.name.as_str(), u32::from(trap.code))));
        for trap in traps {
            let place = code_of(sources, "trap", &trap.name, trap.span);
            let free = free_code(&taken, u32::from(trap.code).max(1), 1, 0x1_0000).unwrap_or(1);
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
                    .fix(vec![Edit::new(place, free.to_string())], "take the next free code"),
                );
                taken.insert(free);
            } else {
                first_of.insert(trap.code, (&trap.name, trap.span));
            }
        }
    }
}
