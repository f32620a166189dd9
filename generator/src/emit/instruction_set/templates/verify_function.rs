//! Verifies one function: every byte belongs to an instruction, and the types on the stack are right on every path.
//!
//! The types flow from instruction to instruction. Where paths meet (at the targets of labels) the types are joined, and when that
//! changes what was known there, the target is visited again; the lowest offset first, so that code without loops is visited once.
//!
//! Steps are counted: visits of instructions, values that they take, values that are joined. A module has so many for its size
//! ([`VERIFIER_STEPS_PER_BYTE`](crate::limits::VERIFIER_STEPS_PER_BYTE), [`VERIFIER_STEPS`](crate::limits::VERIFIER_STEPS)); ordinary code takes two or three for each byte.
//!
//! Instructions that no path reaches are decoded, and their operands and labels are checked, but they have no types and are not
//! judged by them. [`FunctionFacts::stack`] tells which those are; an engine must not translate them.

use alloc::collections::BinaryHeap;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::environment::{Current, Environment};
use super::error::VerifyErrorKind;
use super::flow::{self, HandlerChange};
use super::lattice::{EXCEPTION, Types};
use super::stacks::{GrowingHandlers, GrowingStacks, Handler, HandlersId, StackId};
use super::step::Step;
use super::{Entry, FunctionFacts, Known, operands, transfer};
use crate::decode::{Decoded, decode};
use crate::ids::Label;
use crate::limits::HANDLERS;
use crate::opcode::Opcode;
use crate::types::TypeId;

/// A fault and the instruction that has it.
pub(super) struct Fault {
    pub(super) at: Option<u32>,
    pub(super) opcode: Option<Opcode>,
    pub(super) kind: VerifyErrorKind,
}

impl From<VerifyErrorKind> for Fault {
    fn from(kind: VerifyErrorKind) -> Self {
        Fault {
            at: None,
            opcode: None,
            kind,
        }
    }
}

impl Fault {
    #[cold]
    fn of(decoded: &Decoded, kind: VerifyErrorKind) -> Fault {
        Fault {
            at: Some(decoded.at),
            opcode: Some(decoded.instruction.opcode()),
            kind,
        }
    }
}

/// What is kept from function to function, so that its memory is used again.
#[derive(Default)]
pub(super) struct Memory {
    layout: Layout,
    known: Vec<Known>,
    pending: BinaryHeap<Reverse<u32>>,
    stacks: GrowingStacks,
    handlers: GrowingHandlers,
    inputs: Vec<TypeId>,
}

/// Verifies a function with this code. `steps` is how many the module has left.
pub(super) fn verify<'m>(
    env: &Environment<'m>,
    current: &Current<'_>,
    types: &mut Types<'m>,
    code: &[u8],
    steps: &mut u64,
    memory: &mut Memory,
) -> Result<FunctionFacts, Fault> {
    let Memory {
        layout,
        known,
        pending,
        stacks,
        handlers,
        inputs,
    } = memory;
    layout.read(env, current, types, code)?;
    known.clear();
    known.extend(layout.decoded.iter().map(|decoded| Known::unreached(decoded.at)));
    pending.clear();
    stacks.clear();
    handlers.clear();
    let mut flow = Dataflow {
        layout,
        known,
        pending,
        visits: 0,
        steps: *steps,
        step: Step::new(env, current, types, stacks, inputs),
        handlers,
        max_handlers: 0,
    };
    flow.run()?;
    *steps = steps.saturating_sub(flow.visits + flow.step.stacks.steps);
    Ok(FunctionFacts {
        max_stack: flow.step.stacks.highest() as u16,
        max_handlers: flow.max_handlers as u16,
        instructions: flow.known.len() as u32,
        known: flow.known.as_slice().into(),
        stacks: flow.step.stacks.finish(),
        handlers: flow.handlers.finish(),
    })
}

/// The instructions of a function, and which of them are targets of labels.
#[derive(Default)]
struct Layout {
    decoded: Vec<Decoded>,
    /// By position.
    marks: Vec<Mark>,
    /// By offset: the position of the instruction there, or [`WITHIN`].
    positions: Vec<u32>,
    /// The labels that were found, and the positions of the instructions that have them.
    labels: Vec<(u32, Label)>,
}

