//! Instructions for which the engine's table has handlers: chooses the variant by where operands lie and of which kind they are.

use raya_facts::metadata::{Control, Effects, OpcodeInfo};
use raya_facts::types::{SlotKind, TypeDefinition, TypeRef};
use raya_facts::{Instruction, Label, Opcode, Operands, TypeId};

use super::function::{Leaves, Lowering};
use super::stack::Place;
use super::writer::Taken;
use crate::code::slot_kind;
use crate::table::{Const, Location, OpRow, Variant, What};

/// The most inputs of an instruction, lists counted once.
const MAX_INPUTS: usize = 4;

/// Where the values of an instruction lie on the operand stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inputs {
    /// For each input its lowest position and how many positions it takes. Both are less than [`MAX_FRAME`](super::MAX_FRAME).
    ranges: [(u16, u16); MAX_INPUTS],
    pub count: usize,
    /// The position of the lowest of all.
    pub bottom: usize,
}

impl Inputs {
    /// Of an instruction that takes nothing.
    pub fn none(depth: usize) -> Inputs {
        Inputs {
            ranges: [(depth as u16, 0); MAX_INPUTS],
            count: 0,
            bottom: depth,
        }
    }

    /// Of an instruction that takes the topmost value, which is at this position.
    pub fn one(top: usize) -> Inputs {
        Inputs {
            ranges: [(top as u16, 1); MAX_INPUTS],
            count: 1,
            bottom: top,
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> + ExactSizeIterator + '_ {
        let ranges = self.ranges.get(..self.count).unwrap_or_default();
        ranges
            .iter()
            .map(|(position, values)| (usize::from(*position), usize::from(*values)))
    }

    fn get(&self, input: u8) -> (usize, usize) {
        let range = self.ranges.get(usize::from(input));
        range.map_or((self.bottom, 0), |(position, values)| {
            (usize::from(*position), usize::from(*values))
        })
    }
}

/// What variants are chosen by: of each input its representation, and whether it is a constant. Nothing of a list.
#[derive(Debug, Clone, Copy, Default)]
struct Looks([(Option<SlotKind>, bool); MAX_INPUTS]);

/// Where a branch leads, and what it charges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub label: Label,
    /// For the way to the label.
    pub taken: u16,
    /// For the way to the next instruction.
    pub next: u16,
}

/// What goes into the fields of an instruction.
pub(super) struct Chosen<'t> {
    pub variant: &'t Variant,
    pub inputs: Inputs,
    pub output: u16,
    pub output_kind: Option<SlotKind>,
    pub operands: Operands,
    pub target: Option<Target>,
    /// The instruction whose place it takes, if it does.
    pub taken: Taken,
}

impl Lowering<'_, '_> {
    /// Lowers an instruction by a variant of its row; says how many behind it became a part of it.
    pub(super) fn select(&mut self, instruction: &Instruction, opcode: Opcode) -> Result<usize, String> {
        let info = opcode.info();
        let row = self.row(opcode);
        let pushes = info.outputs.len();
        let pops = (self.stack.depth() + pushes)
            .checked_sub(self.depth_behind())
            .ok_or_else(|| format!("`{opcode}` takes fewer values than it leaves"))?;
        let inputs = self.inputs(info, row, pops);
        let looks = self.looks(row, &inputs);
        if info.pure && pushes == 1 && self.fold(opcode, &inputs, &looks) {
            return Ok(0);
        }
        if let Some(skipped) = self.fuse(opcode, row, &inputs, &looks) {
            return Ok(skipped);
        }
        let output_kind = match pushes {
            0 => None,
            _ => self.kind_behind().or_else(|| self.kind_of_unread(opcode)),
        };
        if let Some(skipped) = self.continue_last(instruction, opcode, &inputs, output_kind) {
            return Ok(skipped);
        }
        let Some(variant) = row
            .variants
            .iter()
            .find(|variant| fits(variant, &inputs, &looks, output_kind))
        else {
            return Err(format!("the engine has no handler for `{opcode}` with these operands"));
        };
        let target = branch_label(instruction).map(|label| self.target(label));
        let branches = info.control == Control::Branch;
        self.place_inputs(variant, &inputs);
        // The result goes straight into a local if that is where it is stored next.
        let mut skipped = 0;
        let mut output = self.stack.slot(inputs.bottom);
        if pushes == 1
            && let Some(local) = self.result_local(inputs.bottom)
        {
            output = local;
            skipped = 1;
        }
        if branches {
            self.settle_between(0, inputs.bottom);
        }
        if info.effects.intersects(SAFEPOINTS) {
            self.safepoint(self.stack.depth());
        }
        self.write(&Chosen {
            variant,
            inputs,
            output,
            output_kind,
            operands: instruction.operands(),
            target,
            taken: Taken::default(),
        });
        self.stack.cut(inputs.bottom);
        if pushes == 1 && skipped == 0 {
            self.stack.push(self.kind_behind(), Place::Own);
        }
        if branches {
            self.leave(Leaves::Branches);
        }
        Ok(skipped)
    }

