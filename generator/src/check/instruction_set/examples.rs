//! Rules of hand-written evidence: examples and bytes hold every tier to the meaning, so they must be there and make sense.

use super::image;
use crate::check::mend::{self, opcode_bytes};
use crate::check::{Rule, locate, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::hexadecimal;
use crate::model::instruction_set::signature::value_type;
use crate::model::instruction_set::{
    Control, Example, Golden, InstructionSet, InstructionSets, Op, OperandKind, OperandMeaning, Outcome, Scalar,
};
use crate::source::{SourceMap, Span};
use crate::suggest;

use super::literal;

/// Every op is shown.
pub const MISSING: Rule = Rule {
    code: "L0621",
    summary: "an op has an example, unless it waits",
    page: include_str!("../pages/L0621.md"),
    check: Some(missing),
};

/// Examples of values are for ops that are a function of their inputs.
pub const FORM: Rule = Rule {
    code: "L0622",
    summary: "an example by values is of an op without operands whose inputs and outputs are one value each",
    page: include_str!("../pages/L0622.md"),
    check: Some(form),
};

/// Examples have as many values as the op.
pub const ARITY: Rule = Rule {
    code: "L0623",
    summary: "an example has one literal for each input and each output",
    page: include_str!("../pages/L0623.md"),
    check: Some(arity),
};

/// Literals are of the slot.
pub const LITERAL: Rule = Rule {
    code: "L0624",
    summary: "literals of examples are values of the slots of inputs and outputs",
    page: include_str!("../pages/L0624.md"),
    check: Some(literals),
};

/// The op states the traps of its examples.
pub const TRAP: Rule = Rule {
    code: "L0625",
    summary: "an example by values ends with a trap that the op states",
    page: include_str!("../pages/L0625.md"),
    check: Some(trap),
};

/// Programs have a `main`.
pub const PROGRAM: Rule = Rule {
    code: "L0626",
    summary: "the program of an example defines `main` and uses the op",
    page: include_str!("../pages/L0626.md"),
    check: Some(program),
};

/// Every op has its bytes by hand.
pub const GOLDEN_MISSING: Rule = Rule {
    code: "L0627",
    summary: "an op has golden bytes",
    page: include_str!("../pages/L0627.md"),
    check: Some(golden_missing),
};

/// The bytes are of this op.
pub const GOLDEN: Rule = Rule {
    code: "L0628",
    summary: "golden bytes have the length, the opcode and the operands of the op",
    page: include_str!("../pages/L0628.md"),
    check: Some(golden),
};

fn missing(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        image::shared::evidence_missing(MISSING.code, set, sources, diagnostics);
    }
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            if op.examples.is_empty() && op.waits.is_none() && !is_stated(sources, op, &["examples".into(), 0.into()]) {
                let help = if is_function_of_values(op) {
                    "write one for the ordinary case and one for each edge: `examples = [\"2, 3 -> 5\"]`"
                } else {
                    "write a program that runs it: `examples = [{ body = \"… return\", gives = \"5\" }]`"
                };
                diagnostics.push(
                    Diagnostic::error(MISSING.code, format!("op `{}` has no example", op.name))
                        .at(op.span, "")
                        .note("tools that share one meaning can be wrong together; examples are the evidence from outside")
                        .help(help),
                );
            }
        }
    }
}

/// Whether the spec has a value that the model lacks: then it can't be read, which has been reported.
fn is_stated(sources: &SourceMap, op: &Op, path: &[locate::Step<'_>]) -> bool {
    let mut whole = vec!["op".into(), op.name.as_str().into()];
    whole.extend(path);
    locate::has(sources, op.span, &whole)
}

/// Why an op can't be shown by values alone, if so.
fn hindrance(op: &Op) -> Option<(&'static str, Option<Span>)> {
    if let Some(operand) = op.operands.first() {
        return Some(("it has an operand", Some(operand.span)));
    }
    if op.control != Control::Next {
        return Some(("it doesn't go on to the next instruction", None));
    }
    let many = op.inputs.iter().find(|input| input.expression.is_many());
    if let Some(input) = many {
        return Some(("an input stands for several values", Some(input.span)));
    }
    let many = op.outputs.iter().find(|output| output.expression.is_many());
    if let Some(output) = many {
        return Some(("an output stands for several values", Some(output.span)));
    }
    None
}

fn is_function_of_values(op: &Op) -> bool {
    hindrance(op).is_none()
}

fn form(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            let Some((why, place)) = hindrance(op) else { continue };
            for example in &op.examples {
                let Example::Values { span, .. } = example else { continue };
                let mut diagnostic =
                    Diagnostic::error(FORM.code, format!("op `{}` can't be shown by values alone: {why}", op.name)).at(*span, "");
                if let Some(place) = place {
                    diagnostic = diagnostic.at(place, "");
                }
                diagnostics.push(diagnostic.help("write a program: `{ body = \"… return\", gives = \"5\" }`"));
            }
        }
    }
}

