//! The engines of this build, with one way to load and to call.

use std::sync::Arc;

use raya_facts::Module;
use raya_oracle::Oracle;
use raya_runtime::{Options, Value};

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The reference interpreter.
    Oracle,
}

impl Kind {
    /// All of this build.
    pub const ALL: &[Kind] = &[Kind::Oracle];

    /// As the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Oracle => "oracle",
        }
    }

    /// The engine of a name.
    ///
    /// # Errors
    ///
    /// A sentence that lists those that there are.
    pub fn named(name: &str) -> Result<Kind, String> {
        let names = || Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        let found = Kind::ALL.iter().copied().find(|kind| kind.name() == name);
        found.ok_or_else(|| format!("this build has no engine `{name}`; it has {}", names()))
    }

    /// The fastest of this build.
    pub fn fastest() -> Kind {
        Kind::ALL[Kind::ALL.len() - 1]
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
    }
}

impl Program for Oracle {
    fn call(&mut self, function: &str) -> Result<String, String> {
        let arguments: &[Value] = &[];
        let value = Oracle::call(self, function, arguments).map_err(|failure| failure.to_string())?;
        Ok(self.machine().literal(value))
    }
}