    pub(super) fn row(&self, opcode: Opcode) -> &'static OpRow {
        let index = self.shared.rows.get(usize::from(opcode.code())).copied().unwrap_or(u16::MAX);
        self.shared.source.table.ops.get(usize::from(index)).unwrap_or(&OpRow::NONE)
    }

    /// Where the inputs lie when they take `pops` values together. At most one is a list.
    fn inputs(&self, info: &OpcodeInfo, row: &OpRow, pops: usize) -> Inputs {
        let count = info.inputs.len().min(MAX_INPUTS);
        let bottom = self.stack.depth().saturating_sub(pops);
        let wanted = row.variants.first().map_or(&[][..], |variant| variant.inputs);
        let mut ranges = [(bottom as u16, 0); MAX_INPUTS];
        let mut position = bottom;
        for (input, range) in ranges.iter_mut().enumerate().take(count) {
            let is_list = wanted.get(input).is_some_and(|wanted| wanted.location == Location::List);
            let values = if is_list { (pops + 1).saturating_sub(count) } else { 1 };
            *range = (position as u16, values as u16);
            position += values;
        }
        Inputs { ranges, count, bottom }
    }

    /// What inputs look like, before any of them is put elsewhere.
    fn looks(&self, row: &OpRow, inputs: &Inputs) -> Looks {
        let mut looks = Looks::default();
        let wanted = row.variants.first().map_or(&[][..], |variant| variant.inputs);
        for ((look, wanted), (position, _)) in looks.0.iter_mut().zip(wanted).zip(inputs.iter()) {
            if wanted.location != Location::List {
                let item = self.stack.get(position);
                *look = (item.kind, matches!(item.place, Place::Const(_)));
            }
        }
        looks
    }

    /// Replaces a pure instruction by its result if that is known.
    fn fold(&mut self, opcode: Opcode, inputs: &Inputs, looks: &Looks) -> bool {
        if looks.0.iter().take(inputs.count).any(|(_, constant)| !constant) {
            return false;
        }
        let mut known = [Const {
            kind: SlotKind::I32,
            word: 0,
        }; MAX_INPUTS];
        for ((position, _), known) in inputs.iter().zip(known.iter_mut()) {
            let item = self.stack.get(position);
            let (Some(kind), Place::Const(word)) = (item.kind, item.place) else {
                return false;
            };
            *known = Const { kind, word };
        }
        let known = known.get(..inputs.count).unwrap_or_default();
        let Some(result) = (self.shared.source.table.fold)(opcode, known) else {
            return false;
        };
        self.stack.cut(inputs.bottom);
        self.stack.push(Some(result.kind), Place::Const(result.word));
        self.shared.statistics.folded += 1;
        true
    }

    /// Lowers a comparison together with the branch behind it, if nothing can arrive between the two.
    fn fuse(&mut self, opcode: Opcode, row: &OpRow, inputs: &Inputs, looks: &Looks) -> Option<usize> {
        if row.fused.is_empty() {
            return None;
        }
        let (when, to) = match self.ahead_in_block()? {
            Instruction::JmpIfTrue { to } => (true, *to),
            Instruction::JmpIfFalse { to } => (false, *to),
            _ => return None,
        };
        let target = self.target(to);
        self.write_fused(opcode, row, inputs, looks, when, target).then_some(1)
    }

    /// Writes a comparison together with a branch; says whether there is a handler for both.
    fn write_fused(&mut self, opcode: Opcode, row: &OpRow, inputs: &Inputs, looks: &Looks, when: bool, target: Target) -> bool {
        if self.continue_with_branch(opcode, inputs, Some(when), target) {
            self.shared.statistics.fused += 1;
            return true;
        }
        let fused = row
            .fused
            .iter()
            .find(|fused| fused.when == when && fits(&fused.variant, inputs, looks, None));
        let Some(fused) = fused else { return false };
        self.place_inputs(&fused.variant, inputs);
        self.settle_between(0, inputs.bottom);
        self.write(&Chosen {
            variant: &fused.variant,
            inputs: *inputs,
            output: 0,
            output_kind: None,
            operands: Operands::default(),
            target: Some(target),
            taken: Taken::default(),
        });
        self.stack.cut(inputs.bottom);
        self.shared.statistics.fused += 1;
        self.leave(Leaves::Branches);
        true
    }

    /// Where a branch to a label leads, and what it charges.
    pub(super) fn target(&self, label: Label) -> Target {
        Target {
            label,
            taken: self.cost_at(label),
            next: self.cost_next(),
        }
    }

    /// Writes the comparison of a test that is repeated together with its branch.
    pub(super) fn fuse_repeated(&mut self, opcode: Opcode, target: &Target, when: bool) -> bool {
        let info = opcode.info();
        let row = self.row(opcode);
        if row.fused.is_empty() || info.inputs.len() > self.stack.depth() {
            return false;
        }
        let inputs = self.inputs(info, row, info.inputs.len());
        let looks = self.looks(row, &inputs);
        self.write_fused(opcode, row, &inputs, &looks, when, *target)
    }

    /// Writes the branch of a test that is repeated, which takes the one value on the stack.
    pub(super) fn branch_repeated(&mut self, opcode: Opcode, target: &Target) -> bool {
        let row = self.row(opcode);
        let inputs = self.inputs(opcode.info(), row, 1);
        if self.continue_with_branch(opcode, &inputs, None, *target) {
            return true;
        }
        let looks = self.looks(row, &inputs);
        let Some(variant) = row.variants.iter().find(|variant| fits(variant, &inputs, &looks, None)) else {
            return false;
        };
        self.place_inputs(variant, &inputs);
        self.write(&Chosen {
            variant,
            inputs,
            output: 0,
            output_kind: None,
            operands: Operands::default(),
            target: Some(*target),
            taken: Taken::default(),
        });
        self.stack.cut(inputs.bottom);
        true
    }

    /// Puts inputs where a variant wants them.
    fn place_inputs(&mut self, variant: &Variant, inputs: &Inputs) {
        for (wanted, (position, values)) in variant.inputs.iter().zip(inputs.iter()).rev() {
            match wanted.location {
                Location::Slot => {
                    self.in_slot(position);
                }
                Location::List => self.settle_between(position, position + values),
                Location::Const => {}
            }
        }
    }

    pub(super) fn write(&mut self, chosen: &Chosen<'_>) {
        let begun = self.shared.writer.begin(chosen.variant.internal, chosen.variant.words);
        for field in chosen.variant.fields {
            let at = field.at;
            let (value, bytes) = match field.what {
                What::Output(_) => (u64::from(chosen.output), 2),
                What::Input(input) => {
                    let slot = self.stack.place(chosen.inputs.get(input).0).unwrap_or(0);
                    (u64::from(slot), 2)
                }
                What::Const(input) => (self.constant_at(chosen.inputs.get(input).0), 8),
                What::Const32(input) => (self.constant_at(chosen.inputs.get(input).0), 4),
                What::Operand(operand) => {
                    let value = chosen.operands.get(usize::from(operand)).copied().unwrap_or(0);
                    (value, room(chosen.variant, at))
                }
                What::Kind(input) => {
                    let kind = self.stack.get(chosen.inputs.get(input).0).kind;
                    (u64::from(kind_number(kind)), 2)
                }
                What::OutputKind(_) => (u64::from(kind_number(chosen.output_kind)), 2),
                What::List(input) => {
                    let (position, values) = chosen.inputs.get(input);
                    (self.list(position, values), 8)
                }
                What::Cache(_) | What::Count => continue,
                What::Target => {
                    if let Some(target) = chosen.target {
                        self.jump_to(begun, at, target.label);
                    }
                    continue;
                }
                What::CostTaken => (chosen.target.map_or(0, |target| u64::from(target.taken)), 2),
                What::CostNext => (chosen.target.map_or(0, |target| u64::from(target.next)), 2),
                What::Before16(from) => (chosen.taken.field(from, 2), 2),
                What::Before32(from) => (chosen.taken.field(from, 4), 4),
                What::Before64(from) => (chosen.taken.field(from, 8), 8),
            };
            self.shared.writer.put(begun, at, value, bytes);
        }
        self.note_last(begun, chosen);
    }

    fn constant_at(&self, position: usize) -> u64 {
        match self.stack.get(position).place {
            Place::Const(word) => word,
            Place::Own | Place::Slot(_) => 0,
        }
    }

    /// The field that names a list of values: its first slot, their number, their kinds.
    pub(super) fn list(&mut self, position: usize, values: usize) -> u64 {
        let mut kinds = core::mem::take(&mut self.shared.list);
        kinds.clear();
        kinds.extend((position..position + values).map(|position| self.stack.get(position).kind.unwrap_or(SlotKind::I32)));
        let at = self.shared.kinds_at(&kinds);
        self.shared.list = kinds;
        u64::from(self.stack.slot(position)) | (values as u64) << 16 | u64::from(at) << 32
    }

    /// The representation of a result that nothing reads, where reading memory depends on it: the verifier knows of no type then.
    fn kind_of_unread(&self, opcode: Opcode) -> Option<SlotKind> {
        let array = match opcode {
            Opcode::LoadElem => self.type_before(1)?,
            Opcode::ArrayPop => self.type_before(0)?,
            _ => return None,
        };
        self.element(array).map(slot_kind)
    }

    fn element(&self, array: TypeId) -> Option<TypeId> {
        match self.shared.source.verified.types.get(array)? {
            TypeRef::Constructed(TypeDefinition::Array { element }) => Some(*element),
            _ => None,
        }
    }
}

