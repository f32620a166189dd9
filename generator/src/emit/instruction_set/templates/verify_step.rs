//! What one instruction does to the types on the stack: the moves from which the functions of [`transfer`](super::transfer) are made.
//!
//! A transfer first takes all inputs off the stack, then judges them by position (the lowest is 0), then pushes the outputs.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::environment::{Callable, Current, Environment};
use super::error::VerifyErrorKind;
use super::lattice::{CONFLICT, Types};
use super::stacks::{GrowingStacks, StackId};
use crate::limits::STACK_DEPTH;
use crate::types::{Kind, TypeId};

/// The state that an instruction works on.
pub struct Step<'e, 'm> {
    /// The module's declarations.
    pub env: &'e Environment<'m>,
    /// The declarations of the function that the instruction is in.
    pub current: &'e Current<'e>,
    /// All types.
    pub types: &'e mut Types<'m>,
    /// All stacks of the function.
    pub stacks: &'e mut GrowingStacks,
    /// The stack before and, when the transfer is over, after the instruction.
    pub stack: StackId,
    /// How many of the lowest values the innermost handler guards: nothing may take them while it is installed.
    pub floor: u32,
    /// The inputs, the lowest first, and behind them what is left of instructions that took more.
    inputs: &'e mut Vec<TypeId>,
    /// How many inputs were taken.
    taken: usize,
}

/// What an input with type variables must look like.
#[derive(Debug, Clone, Copy)]
pub enum Pattern {
    /// This type.
    Exact(TypeId),
    /// The type of the variable with this position.
    Variable(usize),
    /// A type of this constructor with arguments that look so.
    Made(Kind, &'static [Pattern]),
}

/// The type variables of an op.
#[derive(Debug)]
pub struct Variables {
    names: &'static [&'static str],
    /// The type, and whether it is exactly known: from `array(T)`, where a smaller type won't do.
    bound: [Option<(TypeId, bool)>; Variables::MAX],
}

impl Variables {
    /// The most variables that an op has.
    pub const MAX: usize = 4;

    /// Variables that nothing is known about.
    pub fn new(names: &'static [&'static str]) -> Self {
        Variables {
            names,
            bound: [None; Self::MAX],
        }
    }

    /// The type of a variable.
    ///
    /// # Errors
    ///
    /// When only nulls stand where the type could be seen.
    pub fn get(&self, variable: usize) -> Result<TypeId, VerifyErrorKind> {
        self.seen(variable)
            .map(|(found, _)| found)
            .ok_or_else(|| VerifyErrorKind::Unknown {
                what: format!("the type `{}`", self.name(variable)),
            })
    }

    fn name(&self, variable: usize) -> &'static str {
        self.names.get(variable).copied().unwrap_or("?")
    }

    fn seen(&self, variable: usize) -> Option<(TypeId, bool)> {
        self.bound.get(variable).copied().flatten()
    }

    fn set(&mut self, variable: usize, found: TypeId, exact: bool) {
        if let Some(bound) = self.bound.get_mut(variable) {
            *bound = Some((found, exact));
        }
    }
}

impl<'e, 'm> Step<'e, 'm> {
    /// A state with an empty stack. What `inputs` held is forgotten.
    pub fn new(
        env: &'e Environment<'m>,
        current: &'e Current<'e>,
        types: &'e mut Types<'m>,
        stacks: &'e mut GrowingStacks,
        inputs: &'e mut Vec<TypeId>,
    ) -> Self {
        Step {
            env,
            current,
            types,
            stacks,
            stack: StackId::EMPTY,
            floor: 0,
            inputs,
            taken: 0,
        }
    }

    /// Takes the inputs off the stack.
    ///
    /// # Errors
    ///
    /// When there are fewer, or a handler guards them.
    #[inline]
    pub fn take(&mut self, count: u64) -> Result<(), VerifyErrorKind> {
        let depth = self.stacks.depth(self.stack);
        let available = depth.saturating_sub(self.floor);
        if count > u64::from(available) {
            return Err(VerifyErrorKind::StackUnderflow {
                takes: count,
                available,
                guarded: depth - available,
            });
        }
        self.stacks.steps += count;
        self.taken = count as usize;
        if self.inputs.len() < self.taken {
            self.inputs.resize(self.taken, CONFLICT);
        }
        for input in self.inputs.iter_mut().take(self.taken).rev() {
            if let Some((below, top)) = self.stacks.pop(self.stack) {
                self.stack = below;
                *input = top;
            }
        }
        Ok(())
    }

    /// The type of the input at a position.
    ///
    /// # Errors
    ///
    /// When the paths that lead here don't agree on it.
    #[inline]
    pub fn read(&self, input: &'static str, position: usize) -> Result<TypeId, VerifyErrorKind> {
        match self.inputs.get(position) {
            Some(found) if position < self.taken && *found != CONFLICT => Ok(*found),
            _ => Err(VerifyErrorKind::Conflict { input }),
        }
    }

