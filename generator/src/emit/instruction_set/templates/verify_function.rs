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

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::environment::{Current, Environment};
use super::error::VerifyErrorKind;
use super::flow::{self, HandlerChange};
use super::lattice::{EXCEPTION, Types};
use super::stacks::{Handler, Handlers, HandlersId, StackId};
use super::step::Step;
use super::{Entry, FunctionFacts, operands, transfer};
use crate::decode::decode;
use crate::ids::Label;
use crate::limits::HANDLERS;
use crate::opcode::Opcode;

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

/// Verifies a function with this code. `steps` is how many the module has left.
pub(super) fn verify<'m>(
    env: &Environment<'m>,
    current: &Current<'_>,
    types: &mut Types<'m>,
    code: &'m [u8],
    steps: &mut u64,
) -> Result<FunctionFacts, Fault> {
    let layout = Layout::of(env, current, types, code)?;
    let mut flow = Dataflow {
        code,
        known: vec![None; layout.offsets.len()],
        pending: BTreeSet::new(),
        visits: 0,
        steps: *steps,
        layout,
        step: Step::new(env, current, types),
        handlers: Handlers::default(),
        max_stack: 0,
        max_handlers: 0,
    };
    flow.run()?;
    *steps = steps.saturating_sub(flow.visits + flow.step.stacks.steps);
    let mut stacks = flow.step.stacks;
    stacks.finish();
    flow.handlers.finish();
    Ok(FunctionFacts {
        max_stack: flow.max_stack as u16,
        max_handlers: flow.max_handlers as u16,
        instructions: flow.layout.offsets.len() as u32,
        offsets: flow.layout.offsets,
        entries: flow.known,
        stacks,
        handlers: flow.handlers,
    })
}

/// Where the instructions are, and which are targets of labels.
struct Layout {
    offsets: Vec<u32>,
    targets: Vec<bool>,
}

impl Layout {
    fn of(env: &Environment<'_>, current: &Current<'_>, types: &Types<'_>, code: &[u8]) -> Result<Layout, Fault> {
        let mut offsets = Vec::new();
        let mut labels = Vec::new();
        let mut at = 0;
        while (at as usize) < code.len() {
            let decoded = decode(code, at).map_err(|error| Fault {
                at: Some(at),
                opcode: None,
                kind: VerifyErrorKind::Decode(error.to_string()),
            })?;
            let fault = |kind| Fault {
                at: Some(at),
                opcode: Some(decoded.instruction.opcode()),
                kind,
            };
            operands::check(&decoded.instruction, env, current, types).map_err(fault)?;
            offsets.push(at);
            labels.extend(
                flow::labels(&decoded.instruction)
                    .into_iter()
                    .flatten()
                    .map(|label| (at, label)),
            );
            at = decoded.next;
        }
        let mut layout = Layout {
            targets: vec![false; offsets.len()],
            offsets,
        };
        for (at, label) in labels {
            match layout.index(label.0) {
                Some(index) => layout.targets[index] = true,
                None => {
                    return Err(Fault {
                        at: Some(at),
                        opcode: decode(code, at).ok().map(|decoded| decoded.instruction.opcode()),
                        kind: VerifyErrorKind::JumpTarget { to: label.0 },
                    });
                }
            }
        }
        Ok(layout)
    }

    /// The position of the instruction at an offset.
    fn index(&self, offset: u32) -> Option<usize> {
        self.offsets.binary_search(&offset).ok()
    }
}

struct Dataflow<'e, 'm> {
    code: &'m [u8],
    layout: Layout,
    /// By position: what is known before the instruction; `None` while no path to it was found.
    known: Vec<Option<Entry>>,
    /// Positions whose knowledge changed.
    pending: BTreeSet<usize>,
    /// How many instructions were visited, one as often as it was.
    visits: u64,
    /// How many steps may be made.
    steps: u64,
    step: Step<'e, 'm>,
    handlers: Handlers,
    max_stack: u32,
    max_handlers: u32,
}