/// Where the collector may look at the frame: before an allocation, and while the task waits.
const SAFEPOINTS: Effects = Effects::HEAP_ALLOC.union(Effects::YIELD);

/// The number of a representation in fields of instructions.
pub(super) fn kind_number(kind: Option<SlotKind>) -> u16 {
    match kind {
        Some(SlotKind::I32) => 0,
        Some(SlotKind::F64) => 1,
        Some(SlotKind::Bool) => 2,
        Some(SlotKind::Any) | None => 3,
        Some(SlotKind::Ref) => 4,
    }
}

/// How many bytes an operand has: the room up to the next field, if it begins where a number of that size may.
fn room(variant: &Variant, at: u8) -> u8 {
    let end = variant.fields.iter().map(|field| field.at).filter(|other| *other > at).min();
    match (end.unwrap_or(variant.words * 8) - at, at % 8) {
        (8.., 0) => 8,
        (4.., 0 | 4) => 4,
        _ => 2,
    }
}

/// Whether a variant can take the inputs where they lie.
fn fits(variant: &Variant, inputs: &Inputs, looks: &Looks, output: Option<SlotKind>) -> bool {
    let mut wanted = variant.inputs.iter().zip(&looks.0);
    let inputs_fit = variant.inputs.len() == inputs.count
        && wanted.all(|(wanted, (kind, constant))| {
            let kind_fits = wanted.kind.is_none() || wanted.kind == *kind;
            let place_fits = wanted.location != Location::Const || *constant;
            kind_fits && place_fits
        });
    inputs_fit && output_fits(variant, output)
}

/// Whether a variant gives what is wanted of it.
pub(super) fn output_fits(variant: &Variant, output: Option<SlotKind>) -> bool {
    match (variant.outputs.first(), output) {
        (Some(Some(given)), Some(kind)) => *given == kind,
        _ => true,
    }
}

/// Where a branch leads.
pub(super) fn branch_label(instruction: &Instruction) -> Option<Label> {
    match *instruction {
        Instruction::JmpIfFalse { to }
        | Instruction::JmpIfTrue { to }
        | Instruction::JmpIfNull { to }
        | Instruction::JmpIfNotNull { to } => Some(to),
        _ => None,
    }
}
