//! Calls and returns, and what depends on the frame of the function that runs.
//!
//! The last word of every call has the same form, since the return reads it: 16 bits for the slot of the result, 16 of [`flags`], 32 for the
//! function or the vtable slot. Arguments lie in consecutive slots at the top of the caller's frame, where the callee's frame begins.

use raya_facts::types::{SlotKind, TypeDefinition, TypeRef};
use raya_facts::{FunctionId, Instruction, MethodId, Opcode};

use super::function::{Leaves, Lowering};
use super::select::kind_number;
use super::stack::Place;
use super::writer::Begun;
use crate::code::slot_kind;
use crate::table::{Location, builtin, flags};

impl Lowering<'_, '_> {
    /// Lowers an instruction if it is one of these; says how many behind it became a part of it.
    pub(super) fn calls(&mut self, instruction: &Instruction) -> Option<usize> {
        Some(match *instruction {
            Instruction::Call { f, argc } | Instruction::CallStatic { f, argc } => self.call(f, usize::from(argc)),
            Instruction::CallConstructor { f, argc } => self.construct(f, usize::from(argc)),
            Instruction::CallSuper { f, argc } => self.call_super(f, usize::from(argc)),
            Instruction::CallMethod { m, argc } => self.call_method(m, usize::from(argc)),
            Instruction::OptionalCallMethod { m, argc } => self.optional_call_method(m, usize::from(argc)),
            Instruction::CallClosure { argc } => self.call_closure(usize::from(argc)),
            Instruction::ReflectConstruct { argc } => self.reflect_construct(usize::from(argc)),
            Instruction::NativeCall { f, argc } => self.with_list(builtin::CALL_NATIVE, f.0, usize::from(argc)),
            Instruction::MakeClosure { f, n } => self.with_list(builtin::CLOSURE_OF, f.0, usize::from(n)),
            // The lowest value of the list is what is filled.
            Instruction::InitObject { n } => self.with_list(builtin::FILL_WORDS, 0, usize::from(n) + 1),
            Instruction::InitTuple { n } => self.with_list(builtin::FILL_WORDS, 1, usize::from(n) + 1),
            Instruction::InitArray { n } => self.with_list(builtin::FILL_ELEMENTS, 0, usize::from(n) + 1),
            Instruction::Return => self.return_value(),
            Instruction::ReturnVoid => self.return_nothing(),
            Instruction::LoadCaptured { i } => {
                let depth = self.stack.depth();
                let local = self.result_local(depth);
                let output = local.unwrap_or(self.stack.slot(depth));
                let begun = self.builtin(builtin::LOAD_CAPTURED, 1);
                self.shared.writer.u16(begun, 2, output);
                self.shared.writer.u16(begun, 4, i.0 as u16);
                self.note_written(begun, builtin::LOAD_CAPTURED, output);
                self.push_result(local)
            }
            Instruction::LoadRefcell => return self.load_captured_cell(),
            Instruction::StoreCaptured { i } => {
                let top = self.stack.depth().checked_sub(1)?;
                let slot = self.in_slot(top);
                let begun = self.builtin(builtin::STORE_CAPTURED, 1);
                self.shared.writer.u16(begun, 2, slot);
                self.shared.writer.u16(begun, 4, i.0 as u16);
                self.stack.cut(top);
                0
            }
            Instruction::CloseVar { slot } => {
                // The closure stays where it is.
                let top = self.stack.depth().checked_sub(1)?;
                let closure = self.in_slot(top);
                let kind = self.kinds.get(slot.index()).copied();
                let mut locals = self.declared.params.iter().chain(&self.declared.locals);
                let of = locals.nth(slot.index()).map_or(0, |local| local.r#type.0);
                let begun = self.builtin(builtin::CLOSE_VAR, 2);
                self.shared.writer.u16(begun, 2, closure);
                self.shared.writer.u16(begun, 4, slot.0 as u16);
                self.shared.writer.u16(begun, 6, kind_number(kind));
                self.shared.writer.u32(begun, 8, of);
                0
            }
            Instruction::GetArgCount => {
                let depth = self.stack.depth();
                let local = self.result_local(depth);
                let begun = self.builtin(builtin::GET_ARG_COUNT, 1);
                self.shared.writer.u16(begun, 2, local.unwrap_or(self.stack.slot(depth)));
                self.push_result(local)
            }
            Instruction::LoadArgLocal => {
                let top = self.stack.depth().checked_sub(1)?;
                let index = self.in_slot(top);
                let local = self.result_local(top);
                let begun = self.builtin(builtin::LOAD_ARG_LOCAL, 1);
                self.shared.writer.u16(begun, 2, local.unwrap_or(self.stack.slot(top)));
                self.shared.writer.u16(begun, 4, index);
                self.stack.cut(top);
                self.push_result(local)
            }
            _ => return None,
        })
    }

    /// Loads what is in a cell, if that cell is a captured one that was loaded by the last instruction.
    fn load_captured_cell(&mut self) -> Option<usize> {
        let top = self.stack.depth().checked_sub(1)?;
        let local = self.stored_ahead();
        if self.stack.get(top).place != Place::Own || local.is_some_and(|local| self.stack.topmost_named(local, top).is_some()) {
            return None;
        }
        let captured = self.take_back_captured(self.stack.slot(top))?;
        let begun = self.builtin(builtin::LOAD_CAPTURED_CELL, 2);
        self.shared.writer.u16(begun, 2, local.unwrap_or(self.stack.slot(top)));
        self.shared.writer.u16(begun, 4, captured);
        self.stack.cut(top);
        Some(self.push_result(local))
    }

    /// Pushes the result of an instruction, unless it went into a local.
    fn push_result(&mut self, local: Option<u16>) -> usize {
        match local {
            Some(_) => 1,
            None => {
                self.stack.push(self.kind_behind(), Place::Own);
                0
            }
        }
    }

    fn takes_rest(&self, function: FunctionId) -> bool {
        let functions = &self.shared.source.module.functions;
        functions
            .get(function.index())
            .is_some_and(|function| function.rest.is_some())
    }

    /// Writes the first and the last word of a call with the values from a position up as its arguments. `words` is the length.
    fn write_call(&mut self, number: u16, words: u8, first: usize, result: u16, flags: u16, called: u32) -> Begun {
        let count = (self.stack.depth() - first) as u16;
        self.write_call_of((number, words), first, (count, 0), result, flags, called)
    }

    /// The same for a call that says something else than their number about its arguments.
    fn write_call_of(
        &mut self,
        (number, words): (u16, u8),
        first: usize,
        arguments: (u16, u16),
        result: u16,
        flags: u16,
        called: u32,
    ) -> Begun {
        let begun = self.builtin(number, words);
        let last = (words - 1) * 8;
        self.shared.writer.u16(begun, 2, self.stack.slot(first));
        self.shared.writer.u16(begun, 4, arguments.0);
        self.shared.writer.u16(begun, 6, arguments.1);
        self.shared.writer.u16(begun, last, result);
        self.shared.writer.u16(begun, last + 2, flags);
        self.shared.writer.u32(begun, last + 4, called);
        self.safepoint_of_call(first);
        begun
    }

    /// Writes a call of a function. `numbers` are those of the handler for one that takes its parameters alone, and for one that may take
    /// more. The first is told where the function begins.
    fn write_plain_call(&mut self, numbers: (u16, u16), first: usize, result: u16, flags: u16, function: FunctionId) {
        if self.takes_rest(function) {
            self.write_call(numbers.1, 2, first, result, flags, function.0);
        } else {
            let begun = self.write_call(numbers.0, 3, first, result, flags, function.0);
            self.shared.writer.entry(begun, 8, function.0);
        }
    }

    fn call(&mut self, function: FunctionId, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc);
        self.settle_from(first);
        let local = self.result_local(first);
        let result = local.unwrap_or(self.stack.slot(first));
        self.write_plain_call((builtin::CALL, builtin::CALL_REST), first, result, 0, function);
        self.stack.cut(first);
        self.push_result(local)
    }

