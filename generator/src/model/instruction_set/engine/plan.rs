//! Decides which handlers the engine of a set has, and how their instructions are laid out.
//!
//! An op that only moves values, jumps, calls or returns has none here: the hand-written lowering knows these. Every other op has one
//! for each way in which its inputs may lie, for each representation of its type variables where it has a fast function, and for each
//! sense of the jump that it may be fused with.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::family::{self, Family, Role};
use super::layout::{Fields, Layout, What, width};
use super::sequence::{Chain, Continuation};
use crate::arena::Id;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::takes;
use crate::model::instruction_set::{
    Control, Fuse, Input, InstructionSet, Location, Meaning, Op, OperandMeaning, Scalar, Slot, TypeArgument, TypeExpression,
};

/// All handlers of a set, and which of them run each op.
pub struct Plan<'a> {
    /// In order of their ops' codes.
    pub handlers: Vec<Handler<'a>>,
    /// A row for each op of the set, in the set's order.
    pub rows: Vec<Row>,
    /// The handlers of each superinstruction, best first, in the set's order.
    pub sequences: Vec<Vec<Continuation>>,
}

/// A handler: one internal op.
pub struct Handler<'a> {
    /// `iadd_sk`.
    pub name: String,
    /// The op that it runs; of a superinstruction, one that does what its ops do one after another.
    pub op: Cow<'a, Op>,
    /// The superinstruction that it runs.
    pub sequence: Option<Chain<'a>>,
    /// The family that it is of, and which member it is.
    pub family: Option<(&'a Family, Role)>,
    /// What the op's type variables stand for.
    pub kinds: BTreeMap<char, Id<Slot>>,
    /// Where each input lies.
    pub places: Vec<Location>,
    /// The jump that it is fused with: taken when the result is this.
    pub branch: Option<bool>,
    /// How its instruction is laid out.
    pub layout: Layout,
}

/// The ways in which an op can be run, best first.
#[derive(Default)]
pub struct Row {
    /// Alone.
    pub variants: Vec<Choice>,
    /// Fused with a jump: the sense and the handler.
    pub fused: Vec<(bool, Choice)>,
}

/// A handler, and whether its two inputs are exchanged.
pub struct Choice {
    /// The position in [`Plan::handlers`].
    pub handler: usize,
    /// Whether the op's first input is the handler's second.
    pub exchanged: bool,
}

impl<'a> Plan<'a> {
    /// The plan of a set.
    pub fn of(set: &'a InstructionSet) -> Self {
        let mut plan = Plan {
            handlers: Vec::new(),
            rows: Vec::new(),
            sequences: Vec::new(),
        };
        for op in &set.ops {
            let family = set.families.iter().find(|family| set.ops[family.generic.0].name == op.name);
            let row = if let Some(family) = family {
                plan.family(set, op, family)
            } else if is_lowered(set, op) {
                Row::default()
            } else {
                plan.row(set, op)
            };
            plan.rows.push(row);
        }
        plan.sequences = set.superinstructions.iter().map(|_| Vec::new()).collect();
        let mut sequences: Vec<_> = set.superinstructions.iter().enumerate().collect();
        sequences.sort_by_key(|(_, sequence)| sequence.ops.len());
        for (index, sequence) in sequences {
            plan.add_sequence(set, index, sequence);
        }
        plan
    }

    /// The handlers of the ops of a group.
    pub fn of_group(&self, set: &InstructionSet, name: &str) -> Vec<&Handler<'a>> {
        let of_group = |handler: &&Handler<'a>| handler.sequence.is_none() && set.groups[handler.op.group].name == name;
        self.handlers.iter().filter(of_group).collect()
    }

    /// The handlers of superinstructions.
    pub fn of_sequences(&self) -> Vec<&Handler<'a>> {
        self.handlers.iter().filter(|handler| handler.sequence.is_some()).collect()
    }

    /// The members of a family one after another. Lowering knows the first alone.
    fn family(&mut self, set: &'a InstructionSet, op: &'a Op, family: &'a Family) -> Row {
        let first = self.handlers.len();
        self.handlers.extend(Role::ALL.map(|role| Handler {
            name: role.handler(&op.name),
            op: Cow::Borrowed(op),
            sequence: None,
            family: Some((family, role)),
            kinds: BTreeMap::new(),
            places: vec![Location::Slot; op.inputs.len()],
            branch: None,
            layout: family::layout(set, op, family),
        }));
        Row {
            variants: vec![Choice {
                handler: first,
                exchanged: false,
            }],
            fused: Vec::new(),
        }
    }

    fn row(&mut self, set: &'a InstructionSet, op: &'a Op) -> Row {
        let mut row = Row::default();
        for kinds in kinds(set, op) {
            for (places, exchanged) in placements(op) {
                row.variants.extend(self.choices(set, op, &kinds, &places, exchanged, None));
            }
        }
        if op.fuses.contains(&Fuse::Branch) {
            for when in [true, false] {
                for kinds in kinds(set, op) {
                    for (places, exchanged) in placements(op) {
                        let choices = self.choices(set, op, &kinds, &places, exchanged, Some(when));
                        row.fused.extend(choices.into_iter().map(|choice| (when, choice)));
                    }
                }
            }
        }
        row
    }

    fn choices(
        &mut self,
        set: &'a InstructionSet,
        op: &'a Op,
        kinds: &BTreeMap<char, Id<Slot>>,
        places: &[Location],
        exchanged: bool,
        branch: Option<bool>,
    ) -> Vec<Choice> {
        let handler = self.handlers.len();
        self.handlers.push(Handler {
            name: name(set, op, kinds, places, branch),
            op: Cow::Borrowed(op),
            sequence: None,
            family: None,
            kinds: kinds.clone(),
            places: places.to_vec(),
            branch,
            layout: layout(set, op, kinds, places, branch),
        });
        let straight = Choice {
            handler,
            exchanged: false,
        };
        match exchanged {
            true => vec![
                straight,
                Choice {
                    handler,
                    exchanged: true,
                },
            ],
            false => vec![straight],
        }
    }
}

