//! What an op that calls asks the driver to do.

use raya_facts::FunctionId;

pub use crate::frame::Then;
use crate::value::{Ref, Value};

/// The result of an op that calls.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Enter a function.
    Enter {
        /// Which.
        function: FunctionId,
        /// All arguments, the receiver of a method included.
        arguments: Vec<Value>,
        /// The closure that it runs for; null for a plain function.
        closure: Ref,
        /// What happens with its result.
        then: Then,
    },
    /// Nothing is entered: this is the result.
    Value(Value),
    /// Nothing is entered, and there is no result.
    Nothing,
}

impl Call {
    /// Enter a plain function and push its result.
    pub fn plain(function: FunctionId, arguments: Vec<Value>) -> Call {
        Call::Enter {
            function,
            arguments,
            closure: Ref::NULL,
            then: Then::Push,
        }
    }
}