    fn construct(&mut self, function: FunctionId, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc + 1);
        self.settle_from(first);
        let numbers = (builtin::CALL_CONSTRUCTOR, builtin::CALL_CONSTRUCTOR_REST);
        self.write_plain_call(numbers, first, self.stack.slot(first), flags::KEEPS_RECEIVER, function);
        self.stack.cut(first);
        self.take_receiver(builtin::TAKE_RECEIVER, first)
    }

    /// Writes the instruction behind a call that brings back the object that was constructed.
    fn take_receiver(&mut self, number: u16, first: usize) -> usize {
        let local = self.result_local(first);
        let begun = self.builtin(number, 1);
        self.shared.writer.u16(begun, 2, local.unwrap_or(self.stack.slot(first)));
        self.push_result(local)
    }

    fn call_super(&mut self, function: FunctionId, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc + 1);
        self.settle_from(first);
        // What the constructor returns is put where its arguments were, and nothing reads it there.
        let numbers = (builtin::CALL_SUPER, builtin::CALL_SUPER_REST);
        self.write_plain_call(numbers, first, self.stack.slot(first), 0, function);
        self.stack.cut(first);
        0
    }

    fn call_method(&mut self, method: MethodId, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc + 1);
        self.settle_from(first);
        let local = self.result_local(first);
        self.write_method_call(method, argc, first, local.unwrap_or(self.stack.slot(first)));
        self.stack.cut(first);
        self.push_result(local)
    }

    /// Writes a call of a method: one with a cache, or of one that takes further arguments, as whatever overrides it does.
    fn write_method_call(&mut self, method: MethodId, argc: usize, first: usize, result: u16) {
        let function = self.method_function(method, argc);
        let cached = self.row(Opcode::CallMethod).variants.first();
        let (number, words) = match cached {
            Some(variant) if !function.is_some_and(|function| self.takes_rest(function)) => (variant.internal, variant.words),
            _ => (builtin::CALL_METHOD_REST, 2),
        };
        self.write_call(number, words, first, result, 0, method.0);
    }

    /// A test for null around a call, and `box` behind it where the result has no room for null.
    fn optional_call_method(&mut self, method: MethodId, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc + 1);
        let result = self.method_result(method, argc);
        let kind = self.kind_behind();
        self.settle_from(first);
        let slot = self.stack.slot(first);
        let test = self.builtin(builtin::NULL_TO, 2);
        self.shared.writer.u16(test, 2, slot);
        self.shared.writer.u16(test, 4, slot);
        self.shared.writer.u16(test, 6, kind_number(kind));
        self.write_method_call(method, argc, first, slot);
        self.stack.cut(first);
        if kind == Some(SlotKind::Any) && result != Some(SlotKind::Any) {
            self.write_box(first, result);
        }
        let (from, to) = (self.shared.writer.start(test), self.shared.writer.place());
        self.shared.writer.patch(from, 8, to);
        self.stack.push(kind, Place::Own);
        0
    }

    /// Writes the instruction that makes an `any` of the value in the slot of a position.
    fn write_box(&mut self, position: usize, kind: Option<SlotKind>) {
        use crate::table::What;
        let row = self.row(Opcode::Box);
        let fitting = row.variants.iter().find(|variant| {
            variant
                .inputs
                .first()
                .is_some_and(|wanted| wanted.location == Location::Slot && (wanted.kind.is_none() || wanted.kind == kind))
        });
        let Some(variant) = fitting else { return };
        let slot = self.stack.slot(position);
        let begun = self.shared.writer.begin(variant.internal, variant.words);
        for field in variant.fields {
            match field.what {
                What::Input(_) | What::Output(_) => self.shared.writer.u16(begun, field.at, slot),
                What::Kind(_) => self.shared.writer.u16(begun, field.at, kind_number(kind)),
                What::OutputKind(_) => self.shared.writer.u16(begun, field.at, kind_number(Some(SlotKind::Any))),
                _ => {}
            }
        }
    }

    /// The function of a method in the class that the receiver is known to be of.
    fn method_function(&self, method: MethodId, argc: usize) -> Option<FunctionId> {
        let source = self.shared.source;
        let TypeRef::Constructed(TypeDefinition::Object { class }) = source.verified.types.get(self.type_before(argc)?)? else {
            return None;
        };
        Some(source.layouts.get(*class)?.methods.get(method.index())?.function)
    }

    /// The representation of what a method of the receiver's class returns.
    fn method_result(&self, method: MethodId, argc: usize) -> Option<SlotKind> {
        let function = self.method_function(method, argc)?;
        let functions = &self.shared.source.module.functions;
        functions.get(function.index()).map(|function| slot_kind(function.result))
    }

    fn call_closure(&mut self, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc + 1);
        let (number, arguments) = if argc == 1 {
            // The topmost first, as `settle_between` says.
            let argument = self.in_slot(first + 1);
            (builtin::CALL_CLOSURE_WITH_ONE, (argument, self.in_slot(first)))
        } else {
            self.settle_from(first);
            (builtin::CALL_CLOSURE, ((argc + 1) as u16, 0))
        };
        let local = self.result_local(first);
        let result = local.unwrap_or(self.stack.slot(first));
        let begun = self.write_call_of((number, 4), first, arguments, result, 0, 0);
        // No object has such a header, so that the first call looks for the function.
        self.shared.writer.u64(begun, 8, u64::MAX);
        self.stack.cut(first);
        self.push_result(local)
    }

    /// Writes an instruction that makes a value of those at the top of the stack, and may allocate, wait or fail.
    fn with_list(&mut self, number: u16, named: u32, count: usize) -> usize {
        let first = self.stack.depth().saturating_sub(count);
        self.settle_from(first);
        let local = self.result_local(first);
        self.safepoint(self.stack.depth());
        let list = self.list(first, count);
        let begun = self.builtin(number, 3);
        self.shared.writer.u16(begun, 2, local.unwrap_or(self.stack.slot(first)));
        self.shared.writer.u16(begun, 4, self.stack.slot(first));
        self.shared.writer.u16(begun, 6, count as u16);
        self.shared.writer.u32(begun, 8, named);
        self.shared.writer.u64(begun, 16, list);
        self.stack.cut(first);
        self.push_result(local)
    }

    fn reflect_construct(&mut self, argc: usize) -> usize {
        let first = self.stack.depth().saturating_sub(argc + 1);
        self.settle_from(first);
        self.safepoint(self.stack.depth());
        let slot = self.stack.slot(first);
        self.write_call(builtin::REFLECT_CONSTRUCT, 2, first, slot, flags::KEEPS_RECEIVER, 0);
        self.stack.cut(first);
        self.take_receiver(builtin::TAKE_RECEIVER_BOXED, first)
    }

    fn leave_guarded(&mut self) {
        if self.hidden > 0 {
            let begun = self.builtin(builtin::LEAVE_GUARDED, 1);
            self.shared.writer.u16(begun, 2, self.hidden as u16);
        }
        self.leave(Leaves::Ends);
    }

    fn return_value(&mut self) -> usize {
        let Some(top) = self.stack.depth().checked_sub(1) else {
            return 0;
        };
        let place = self.stack.get(top).place;
        if self.hidden == 0 && self.continue_with_return(top) {
            self.leave(Leaves::Ends);
            return 0;
        }
        self.leave_guarded();
        match place {
            Place::Const(word) => self.return_constant(word),
            Place::Own | Place::Slot(_) => {
                let slot = self.in_slot(top);
                let begun = self.builtin(builtin::RETURN_SLOT, 1);
                self.shared.writer.u16(begun, 2, slot);
            }
        }
        0
    }

    fn return_nothing(&mut self) -> usize {
        self.leave_guarded();
        let word = match slot_kind(self.declared.result) {
            SlotKind::Any => raya_runtime::Any::NULL.bits(),
            _ => 0,
        };
        self.return_constant(word);
        0
    }

    fn return_constant(&mut self, word: u64) {
        let begun = self.builtin(builtin::RETURN_CONSTANT, 2);
        self.shared.writer.u64(begun, 8, word);
    }
}