/// Whether the hand-written lowering runs an op by itself: it moves values, or it decides which function runs next.
pub fn is_lowered(set: &InstructionSet, op: &Op) -> bool {
    match op.control {
        Control::Jump | Control::Call | Control::Return | Control::Throw | Control::Halt => true,
        Control::Branch | Control::Next => {
            let needs_frame = takes(set, op).frame != Access::None && op.fast.is_none();
            needs_frame || is_constant(op) || only_moves(op)
        }
    }
}

/// Whether an op gives the same whenever it runs.
fn is_constant(op: &Op) -> bool {
    op.pure && op.inputs.is_empty()
}

/// Whether the expression of an op gives its inputs, or a part of them, as they were.
fn only_moves(op: &Op) -> bool {
    let Meaning::Expression { text, .. } = &op.meaning else {
        return false;
    };
    let is_input = |text: &str| op.inputs.iter().any(|input| input.name == text);
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    inner.split(',').map(str::trim).all(|part| part.is_empty() || is_input(part))
}

/// Whether an op has a handler that calls its semantics function with whatever is in the slots.
pub fn is_cold(op: &Op) -> bool {
    op.fast.is_none() && matches!(op.meaning, Meaning::Function { .. } | Meaning::Waits)
}

/// The type variables that stand alone, or as a part of a type, among what an op takes.
pub fn variable(expression: &TypeExpression) -> Option<char> {
    match expression {
        TypeExpression::Variable(letter) => Some(*letter),
        TypeExpression::Named { arguments, .. } => arguments.iter().find_map(|argument| match argument {
            TypeArgument::Type(inner) => variable(inner),
            TypeArgument::Operand(_) => None,
        }),
        _ => None,
    }
}