    /// Demands that the input at a position has a type or a smaller one.
    ///
    /// # Errors
    ///
    /// When it has another.
    #[inline]
    pub fn expect(&self, input: &'static str, position: usize, expected: TypeId) -> Result<(), VerifyErrorKind> {
        let found = self.read(input, position)?;
        if found == expected || self.types.is_subtype(found, expected) {
            Ok(())
        } else {
            Err(self.mismatch(input, expected, found))
        }
    }

    /// Demands types of the inputs from a position on.
    ///
    /// # Errors
    ///
    /// When one has another.
    pub fn expect_list(&self, input: &'static str, first: usize, expected: &[TypeId]) -> Result<(), VerifyErrorKind> {
        expected
            .iter()
            .enumerate()
            .try_for_each(|(index, expected)| self.expect(input, first + index, *expected))
    }

    /// Demands that the input at a position is of a constructor, with any arguments.
    ///
    /// # Errors
    ///
    /// When it is of another.
    pub fn kind(&self, input: &'static str, position: usize, expected: Kind) -> Result<(), VerifyErrorKind> {
        let found = self.read(input, position)?;
        if self.types.kind(found) == Some(expected) || self.types.is_bottom_of(found, expected) {
            return Ok(());
        }
        let expected = expected.name().to_string();
        Err(VerifyErrorKind::Mismatch {
            input,
            expected,
            found: self.types.display(found),
        })
    }

    /// Demands that the input at a position looks like a pattern, and learns the variables in it. Null fits and tells nothing.
    ///
    /// # Errors
    ///
    /// When it doesn't.
    pub fn shape(
        &mut self,
        input: &'static str,
        position: usize,
        pattern: &Pattern,
        variables: &mut Variables,
    ) -> Result<(), VerifyErrorKind> {
        let found = self.read(input, position)?;
        if let Pattern::Made(kind, _) = pattern
            && self.types.is_bottom_of(found, *kind)
        {
            return Ok(());
        }
        if self.fits(found, pattern, variables) {
            return Ok(());
        }
        let expected = self.show(pattern, variables);
        Err(VerifyErrorKind::Mismatch {
            input,
            expected,
            found: self.types.display(found),
        })
    }

    fn fits(&self, found: TypeId, pattern: &Pattern, variables: &mut Variables) -> bool {
        match pattern {
            Pattern::Exact(expected) => found == *expected,
            Pattern::Variable(variable) => match variables.seen(*variable) {
                Some((known, _)) => known == found,
                None => {
                    variables.set(*variable, found, true);
                    true
                }
            },
            Pattern::Made(kind, patterns) => {
                let Some(definition) = self.types.definition(found).filter(|definition| definition.kind() == *kind) else {
                    return false;
                };
                let arguments = definition.arguments();
                arguments.len() == patterns.len()
                    && arguments
                        .iter()
                        .zip(*patterns)
                        .all(|(argument, pattern)| self.fits(*argument, pattern, variables))
            }
        }
    }

    fn show(&self, pattern: &Pattern, variables: &Variables) -> String {
        match pattern {
            Pattern::Exact(expected) => self.types.display(*expected),
            Pattern::Variable(variable) => match variables.seen(*variable) {
                Some((known, _)) => self.types.display(known),
                None => variables.name(*variable).to_string(),
            },
            Pattern::Made(kind, patterns) => {
                let arguments: Vec<String> = patterns.iter().map(|pattern| self.show(pattern, variables)).collect();
                format!("{}({})", kind.name(), arguments.join(", "))
            }
        }
    }

    /// Gives the input at a position to a type variable. A variable that is exactly known takes smaller types; any other becomes the
    /// join of all that it is given.
    ///
    /// # Errors
    ///
    /// When the types have nothing in common.
    pub fn bind(
        &mut self,
        input: &'static str,
        position: usize,
        variable: usize,
        variables: &mut Variables,
    ) -> Result<(), VerifyErrorKind> {
        let found = self.read(input, position)?;
        let (known, exact) = match variables.seen(variable) {
            None => (found, false),
            Some((known, true)) if self.types.is_subtype(found, known) => (known, true),
            Some((known, true)) => return Err(self.mismatch(input, known, found)),
            Some((known, false)) => match self.types.join(known, found) {
                CONFLICT => return Err(self.mismatch(input, known, found)),
                joined => (joined, false),
            },
        };
        variables.set(variable, known, exact);
        Ok(())
    }

    /// Pushes an output.
    ///
    /// # Errors
    ///
    /// When the stack is full.
    #[inline]
    pub fn push(&mut self, output: TypeId) -> Result<(), VerifyErrorKind> {
        if self.stacks.depth(self.stack) >= STACK_DEPTH {
            return Err(VerifyErrorKind::StackOverflow { limit: STACK_DEPTH });
        }
        self.stack = self.stacks.push(self.stack, output);
        Ok(())
    }

    /// Pushes outputs, the lowest first.
    ///
    /// # Errors
    ///
    /// When the stack is full.
    pub fn push_list(&mut self, outputs: &[TypeId]) -> Result<(), VerifyErrorKind> {
        outputs.iter().try_for_each(|output| self.push(*output))
    }