/// Examples by values of ops that can have them, with the literals of inputs and, if they end in values, of outputs.
fn by_values<'a>(op: &'a Op) -> impl Iterator<Item = (&'a [String], &'a Outcome, Span)> + use<'a> {
    let fits = is_function_of_values(op);
    op.examples.iter().filter_map(move |example| match example {
        Example::Values { inputs, outcome, span } if fits => Some((inputs.as_slice(), outcome, *span)),
        _ => None,
    })
}

fn arity(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for (inputs, outcome, span) in by_values(op) {
                let mut faults = Vec::new();
                if inputs.len() != op.inputs.len() {
                    faults.push(format!(
                        "takes {}, but the example has {}",
                        text::count(op.inputs.len(), "value"),
                        inputs.len()
                    ));
                }
                if let Outcome::Values(outputs) = outcome
                    && outputs.len() != op.outputs.len()
                {
                    faults.push(format!(
                        "gives {}, but the example has {}",
                        text::count(op.outputs.len(), "value"),
                        outputs.len()
                    ));
                }
                for fault in faults {
                    diagnostics.push(
                        Diagnostic::error(ARITY.code, format!("op `{}` {fault}", op.name))
                            .at(span, "")
                            .at(op.span, "")
                            .help("write the inputs bottom to top, then `->`, then the outputs, separated by commas"),
                    );
                }
            }
        }
    }
}

fn literals(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for (inputs, outcome, span) in by_values(op) {
                let outputs: &[String] = match outcome {
                    Outcome::Values(outputs) => outputs,
                    _ => &[],
                };
                let of_inputs = inputs.iter().zip(&op.inputs);
                let of_inputs = of_inputs.map(|(literal, input)| (literal, &input.expression, input.span));
                let of_outputs = outputs.iter().zip(&op.outputs);
                let of_outputs = of_outputs.map(|(literal, output)| (literal, &output.expression, output.span));
                for (literal, expression, place) in of_inputs.chain(of_outputs) {
                    let rust = value_type(set, expression);
                    if let Err(why) = literal::fits(literal, set.behaves(&rust)) {
                        diagnostics.push(
                            Diagnostic::error(
                                LITERAL.code,
                                format!("`{literal}` in an example of op `{}` is {why}", op.name),
                            )
                            .at(span, "")
                            .at(place, suggest::article(&format!("`{rust}`")))
                            .help(literal::help(set.behaves(&rust))),
                        );
                    }
                }
            }
        }
    }
}

fn trap(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        image::shared::example_traps(TRAP.code, set, diagnostics);
    }
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for example in &op.examples {
                let (outcome, span, is_program) = match example {
                    Example::Values { outcome, span, .. } => (outcome, *span, false),
                    Example::Program { outcome, span, .. } => (outcome, *span, true),
                };
                let Outcome::Trap(name) = outcome else { continue };
                if !is_program && !op.traps.iter().any(|id| set.traps[*id].name == *name) {
                    // A program may end with the trap of another op that it runs.
                    diagnostics.push(
                        Diagnostic::error(
                            TRAP.code,
                            format!(
                                "an example of op `{}` ends with trap `{name}`, which the op doesn't state",
                                op.name
                            ),
                        )
                        .at(span, "")
                        .at(op.span, "states no such trap")
                        .help(format!("add `{name:?}` to its `traps`, or mend the example")),
                    );
                }
            }
        }
    }
}

/// Whether `text` has `word` as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|other| other == word)
}

fn program(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for example in &op.examples {
                let Example::Program { text, given, span, .. } = example else {
                    continue;
                };
                let fixture = given.map_or("", |id| set.fixtures[id].text.as_str());
                if !has_word(text, "main") && !has_word(fixture, "main") {
                    diagnostics.push(
                        Diagnostic::error(
                            PROGRAM.code,
                            format!("the program in an example of op `{}` has no `main`", op.name),
                        )
                        .at(*span, "")
                        .note("the program is run from `main`, which has no parameters")
                        .help("declare `function main { … }`, or give only the code of it as `body`"),
                    );
                }
                if !has_word(text, &op.name) && !has_word(fixture, &op.name) {
                    diagnostics.push(
                        Diagnostic::error(
                            PROGRAM.code,
                            format!("the program in an example of op `{0}` doesn't use `{0}`", op.name),
                        )
                        .at(*span, "")
                        .help("use the op, or move the example to the op that it shows"),
                    );
                }
            }
        }
    }
}