/// What is known of an instruction beside the values before it.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// Whether it is the target of a label.
    target: bool,
    /// Whether it is to be visited, since what is known before it changed.
    pending: bool,
    /// Whether it is what [`flow::is_plain`] says.
    plain: bool,
}

/// No instruction begins there.
const WITHIN: u32 = u32::MAX;

impl Layout {
    fn read(&mut self, env: &Environment<'_>, current: &Current<'_>, types: &Types<'_>, code: &[u8]) -> Result<(), Fault> {
        self.decoded.clear();
        self.marks.clear();
        self.labels.clear();
        self.positions.clear();
        self.positions.resize(code.len(), WITHIN);
        let mut at = 0;
        while (at as usize) < code.len() {
            let decoded = decode(code, at).map_err(|error| Fault {
                at: Some(at),
                opcode: None,
                kind: VerifyErrorKind::Decode(error.to_string()),
            })?;
            operands::check(&decoded.instruction, env, current, types).map_err(|kind| Fault::of(&decoded, kind))?;
            let position = self.decoded.len() as u32;
            self.positions[at as usize] = position;
            let plain = flow::is_plain(decoded.instruction.opcode());
            if !plain {
                let labels = flow::labels(&decoded.instruction).into_iter().flatten();
                self.labels.extend(labels.map(|label| (position, label)));
            }
            at = decoded.next;
            self.decoded.push(decoded);
            self.marks.push(Mark { plain, ..Mark::default() });
        }
        for (position, label) in &self.labels {
            match self.index(*label) {
                Some(index) => self.marks[index].target = true,
                None => {
                    let kind = VerifyErrorKind::JumpTarget { to: label.0 };
                    return Err(Fault::of(&self.decoded[*position as usize], kind));
                }
            }
        }
        Ok(())
    }

    /// The position of the instruction at an offset.
    fn index(&self, label: Label) -> Option<usize> {
        match self.positions.get(label.0 as usize) {
            Some(&WITHIN) | None => None,
            Some(position) => Some(*position as usize),
        }
    }
}

struct Dataflow<'e, 'm> {
    layout: &'e mut Layout,
    /// By position: what is known before the instruction, once a path to it was found.
    known: &'e mut Vec<Known>,
    /// Positions of the instructions with the mark.
    pending: &'e mut BinaryHeap<Reverse<u32>>,
    /// How many instructions were visited, one as often as it was.
    visits: u64,
    /// How many steps may be made.
    steps: u64,
    step: Step<'e, 'm>,
    handlers: &'e mut GrowingHandlers,
    max_handlers: u32,
}

impl Dataflow<'_, '_> {
    fn run(&mut self) -> Result<(), Fault> {
        if self.known.is_empty() {
            return Err(VerifyErrorKind::FallsOffEnd.into());
        }
        self.know(
            0,
            Entry {
                stack: StackId::EMPTY,
                handlers: HandlersId::NONE,
            },
        );
        while let Some(Reverse(position)) = self.pending.pop() {
            let index = position as usize;
            self.layout.marks[index].pending = false;
            if let Some(entry) = self.known[index].entry() {
                self.follow(index, entry)?;
            }
        }
        Ok(())
    }

    /// Notes what is known before an instruction, which has to be visited for that.
    fn know(&mut self, index: usize, entry: Entry) {
        self.known[index].set(entry);
        let mark = &mut self.layout.marks[index];
        if !mark.pending {
            mark.pending = true;
            self.pending.push(Reverse(index as u32));
        }
    }

    /// Visits instructions from a position on, up to the next target of a label or the end of the path.
    fn follow(&mut self, mut index: usize, mut state: Entry) -> Result<(), Fault> {
        // Values that a handler guards can't change while it is installed: one exception edge for each set of handlers is enough.
        let mut raised = HandlersId::NONE;
        self.step.floor = self.floor(state.handlers);
        loop {
            let decoded = self.layout.decoded[index];
            let fault = |kind| Fault::of(&decoded, kind);
            self.visits += 1;
            if self.visits + self.step.stacks.steps > self.steps {
                return Err(fault(VerifyErrorKind::TooComplex));
            }
            if state.handlers != raised && flow::can_throw(decoded.instruction.opcode()) {
                raised = state.handlers;
                self.raise(state).map_err(fault)?;
            }
            self.step.stack = state.stack;
            transfer::transfer(&decoded.instruction, &mut self.step).map_err(fault)?;
            state.stack = self.step.stack;
            if !self.layout.marks[index].plain {
                state.handlers = self
                    .change(state, flow::handlers(&decoded.instruction))
                    .map_err(fault)?;
                self.step.floor = self.floor(state.handlers);
                let flow = flow::flow(&decoded.instruction);
                for target in flow.targets.into_iter().flatten() {
                    self.merge(target, state).map_err(fault)?;
                }
                if !flow.falls_through {
                    return Ok(());
                }
            }
            index += 1;
            match self.layout.marks.get(index) {
                None => return Err(fault(VerifyErrorKind::FallsOffEnd)),
                Some(mark) if mark.target => return self.merge_at(index, state).map_err(fault),
                Some(_) => self.known[index].set(state),
            }
        }
    }

