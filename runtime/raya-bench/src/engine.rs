//! The engines of this build, with one way to load and to call.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::Module;
use raya_oracle::Oracle;
use raya_runtime::{Engine, Machine, Options};

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The reference interpreter.
    Oracle,
    /// The fast engine with one of its dispatchers.
    Fast(Dispatch),
}

impl Kind {
    /// All of this build, the fastest last.
    pub fn all() -> Vec<Kind> {
        let fast = Dispatch::AVAILABLE.iter().rev().map(|dispatch| Kind::Fast(*dispatch));
        std::iter::once(Kind::Oracle).chain(fast).collect()
    }

    /// As the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Oracle => "oracle",
            Kind::Fast(dispatch) => dispatch.name(),
        }
    }

    /// The engine of a name.
    ///
    /// # Errors
    ///
    /// A sentence that lists those that there are.
    pub fn named(name: &str) -> Result<Kind, String> {
        let all = Kind::all();
        let found = all.iter().copied().find(|kind| kind.name() == name);
        let names = || all.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| format!("this build has no engine `{name}`; it has {}", names()))
    }

    /// The fastest of this build.
    pub fn fastest() -> Kind {
        Kind::Fast(Dispatch::best())
    }
}

/// A loaded program.
pub trait Program {
    /// Calls a function without arguments; its result as a literal.
    ///
    /// # Errors
    ///
    /// How it ended otherwise.
    fn call(&mut self, function: &str) -> Result<String, String>;
}

/// Verifies a module and prepares it for an engine.
///
/// # Errors
///
/// Why it can't run.
pub fn load(kind: Kind, module: Arc<Module>, options: Options) -> Result<Box<dyn Program>, String> {
    match kind {
        Kind::Oracle => match Oracle::new(module, options) {
            Ok(oracle) => Ok(Box::new(oracle)),
            Err(error) => Err(error.to_string()),
        },
        Kind::Fast(dispatch) => match raya_engine::load(module, options, dispatch) {
            Ok(machine) => Ok(Box::new(machine)),
            Err(error) => Err(error.to_string()),
        },
    }
}

impl<E: Engine> Program for Machine<E> {
    fn call(&mut self, function: &str) -> Result<String, String> {
        let value = Machine::call(self, function, &[]).map_err(|failure| failure.to_string())?;
        Ok(self.literal(value))
    }
}

impl Program for Oracle {
    fn call(&mut self, function: &str) -> Result<String, String> {
        Program::call(self.machine_mut(), function)
    }
}
