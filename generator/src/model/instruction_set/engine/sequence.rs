//! Decides which handlers a superinstruction has: each takes the place of a handler of its first ops, and runs the last one too.
//!
//! Lowering writes an instruction, and when the next one takes what it gave, it writes one for both in its place. So a handler continues
//! another one: that of the first op, or that of a shorter superinstruction.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::layout::{Layout, What};
use super::plan::{Handler, Plan, fields, is_cold, is_lowered, is_scalar, is_short, kinds, slot};
use crate::arena::Id;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::takes;
use crate::model::instruction_set::{
    Control, Fuse, Input, InstructionSet, Location, Meaning, Op, Operand, Slot, Superinstruction, TypeExpression,
};

/// The ops of a superinstruction's handler, in order.
#[derive(Debug, Clone)]
pub struct Chain<'a> {
    /// What it is a handler of.
    pub superinstruction: &'a Superinstruction,
    /// One for each op.
    pub parts: Vec<Part<'a>>,
}

/// An op in a chain. The chain has the inputs and operands of all parts one after another, without what the parts give each other.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The op.
    pub op: &'a Op,
    /// What its type variables stand for.
    pub kinds: BTreeMap<char, Id<Slot>>,
    /// The input that is what the part before gives; `None` for the first part.
    pub passed: Option<usize>,
    /// The position of its first own input among those of the chain.
    pub inputs: usize,
    /// The position of its first operand among those of the chain.
    pub operands: usize,
}

impl Part<'_> {
    /// The position of one of its inputs among those of the chain; `None` for what the part before gives.
    pub fn input(&self, index: usize) -> Option<usize> {
        match self.passed {
            Some(passed) if passed == index => None,
            Some(passed) if passed < index => Some(self.inputs + index - 1),
            _ => Some(self.inputs + index),
        }
    }

    /// How what it gives is represented, as far as that is known without a program.
    pub fn output(&self, set: &InstructionSet) -> Option<Id<Slot>> {
        slot(set, &self.kinds, &self.op.outputs.first()?.expression)
    }
}

/// A way in which lowering comes to a handler of a superinstruction.
#[derive(Debug, Clone, Copy)]
pub struct Continuation {
    /// The handler, by its position in [`Plan::handlers`].
    pub handler: usize,
    /// The handler of the instruction whose place it takes.
    pub first: usize,
    /// The input of the last op that is what `first` gives; `None` for a jump, which takes none.
    pub passed: Option<usize>,
    /// Whether the last op's two inputs are exchanged.
    pub exchanged: bool,
}

impl<'a> Plan<'a> {
    /// Adds the handlers of a superinstruction; those of shorter ones are there.
    pub(super) fn add_sequence(&mut self, set: &'a InstructionSet, index: usize, sequence: &'a Superinstruction) {
        let Some(((last, _), before)) = sequence.ops.split_last() else {
            return;
        };
        let op = &set.ops[*last];
        let firsts = self.firsts(set, before);
        for first in firsts {
            let parts = self.parts(set, first);
            let Some(given) = parts.last().map(|part| part.output(set)) else {
                continue;
            };
            let is_allowed = |part: &Part<'_>| part.kinds.values().all(|slot| sequence.allows(*slot));
            if !parts.iter().all(is_allowed) {
                continue;
            }
            for kinds in kinds(set, op) {
                if !kinds.values().all(|slot| sequence.allows(*slot)) {
                    continue;
                }
                if op.control == Control::Jump {
                    self.continue_with(set, index, sequence, first, &parts, op, &kinds, None);
                    continue;
                }
                let is_wanted = |input: &Input| sequence.input.as_ref().is_none_or(|(wanted, _)| *wanted == input.name);
                let fits = |(_, input): &(usize, &Input)| match (given, slot(set, &kinds, &input.expression)) {
                    (Some(given), Some(taken)) => given == taken,
                    (None, None) => op.control == Control::Return,
                    _ => true,
                };
                let fitting = op
                    .inputs
                    .iter()
                    .enumerate()
                    .filter(|(_, input)| is_wanted(input))
                    .filter(fits);
                let mut places: Vec<usize> = fitting.map(|(index, _)| index).collect();
                if op.commutes && places.len() == 2 {
                    places.remove(0);
                }
                for passed in places {
                    self.continue_with(set, index, sequence, first, &parts, op, &kinds, Some(passed));
                }
            }
        }
    }

