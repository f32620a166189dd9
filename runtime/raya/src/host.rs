//! Is the door through which a host loads modules and calls their functions.

use core::fmt;
use std::sync::Arc;

use raya_facts::module::{Function, ReadError};
use raya_facts::verify::{Verified, VerifyError, verify};
use raya_facts::{FunctionId, Module, TypeId};

use crate::context::Context;
use crate::engine::Engine;
use crate::failure::{Cause, Failure};
use crate::machine::{Machine, Options};
use crate::native_context::NativeContext;
use crate::tasks::Entry;
use crate::trap::Trap;
use crate::typed::{Arguments, FromValue};
use crate::types;
use crate::value::{Ref, Value};

/// Why a module file can't run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// It is no module file.
    Read(ReadError),
    /// The verifier refused it.
    Verify(Box<VerifyError>),
    /// It needs more than the host allows, or something that the host doesn't have.
    Prepare(Box<Failure>),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Read(error) => write!(f, "this is no module file: {error}"),
            LoadError::Verify(error) => write!(f, "the module is refused: {error}"),
            LoadError::Prepare(failure) => write!(f, "the module can't be prepared: {failure}"),
        }
    }
}

impl core::error::Error for LoadError {}

impl From<ReadError> for LoadError {
    fn from(error: ReadError) -> LoadError {
        LoadError::Read(error)
    }
}

impl From<VerifyError> for LoadError {
    fn from(error: VerifyError) -> LoadError {
        LoadError::Verify(Box::new(error))
    }
}

impl From<Failure> for LoadError {
    fn from(failure: Failure) -> LoadError {
        LoadError::Prepare(Box::new(failure))
    }
}

impl<E: Engine> Machine<E> {
    /// Reads the bytes of a module file, verifies the module, and prepares it for an engine, which is told what the verifier found out.
    /// Nothing runs yet.
    ///
    /// # Errors
    ///
    /// [`LoadError`] says which of the three failed, and why.
    pub fn load(
        file: &[u8],
        options: Options,
        engine: impl FnOnce(&Context, &Verified) -> Result<E, Failure>,
    ) -> Result<Machine<E>, LoadError> {
        let module = Module::read(file)?;
        let verified = verify(&module)?;
        let context = Context::load(Arc::new(module), options)?;
        let engine = engine(&context, &verified)?;
        Ok(Machine::with_engine(context, engine))
    }

    /// Calls a function by its name and runs tasks until it has returned. Tasks that are not done by then wait for the next call.
    ///
    /// Arguments are a tuple of up to four Rust values, or a `&[Value]`; [`typed`](crate::typed) lists what stands for what:
    /// `machine.call::<(i32,), i32>("fib", (30,))`. An object that the result refers to may be freed by the next call, unless the result
    /// is a [`Handle`](crate::Handle).
    ///
    /// # Errors
    ///
    /// [`Failure`] with the trace: the exception or trap that ended the program, or what is wrong with the call itself. Whatever it is,
    /// the machine can be called again.
    pub fn call<A: Arguments, R: FromValue>(&mut self, name: &str, arguments: A) -> Result<R, Failure> {
        match self.function(name) {
            Some(id) => self.call_function(id, arguments),
            None => Err(Failure::call(format!(
                "module `{}` has no function `{name}`",
                self.context.module.name
            ))),
        }
    }

    /// The number of the function with a name: whoever calls it often looks it up once.
    pub fn function(&self, name: &str) -> Option<FunctionId> {
        let functions = &self.context.module.functions;
        let position = functions.iter().position(|function| function.name == name)?;
        u32::try_from(position).ok().map(FunctionId)
    }

    /// Calls a function by its number.
    ///
    /// # Errors
    ///
    /// As [`call`](Machine::call).
    pub fn call_function<A: Arguments, R: FromValue>(&mut self, id: FunctionId, arguments: A) -> Result<R, Failure> {
        let module = self.context.module.clone();
        let Some(function) = module.functions.get(id.0 as usize) else {
            return Err(Failure::call(format!(
                "there is no function {}: the module has {}",
                id.0,
                module.functions.len()
            )));
        };
        check_call::<R>(&self.context, function, arguments.count())?;
        let arguments = self.arguments(function, &arguments)?;
        let registration = self.context.registration.clone();
        let entered = registration.as_ref().map(|registration| registration.enter());
        let task = self.context.tasks.next_handle();
        let entry = Entry {
            function: id,
            arguments,
            closure: Ref::NULL,
            after: None,
        };
        self.context.tasks.add(&task, entry, function.result);
        let result = self.run_until_done(task.id);
        let id = task.id;
        drop(task);
        self.context.tasks.forget(id);
        if let Some(registration) = &registration {
            registration.publish(self.context.statistics());
        }
        drop(entered);
        R::from_value(&mut NativeContext::new(&mut self.context), result?).map_err(failed)
    }

    /// Gives the program so much fuel from now on, whatever is left of what it had; `None` for as much as it takes.
    pub fn refill(&mut self, fuel: Option<u64>) {
        self.context.fuel.refill(fuel);
    }

    /// Makes the values of arguments and checks them against the parameters.
    fn arguments(&mut self, function: &Function, arguments: &impl Arguments) -> Result<Vec<Value>, Failure> {
        let mut values = Vec::with_capacity(arguments.count());
        for index in 0..arguments.count() {
            let mut value = arguments.value(index, &mut NativeContext::new(&mut self.context));
            if value.is_err() {
                // Texts that were made before are in no frame yet.
                let (context, engine) = (&mut self.context, &self.engine);
                context.collect(|marker| {
                    engine.roots(marker);
                    values.iter().for_each(|value| marker.mark_value(*value));
                });
                value = arguments.value(index, &mut NativeContext::new(context));
            }
            let value = value.map_err(failed)?;
            let declared = function.params.get(index).map(|param| param.r#type);
            let type_id = declared.or(function.rest).unwrap_or(TypeId::NULL);
            if !types::belongs(&self.context, value, type_id) {
                let (expected, found) = (
                    types::name(&self.context, type_id),
                    types::describe(&self.context, value.to_any()),
                );
                return Err(Failure::call(format!(
                    "argument {index} of function `{}` is a {expected}, {found} was given",
                    function.name
                )));
            }
            values.push(value);
        }
        Ok(values)
    }
}

/// Checks what can be checked of a call before there are values.
fn check_call<R: FromValue>(context: &Context, function: &Function, found: usize) -> Result<(), Failure> {
    let name = &function.name;
    if !function.captures.is_empty() {
        return Err(Failure::call(format!(
            "function `{name}` captures variables, so that only a closure of it can run"
        )));
    }
    let expected = function.params.len();
    if found != expected && (found < expected || function.rest.is_none()) {
        return Err(Failure::call(format!(
            "function `{name}` takes {expected} arguments, {found} were given"
        )));
    }
    if !R::WANTED.fits(function.result) {
        return Err(Failure::call(format!(
            "function `{name}` gives a {}, the call wants {}",
            types::name(context, function.result),
            R::WANTED
        )));
    }
    Ok(())
}

fn failed(trap: Trap) -> Failure {
    Failure {
        cause: Cause::Trap(trap),
        trace: Vec::new(),
    }
}
