//! Procedural macros of the instruction set __SET__.
//!
//! Their logic is in the crate `lathe_macros`; this crate binds it to the tables of `__FACTS__`. So a macro never reads `spec/`, and is
//! built anew whenever the facts change.

#![forbid(unsafe_code)]

use lathe_macros::{Facts, Signature};
use proc_macro::TokenStream;

/// Ties a semantics function to the entry of its op: `#[__CRATE__::op(__OP__)]` before `fn __FUNCTION__`.
///
/// The name of the function, the types of its parameters and of its result must be those that the spec gives to the op; paths and
/// lifetimes make no difference. What differs is an error at just that place, and it names the line of the spec. The function itself
/// stays as it is. A function that is the meaning of several ops names them all, separated by commas.
#[proc_macro_attribute]
pub fn op(arguments: TokenStream, function: TokenStream) -> TokenStream {
    lathe_macros::op::<__TYPE__>(arguments.into(), function.into()).into()
}

struct __TYPE__;

impl Facts for __TYPE__ {
    fn signatures() -> Vec<Signature> {
        let signatures = __FACTS__::signature::SIGNATURES.iter();
        signatures
            .map(|signature| Signature {
                op: signature.op,
                function: signature.function,
                parameters: signature.parameters,
                result: signature.result,
                file: signature.place.file,
                line: signature.place.line,
            })
            .collect()
    }
}