    /// How many of the lowest values the innermost handler guards.
    fn floor(&self, handlers: HandlersId) -> u32 {
        self.handlers.pop(handlers).map_or(0, |(_, handler)| handler.depth)
    }

    /// Installs or removes a handler.
    fn change(&mut self, state: Entry, change: HandlerChange) -> Result<HandlersId, VerifyErrorKind> {
        let before = state.handlers;
        match change {
            HandlerChange::None => Ok(before),
            HandlerChange::Remove => self
                .handlers
                .pop(before)
                .map(|(below, _)| below)
                .ok_or(VerifyErrorKind::NoHandler),
            HandlerChange::Install {
                catch: None,
                finally: None,
            } => Err(VerifyErrorKind::EmptyHandler),
            HandlerChange::Install { .. } if self.handlers.count(before) >= HANDLERS => {
                Err(VerifyErrorKind::TooManyHandlers { limit: HANDLERS })
            }
            HandlerChange::Install { catch, finally } => {
                let depth = self.step.stacks.depth(state.stack);
                self.max_handlers = self.max_handlers.max(self.handlers.count(before) + 1);
                Ok(self.handlers.push(before, Handler { catch, finally, depth }))
            }
        }
    }

    /// Follows an exception to the innermost handler: the stack is cut and the exception pushed. On the way to `catch` a `finally` stays
    /// installed; on the way to `finally` nothing does.
    fn raise(&mut self, state: Entry) -> Result<(), VerifyErrorKind> {
        let Some((below, handler)) = self.handlers.pop(state.handlers) else {
            return Ok(());
        };
        let (stack, steps) = self.step.stacks.cut_in_steps(state.stack, handler.depth);
        self.step.stacks.steps += steps;
        self.step.stack = stack;
        self.step.push(EXCEPTION)?;
        let stack = self.step.stack;
        match handler {
            Handler {
                catch: Some(catch),
                finally: None,
                ..
            } => self.merge(catch, Entry { stack, handlers: below }),
            Handler {
                catch: Some(catch),
                finally,
                depth,
            } => {
                let handlers = self.handlers.push(
                    below,
                    Handler {
                        catch: None,
                        finally,
                        depth,
                    },
                );
                self.merge(catch, Entry { stack, handlers })
            }
            Handler {
                catch: None,
                finally: Some(finally),
                ..
            } => self.merge(finally, Entry { stack, handlers: below }),
            Handler {
                catch: None,
                finally: None,
                ..
            } => Ok(()),
        }
    }

    /// Adds what a path brings to what is known at the target of a label.
    fn merge(&mut self, target: Label, brought: Entry) -> Result<(), VerifyErrorKind> {
        let Some(index) = self.layout.index(target) else {
            return Err(VerifyErrorKind::JumpTarget { to: target.0 });
        };
        self.merge_at(index, brought)
    }

    /// The same at a position.
    fn merge_at(&mut self, index: usize, brought: Entry) -> Result<(), VerifyErrorKind> {
        let Some(known) = self.known[index].entry() else {
            self.know(index, brought);
            return Ok(());
        };
        let target = self.known[index].at;
        if known.handlers != brought.handlers {
            return Err(VerifyErrorKind::HandlersAtJoin { target });
        }
        let types = &mut *self.step.types;
        let Some(stack) = self.step.stacks.join(known.stack, brought.stack, |a, b| types.join(a, b)) else {
            return Err(VerifyErrorKind::DepthAtJoin {
                target,
                there: self.step.stacks.depth(known.stack),
                here: self.step.stacks.depth(brought.stack),
            });
        };
        if stack != known.stack {
            self.know(index, Entry { stack, ..known });
        }
        Ok(())
    }
}