fn golden_missing(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        image::shared::golden_missing(GOLDEN_MISSING.code, set, sources, diagnostics);
    }
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            if op.golden.is_some() || is_stated(sources, op, &["golden".into()]) {
                continue;
            }
            let mut bytes: Vec<u8> = opcode_bytes(set, op.code);
            // Without operands there is nothing to choose: the bytes are those of the code.
            let fix = match op.operands.is_empty() {
                true => mend::add_key(sources, op, "golden", &format!("\"{}\"", hexadecimal(&bytes))),
                false => Vec::new(),
            };
            let example = if op.operands.is_empty() {
                format!("golden = \"{}\"", hexadecimal(&bytes))
            } else {
                bytes.extend(std::iter::repeat_n(0, operand_bytes(set, op)));
                let zeros: Vec<&str> = op.operands.iter().map(|_| "\"0\"").collect();
                let bytes = hexadecimal(&bytes);
                format!("golden = {{ operands = [{}], bytes = \"{bytes}\" }}", zeros.join(", "))
            };
            diagnostics.push(
                Diagnostic::error(GOLDEN_MISSING.code, format!("op `{}` has no golden bytes", op.name))
                    .at(op.span, "")
                    .note("an encoder and a decoder that are wrong together pass every test of one against the other")
                    .help(format!("write them by hand: `{example}`"))
                    .fix(fix, "state the bytes of its code"),
            );
        }
    }
}

fn kind_of<'a>(set: &'a InstructionSet, op: &Op, position: usize) -> &'a OperandKind {
    &set.operand_kinds[op.operands[position].kind]
}

fn operand_bytes(set: &InstructionSet, op: &Op) -> usize {
    (0..op.operands.len())
        .map(|position| kind_of(set, op, position).encoding.bytes() as usize)
        .sum()
}

fn golden(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        image::shared::golden(GOLDEN.code, set, diagnostics);
    }
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            let Some(golden) = &op.golden else { continue };
            if let Err((message, help)) = fault_of_golden(set, op, golden) {
                let code = ["op".into(), op.name.as_str().into(), "code".into()];
                let mut diagnostic = Diagnostic::error(GOLDEN.code, message)
                    .at(golden.span, "")
                    .at(locate::value(sources, op.span, &code), "the code of the op");
                for operand in &op.operands {
                    diagnostic = diagnostic.at(operand.span, "");
                }
                diagnostics.push(diagnostic.help(help));
            }
        }
    }
}

/// What is wrong with golden bytes, and how to mend it.
fn fault_of_golden(set: &InstructionSet, op: &Op, golden: &Golden) -> Result<(), (String, String)> {
    let opcode = opcode_bytes(set, op.code);
    let length = opcode.len() + operand_bytes(set, op);
    if golden.bytes.len() != length {
        return Err((
            format!(
                "op `{}` takes {}, but its golden bytes are {}",
                op.name,
                text::count(length, "byte"),
                golden.bytes.len()
            ),
            format!(
                "begin with `{}`, then the operands in order, without gaps",
                hexadecimal(&opcode)
            ),
        ));
    }
    if golden.bytes[..opcode.len()] != opcode {
        return Err((
            format!(
                "the golden bytes of op `{}` begin with {}, but its code is {}",
                op.name,
                hexadecimal(&golden.bytes[..opcode.len()]),
                hexadecimal(&opcode)
            ),
            "one of the two is wrong: find out which before you change it".to_owned(),
        ));
    }
    if golden.operands.len() != op.operands.len() {
        return Err((
            format!(
                "op `{}` has {}, but its golden bytes state {}",
                op.name,
                text::count(op.operands.len(), "operand"),
                golden.operands.len()
            ),
            "state each operand as a number, in order".to_owned(),
        ));
    }
    let mut at = opcode.len();
    for (position, stated) in golden.operands.iter().enumerate() {
        let kind = kind_of(set, op, position);
        let width = kind.encoding.bytes() as usize;
        let mut bytes = golden.bytes[at..at + width].to_vec();
        if !set.encoding.little_endian {
            bytes.reverse();
        }
        at += width;
        let name = &op.operands[position].name;
        let Some(expected) = encoded(kind, stated) else {
            return Err((
                format!("`{stated}` is no value of operand `{name}` of op `{}`", op.name),
                format!("write a number in the range of `{}`", kind.encoding.name()),
            ));
        };
        if bytes != expected {
            return Err((
                format!(
                    "operand `{name}` of op `{}` is {stated}, but the golden bytes say otherwise",
                    op.name
                ),
                "one of the two is wrong: find out which before you change it".to_owned(),
            ));
        }
    }
    Ok(())
}

/// The little-endian bytes of an operand that is stated as a number. Written apart from the encoder on purpose.
fn encoded(kind: &OperandKind, stated: &str) -> Option<Vec<u8>> {
    let is_absent_label = kind.meaning == (OperandMeaning::Label { optional: true }) && stated == "_";
    let stated = if is_absent_label { "-1" } else { stated };
    let rust = kind.encoding.name();
    literal::fits(stated, rust).ok()?;
    if matches!(kind.encoding, Scalar::F32 | Scalar::F64) {
        let number: f64 = stated.replace('_', "").parse().ok()?;
        return Some(match kind.encoding {
            Scalar::F32 => (number as f32).to_le_bytes().to_vec(),
            _ => number.to_le_bytes().to_vec(),
        });
    }
    let number = match stated {
        "true" => 1,
        "false" => 0,
        _ => literal::parse_integer(stated)?,
    };
    Some(number.to_le_bytes()[..kind.encoding.bytes() as usize].to_vec())
}