    /// The handlers of ops, of one or of a superinstruction.
    fn firsts(&self, set: &InstructionSet, ops: &[(Id<Op>, crate::source::Span)]) -> Vec<usize> {
        let same = |other: &Superinstruction| other.ops.iter().map(|(id, _)| *id).eq(ops.iter().map(|(id, _)| *id));
        let mut firsts: Vec<usize> = match ops {
            [(one, _)] => {
                let position = set.ops.iter_with_ids().position(|(id, _)| id == *one);
                let row = position.and_then(|position| self.rows.get(position));
                row.map(|row| row.variants.iter().map(|choice| choice.handler).collect())
                    .unwrap_or_default()
            }
            _ => {
                let shorter = set.superinstructions.iter().position(|other| same(other) && !other.stores);
                let shorter = shorter.and_then(|position| self.sequences.get(position));
                shorter
                    .map(|continuations| continuations.iter().map(|continuation| continuation.handler).collect())
                    .unwrap_or_default()
            }
        };
        firsts.sort_unstable();
        firsts.dedup();
        firsts.retain(|first| self.handlers[*first].branch.is_none());
        firsts
    }

    /// What a handler runs.
    fn parts(&self, set: &'a InstructionSet, handler: usize) -> Vec<Part<'a>> {
        let handler = &self.handlers[handler];
        match &handler.sequence {
            Some(chain) => chain.parts.clone(),
            None => {
                let op = set.ops.iter().find(|op| op.name == handler.op.name);
                let part = op.map(|op| Part {
                    op,
                    kinds: handler.kinds.clone(),
                    passed: None,
                    inputs: 0,
                    operands: 0,
                });
                part.into_iter().collect()
            }
        }
    }

    /// Adds the handlers that run `op` behind what the handler `first` runs.
    #[expect(clippy::too_many_arguments, reason = "what a handler of a superinstruction is made of")]
    fn continue_with(
        &mut self,
        set: &'a InstructionSet,
        index: usize,
        sequence: &'a Superinstruction,
        first: usize,
        parts: &[Part<'a>],
        op: &'a Op,
        kinds: &BTreeMap<char, Id<Slot>>,
        passed: Option<usize>,
    ) {
        let before = &self.handlers[first];
        let last = Part {
            op,
            kinds: kinds.clone(),
            passed,
            inputs: before.op.inputs.len(),
            operands: before.op.operands.len(),
        };
        let chain = Chain {
            superinstruction: sequence,
            parts: parts.iter().cloned().chain([last]).collect(),
        };
        let before_places = before.places.clone();
        let before_name = before.name.clone();
        let composed = composed(set, &chain, &before.op);
        let own: Vec<usize> = (0..op.inputs.len()).filter(|input| Some(*input) != passed).collect();
        let senses: &[Option<bool>] = match op.fuses.contains(&Fuse::Branch) {
            true => &[Some(true), Some(false)],
            false => &[None],
        };
        // One constant of the last op at most, and no second one that takes a word of its own.
        let is_short_before =
            |(input, place): (&Input, &Location)| *place == Location::Slot || is_short(set, &BTreeMap::new(), &input.expression);
        let all_short = composed.inputs.iter().zip(&before_places).all(is_short_before);
        let has_constant = before_places.contains(&Location::Const);
        let may_be_constant = |input: &usize| {
            let expression = &op.inputs[*input].expression;
            op.locations.contains(&Location::Const)
                && is_scalar(expression)
                && (!has_constant || all_short && is_short(set, kinds, expression))
        };
        let constants: Vec<Option<usize>> = own
            .iter()
            .rev()
            .copied()
            .filter(may_be_constant)
            .map(Some)
            .chain([None])
            .collect();
        for branch in senses {
            for constant in &constants {
                let place = |input: &usize| match Some(*input) == *constant {
                    true => Location::Const,
                    false => Location::Slot,
                };
                let places: Vec<Location> = before_places.iter().copied().chain(own.iter().map(place)).collect();
                let letters: String = (0..op.inputs.len())
                    .map(|input| match (Some(input) == passed, Some(input) == *constant) {
                        (true, _) => 'p',
                        (_, true) => 'k',
                        _ => 's',
                    })
                    .collect();
                let handler = self.handlers.len();
                self.handlers.push(Handler {
                    name: name(set, sequence, &before_name, kinds, &letters, *branch),
                    layout: layout(set, &composed, &places, *branch, &chain),
                    op: Cow::Owned(composed.clone()),
                    sequence: Some(chain.clone()),
                    family: None,
                    kinds: BTreeMap::new(),
                    places,
                    branch: *branch,
                });
                let continuation = Continuation {
                    handler,
                    first,
                    passed,
                    exchanged: false,
                };
                self.sequences[index].push(continuation);
                if op.commutes {
                    self.sequences[index].push(Continuation {
                        passed: passed.map(|passed| op.inputs.len() - 1 - passed),
                        exchanged: true,
                        ..continuation
                    });
                }
            }
        }
    }
}

/// `unless_element_below_load_elem_i32_ss_ps`: the handler that it continues, and where the inputs of the last op lie.
fn name(
    set: &InstructionSet,
    sequence: &Superinstruction,
    before: &str,
    kinds: &BTreeMap<char, Id<Slot>>,
    letters: &str,
    branch: Option<bool>,
) -> String {
    let mut name = match branch {
        None => String::new(),
        Some(true) => "if_".to_owned(),
        Some(false) => "unless_".to_owned(),
    };
    name.push_str(&format!("{}_of_{before}", sequence.name));
    for slot in kinds.values() {
        name.push_str(&format!("_{}", set.slots[*slot].name));
    }
    if !letters.is_empty() {
        name.push_str(&format!("_{letters}"));
    }
    name
}

fn layout(set: &InstructionSet, op: &Op, places: &[Location], branch: Option<bool>, chain: &Chain<'_>) -> Layout {
    let mut fields = fields(set, op, &BTreeMap::new(), places, branch);
    if chain.superinstruction.stores {
        fields.add(What::Stored);
    }
    let mut layout = fields.lay_out();
    // Each word stands for a part: so a trap can name the place of the op that failed.
    layout.words = layout.words.max(chain.parts.len() as u8);
    layout
}

/// An op with the inputs and operands of all parts and the output of the last one. What it does is told by the parts.
fn composed(set: &InstructionSet, chain: &Chain<'_>, before: &Op) -> Op {
    let Some((last, _)) = chain.parts.split_last() else {
        return before.clone();
    };
    let first_op = chain.parts.first().map_or(last.op, |part| part.op);
    let alone = chain.parts.len() == 2;
    let position = chain.parts.len() - 1;
    let repeated = chain.parts[..position].iter().any(|part| part.op.name == last.op.name);
    let named = |op: &Op, name: &str| match repeated && std::ptr::eq(op, last.op) {
        true => format!("{}_{}_{name}", op.name, position + 1),
        false => format!("{}_{name}", op.name),
    };
    let typed = |kinds: &BTreeMap<char, Id<Slot>>, expression: &TypeExpression| match expression {
        TypeExpression::Variable(letter) => plain(set, kinds.get(letter).copied()).unwrap_or_else(|| expression.clone()),
        other => other.clone(),
    };
    let first_kinds = chain.parts.first().map(|part| part.kinds.clone()).unwrap_or_default();
    let first_inputs = before.inputs.iter().map(|input| match alone {
        true => Input {
            name: format!("{}_{}", first_op.name, input.name),
            expression: typed(&first_kinds, &input.expression),
            ..input.clone()
        },
        false => input.clone(),
    });
    let last_inputs = last.op.inputs.iter().enumerate();
    let last_inputs = last_inputs
        .filter(|(index, _)| last.passed != Some(*index))
        .map(|(_, input)| Input {
            name: named(last.op, &input.name),
            expression: typed(&last.kinds, &input.expression),
            ..input.clone()
        });
    let first_operands = before.operands.iter().map(|operand| match alone {
        true => Operand {
            name: format!("{}_{}", first_op.name, operand.name),
            ..operand.clone()
        },
        false => operand.clone(),
    });
    let last_operands = last.op.operands.iter().map(|operand| Operand {
        name: named(last.op, &operand.name),
        ..operand.clone()
    });
    let outputs = last.op.outputs.iter().map(|output| {
        let mut output = output.clone();
        output.expression = typed(&last.kinds, &output.expression);
        output
    });
    Op {
        name: chain.superinstruction.name.clone(),
        doc: chain.superinstruction.doc.clone(),
        meaning: Meaning::Expression {
            text: String::new(),
            span: chain.superinstruction.span,
        },
        inputs: first_inputs.chain(last_inputs).collect(),
        operands: first_operands.chain(last_operands).collect(),
        outputs: outputs.collect(),
        locations: vec![Location::Slot, Location::Const],
        fuses: Vec::new(),
        // Parts that fail end the handler by themselves.
        traps: Vec::new(),
        effects: Vec::new(),
        fast: None,
        commutes: false,
        ..(*last.op).clone()
    }
}

/// A type whose values are represented so.
fn plain(set: &InstructionSet, of: Option<Id<Slot>>) -> Option<TypeExpression> {
    let of = of?;
    let found = set.types.iter_with_ids().find(|(_, candidate)| candidate.slot == of);
    found.map(|(constructor, _)| TypeExpression::Named {
        constructor,
        arguments: Vec::new(),
    })
}

/// Why an op can't be a part of a superinstruction; nothing if it can. What collects, waits, calls or needs the frame stands alone: the
/// collector and other tasks see the frame as it is between two instructions.
pub fn fault_of_part(set: &InstructionSet, op: &Op, is_last: bool) -> Option<&'static str> {
    let suspends = op.effects.iter().any(|effect| {
        let effect = &set.effects[*effect];
        effect.suspends || matches!(effect.name.as_str(), "heap.alloc" | "call" | "throw")
    });
    if is_last && matches!(op.control, Control::Jump | Control::Return) {
        return None;
    }
    if op.control != Control::Next && !(is_last && op.control == Control::Branch) {
        Some("ends a block, and only a branch, a jump or a return in last place may")
    } else if is_lowered(set, op) || is_cold(op) {
        Some("has no `expr` and no `fast` function")
    } else if suspends {
        Some("may collect, wait or call")
    } else if takes(set, op).frame != Access::None {
        Some("looks into the frame")
    } else if op.inputs.iter().any(|input| input.expression.is_many()) {
        Some("takes a list of values")
    } else if op.outputs.len() > 1 || !is_last && op.outputs.len() != 1 {
        Some("doesn't give one value")
    } else {
        None
    }
}

/// Whether an op has an input that may be what another one gives.
pub fn takes_from(set: &InstructionSet, op: &Op, before: &Op) -> bool {
    let Some(output) = before.outputs.first() else { return false };
    if matches!(op.control, Control::Jump | Control::Return) {
        // A jump takes nothing; a return takes anything.
        return true;
    }
    let known = |expression: &TypeExpression| match expression {
        TypeExpression::Named { constructor, .. } => Some(set.types[*constructor].slot),
        _ => None,
    };
    let given = known(&output.expression);
    op.inputs.iter().any(|input| match (given, known(&input.expression)) {
        (Some(given), Some(taken)) => given == taken,
        (given, taken) => {
            // Of two that aren't known before, one has to be known by a variable.
            given.is_some() || taken.is_some() || matches!(input.expression, TypeExpression::Variable(_))
        }
    })
}