impl Dataflow<'_, '_> {
    fn run(&mut self) -> Result<(), Fault> {
        if self.layout.offsets.is_empty() {
            return Err(VerifyErrorKind::FallsOffEnd.into());
        }
        self.known[0] = Some(Entry {
            stack: StackId::EMPTY,
            handlers: HandlersId::NONE,
        });
        self.pending.insert(0);
        while let Some(index) = self.pending.pop_first() {
            self.follow(index)?;
        }
        Ok(())
    }

    /// Visits instructions from a position on, up to the next target of a label or the end of the path.
    fn follow(&mut self, mut index: usize) -> Result<(), Fault> {
        // Values that a handler guards can't change while it is installed: one exception edge for each set of handlers is enough.
        let mut raised = HandlersId::NONE;
        while let Some(state) = self.known[index] {
            let at = self.layout.offsets[index];
            let decoded = decode(self.code, at).map_err(|error| Fault {
                at: Some(at),
                opcode: None,
                kind: VerifyErrorKind::Decode(error.to_string()),
            })?;
            let instruction = &decoded.instruction;
            let opcode = instruction.opcode();
            let fault = |kind| Fault {
                at: Some(at),
                opcode: Some(opcode),
                kind,
            };
            self.visits += 1;
            if self.visits + self.step.stacks.steps > self.steps {
                return Err(fault(VerifyErrorKind::TooComplex));
            }

            if state.handlers != raised && flow::can_throw(opcode) {
                raised = state.handlers;
                self.raise(state).map_err(fault)?;
            }
            self.step.stack = state.stack;
            self.step.floor = self.handlers.pop(state.handlers).map_or(0, |(_, handler)| handler.depth);
            transfer::transfer(instruction, &mut self.step).map_err(fault)?;
            let stack = self.step.stack;
            self.max_stack = self.max_stack.max(self.step.stacks.depth(stack));
            let handlers = self
                .change(state.handlers, stack, flow::handlers(instruction))
                .map_err(fault)?;
            let after = Entry { stack, handlers };

            let flow = flow::flow(instruction);
            for target in flow.targets.into_iter().flatten() {
                self.merge(target, after).map_err(fault)?;
            }
            if !flow.falls_through {
                return Ok(());
            }
            index += 1;
            if index == self.layout.offsets.len() {
                return Err(fault(VerifyErrorKind::FallsOffEnd));
            }
            if self.layout.targets[index] {
                return self.merge(Label(decoded.next), after).map_err(fault);
            }
            self.known[index] = Some(after);
        }
        Ok(())
    }

    /// Installs or removes a handler.
    fn change(&mut self, before: HandlersId, stack: StackId, change: HandlerChange) -> Result<HandlersId, VerifyErrorKind> {
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
                let depth = self.step.stacks.depth(stack);
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
        self.max_stack = self.max_stack.max(self.step.stacks.depth(stack));
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

    /// Adds what a path brings to what is known at its target.
    fn merge(&mut self, target: Label, brought: Entry) -> Result<(), VerifyErrorKind> {
        let index = self
            .layout
            .index(target.0)
            .ok_or(VerifyErrorKind::JumpTarget { to: target.0 })?;
        let Some(known) = self.known[index] else {
            self.known[index] = Some(brought);
            self.pending.insert(index);
            return Ok(());
        };
        if known.handlers != brought.handlers {
            return Err(VerifyErrorKind::HandlersAtJoin { target: target.0 });
        }
        let types = &mut *self.step.types;
        let Some(stack) = self.step.stacks.join(known.stack, brought.stack, |a, b| types.join(a, b)) else {
            return Err(VerifyErrorKind::DepthAtJoin {
                target: target.0,
                there: self.step.stacks.depth(known.stack),
                here: self.step.stacks.depth(brought.stack),
            });
        };
        if stack != known.stack {
            self.known[index] = Some(Entry { stack, ..known });
            self.pending.insert(index);
        }
        Ok(())
    }
}