/// The type variables of an op that values which it takes or gives are of.
pub fn letters(op: &Op) -> Vec<char> {
    let expressions = op.inputs.iter().map(|input| &input.expression);
    let expressions = expressions.chain(op.outputs.iter().map(|output| &output.expression));
    let mut letters: Vec<char> = expressions
        .filter_map(|expression| match expression {
            TypeExpression::Variable(letter) => Some(*letter),
            _ => None,
        })
        .collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// What the variables of an op can stand for. Ops that aren't told apart by it have one way.
pub(super) fn kinds(set: &InstructionSet, op: &Op) -> Vec<BTreeMap<char, Id<Slot>>> {
    let mut ways = vec![BTreeMap::new()];
    if op.fast.is_none() {
        return ways;
    }
    for letter in letters(op) {
        ways = ways
            .iter()
            .flat_map(|way: &BTreeMap<char, Id<Slot>>| {
                set.slots.iter_with_ids().map(|(slot, _)| {
                    let mut way = way.clone();
                    way.insert(letter, slot);
                    way
                })
            })
            .collect();
    }
    ways
}

/// Where the inputs of an op may lie, those with the most constants first, and whether exchanging the two is the same op.
fn placements(op: &Op) -> Vec<(Vec<Location>, bool)> {
    let all_slots = vec![Location::Slot; op.inputs.len()];
    if !op.locations.contains(&Location::Const) {
        return vec![(all_slots, false)];
    }
    let can_be_constant = |input: &Input| is_scalar(&input.expression);
    let mut ways: Vec<Vec<Location>> = vec![Vec::new()];
    for input in &op.inputs {
        let choices: &[Location] = match can_be_constant(input) {
            true => &[Location::Const, Location::Slot],
            false => &[Location::Slot],
        };
        ways = ways
            .iter()
            .flat_map(|way| {
                choices.iter().map(|choice| {
                    let mut way = way.clone();
                    way.push(*choice);
                    way
                })
            })
            .collect();
    }
    let constants = |way: &[Location]| way.iter().filter(|place| **place == Location::Const).count();
    ways.retain(|way| constants(way) < op.inputs.len().max(1));
    if op.commutes {
        ways.retain(|way| way.as_slice() != [Location::Const, Location::Slot]);
    }
    // Stable: among as many constants, those of the later inputs come first, as in `a + 1`.
    ways.reverse();
    ways.sort_by_key(|way| std::cmp::Reverse(constants(way)));
    let exchanged = |way: &[Location]| op.commutes && way == [Location::Slot, Location::Const];
    ways.into_iter()
        .map(|way| {
            let exchanged = exchanged(&way);
            (way, exchanged)
        })
        .collect()
}

/// Whether values of a type are what a constant can be: one word that isn't a place in the heap.
pub fn is_scalar(expression: &TypeExpression) -> bool {
    match expression {
        TypeExpression::Named { arguments, .. } => arguments.is_empty(),
        TypeExpression::Variable(_) => true,
        TypeExpression::Optional(_) | TypeExpression::Function { .. } | TypeExpression::Repeat { .. } => false,
    }
}

fn name(set: &InstructionSet, op: &Op, kinds: &BTreeMap<char, Id<Slot>>, places: &[Location], branch: Option<bool>) -> String {
    let mut name = match branch {
        None => op.name.clone(),
        Some(true) => format!("if_{}", op.name),
        Some(false) => format!("unless_{}", op.name),
    };
    for slot in kinds.values() {
        name.push_str(&format!("_{}", set.slots[*slot].name));
    }
    if op.locations.contains(&Location::Const) && !places.is_empty() {
        let letters = places.iter().map(|place| match place {
            Location::Slot => 's',
            Location::Const => 'k',
        });
        name.push('_');
        name.extend(letters);
    }
    name
}

fn layout(set: &InstructionSet, op: &Op, kinds: &BTreeMap<char, Id<Slot>>, places: &[Location], branch: Option<bool>) -> Layout {
    fields(set, op, kinds, places, branch).lay_out()
}

/// What an instruction of a handler holds.
pub(super) fn fields(
    set: &InstructionSet,
    op: &Op,
    kinds: &BTreeMap<char, Id<Slot>>,
    places: &[Location],
    branch: Option<bool>,
) -> Fields {
    let mut fields = Fields::default();
    let cold = is_cold(op);
    let typed = |expression: &TypeExpression| matches!(expression, TypeExpression::Named { .. });
    if branch.is_none() {
        for (index, _) in op.outputs.iter().enumerate() {
            fields.add(What::Output(index));
        }
        for (index, output) in op.outputs.iter().enumerate() {
            if cold && !typed(&output.expression) {
                fields.add(What::OutputKind(index));
            }
        }
    }
    for (index, (input, place)) in op.inputs.iter().zip(places).enumerate() {
        if input.expression.is_many() {
            fields.add(What::List(index));
            continue;
        }
        fields.add(match place {
            Location::Slot => What::Input(index),
            Location::Const if is_short(set, kinds, &input.expression) => What::Const32(index),
            Location::Const => What::Const(index),
        });
        if cold && !typed(&input.expression) {
            fields.add(What::Kind(index));
        }
    }
    if branch.is_some() {
        fields.jump();
    }
    for (index, operand) in op.operands.iter().enumerate() {
        match &set.operand_kinds[operand.kind].meaning {
            OperandMeaning::Label { .. } => fields.jump(),
            _ => fields.add(self::operand(set, op, index)),
        }
    }
    fields
}

/// The field of an operand that is no label.
pub(super) fn operand(set: &InstructionSet, op: &Op, index: usize) -> What {
    What::Operand(index, width(set.operand_kinds[op.operands[index].kind].encoding))
}

/// How values of a type are represented, as far as the entry or a variable's value says so.
pub fn slot(set: &InstructionSet, kinds: &BTreeMap<char, Id<Slot>>, expression: &TypeExpression) -> Option<Id<Slot>> {
    match expression {
        TypeExpression::Named { constructor, .. } => Some(set.types[*constructor].slot),
        TypeExpression::Variable(letter) => kinds.get(letter).copied(),
        _ => None,
    }
}

/// Whether constants of a type need no more than four bytes.
pub(super) fn is_short(set: &InstructionSet, kinds: &BTreeMap<char, Id<Slot>>, expression: &TypeExpression) -> bool {
    slot(set, kinds, expression).is_some_and(|slot| {
        let scalar = Scalar::ALL.iter().find(|(name, _)| *name == set.slots[slot].rust);
        scalar.is_some_and(|(_, scalar)| scalar.bytes() <= 4 && *scalar != Scalar::F32)
    })
}