    /// The result type of the current function.
    ///
    /// # Errors
    ///
    /// When it has none.
    pub fn result(&self) -> Result<TypeId, VerifyErrorKind> {
        self.current.callable.result()
    }

    /// The type of a local of the current function: parameters first.
    ///
    /// # Errors
    ///
    /// When there are fewer.
    #[inline]
    pub fn local(&self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
        entry(&self.current.locals, operand, number, "local").copied()
    }

    /// The type of a captured variable of the current function.
    ///
    /// # Errors
    ///
    /// When there are fewer.
    pub fn capture(&self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
        entry(&self.current.captures, operand, number, "capture").copied()
    }

    /// The type of further arguments of the current function.
    ///
    /// # Errors
    ///
    /// When it takes none.
    pub fn rest(&self) -> Result<TypeId, VerifyErrorKind> {
        let missing = || VerifyErrorKind::Missing("the function takes no further arguments; declare `rest`".to_string());
        self.current.callable.rest.ok_or_else(missing)
    }

    /// Demands that the current function may return a value of a type that the op itself makes.
    ///
    /// # Errors
    ///
    /// When its result type is another.
    pub fn returns(&self, made: TypeId) -> Result<(), VerifyErrorKind> {
        let expected = self.result()?;
        if self.types.is_subtype(made, expected) {
            Ok(())
        } else {
            Err(self.mismatch("result", expected, made))
        }
    }

    /// The fault of an input that has another type.
    pub fn mismatch(&self, input: &'static str, expected: TypeId, found: TypeId) -> VerifyErrorKind {
        VerifyErrorKind::Mismatch {
            input,
            expected: self.types.display(expected),
            found: self.types.display(found),
        }
    }
}

impl Callable {
    /// Nothing, if it can run as it is.
    ///
    /// # Errors
    ///
    /// When it captures variables, which only a closure has.
    pub fn runs_directly(&self) -> Result<(), VerifyErrorKind> {
        if self.captures {
            return Err(VerifyErrorKind::Missing(
                "the function captures variables, so that only a closure of it can run".to_string(),
            ));
        }
        Ok(())
    }

    /// The types of `given` arguments, the first `skip` parameters left out.
    ///
    /// # Errors
    ///
    /// When the callable takes another number.
    pub fn arguments(&self, what: &'static str, skip: usize, given: u64) -> Result<Cow<'_, [TypeId]>, VerifyErrorKind> {
        argument_types(self.params.get(skip..).unwrap_or_default(), self.rest, what, given)
    }

    /// The type of what it returns.
    ///
    /// # Errors
    ///
    /// When the format knows no results.
    pub fn result(&self) -> Result<TypeId, VerifyErrorKind> {
        self.result
            .ok_or_else(|| VerifyErrorKind::Missing("the function has no result".to_string()))
    }

    /// The type of the first parameter: of a method, its receiver.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn receiver(&self) -> Result<TypeId, VerifyErrorKind> {
        let missing = || VerifyErrorKind::Missing("the function has no parameter for the receiver".to_string());
        self.params.first().copied().ok_or_else(missing)
    }
}

/// The types of `given` arguments: those of the parameters, then as often as necessary that of the rest.
///
/// # Errors
///
/// When that isn't possible, or there are more than a stack holds.
pub fn argument_types<'a>(
    params: &'a [TypeId],
    rest: Option<TypeId>,
    what: &'static str,
    given: u64,
) -> Result<Cow<'a, [TypeId]>, VerifyErrorKind> {
    let fits = match usize::try_from(given) {
        Ok(given) if given <= STACK_DEPTH as usize => given == params.len() || (given > params.len() && rest.is_some()),
        _ => false,
    };
    if !fits {
        return Err(VerifyErrorKind::Count {
            what,
            expected: params.len(),
            or_more: rest.is_some(),
            found: given,
        });
    }
    let further = (given as usize - params.len()) * usize::from(rest.is_some());
    if further == 0 {
        return Ok(Cow::Borrowed(params));
    }
    Ok(params.iter().copied().chain(rest.into_iter().cycle().take(further)).collect())
}

/// The entry of a list that an operand selects.
///
/// # Errors
///
/// When the list isn't that long.
#[inline]
pub fn entry<'a, T>(list: &'a [T], operand: &'static str, number: u32, of: &'static str) -> Result<&'a T, VerifyErrorKind> {
    // An error that isn't returned would have to be dropped.
    let Some(found) = list.get(number as usize) else {
        return Err(VerifyErrorKind::OperandRange {
            operand,
            number,
            of,
            count: list.len(),
        });
    };
    Ok(found)
}

/// Demands that a list has as many entries as an operand says, and gives them.
///
/// # Errors
///
/// When it has another number.
pub fn exactly<'a, T>(list: &'a [T], what: &'static str, given: u64) -> Result<&'a [T], VerifyErrorKind> {
    if list.len() as u64 == given {
        Ok(list)
    } else {
        Err(VerifyErrorKind::Count {
            what,
            expected: list.len(),
            or_more: false,
            found: given,
        })
    }
}
