//! Procedural macros of the instruction set __SET__.
//!
//! Their logic is in the crate `lathe_macros`; this crate binds it to the tables of `__FACTS__`. So a macro never reads `spec/`, and is
//! built anew whenever the facts change.

#![forbid(unsafe_code)]

use lathe_macros::{Complaint, Facts, Signature};
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

__NATIVE__/// Assembles and verifies a program at compile time: an expression of type `&'static [u8]`, the bytes of the module file, which
/// `__FACTS__::module::Module::read` reads.
///
/// The program is what `__FACTS__::asm::assemble` takes. A mistake in it, one that the verifier finds included, is an error of the
/// compiler at the offending token.
#[proc_macro]
pub fn assemble(program: TokenStream) -> TokenStream {
    lathe_macros::assemble::<__TYPE__>(program.into()).into()
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

    fn assemble(texts: &[String]) -> Result<Vec<u8>, Vec<Complaint>> {
        let mut tokens = Vec::with_capacity(texts.len());
        let mut complaints = Vec::new();
        for (text, at) in texts.iter().zip(0..) {
            match __FACTS__::asm::tokens_of(text, at) {
                Ok(found) => tokens.extend(found),
                Err(error) => complaints.push(complaint(&error)),
            }
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let assembled =
            __FACTS__::asm::assemble_tokens(&tokens).map_err(|errors| errors.errors.iter().map(complaint).collect::<Vec<_>>())?;
        if let Err(error) = __FACTS__::verify::verify(&assembled.module) {
            let function = error.function.map(|function| function.0);
            let instruction = function
                .zip(error.at)
                .and_then(|(function, at)| assembled.positions.instruction(function, at));
            let declaration = function.and_then(|function| assembled.positions.function(function));
            let token = instruction.or(declaration).unwrap_or(0) as usize;
            return Err(vec![Complaint {
                token,
                message: error.to_string(),
            }]);
        }
        assembled.module.write().map_err(|error| {
            vec![Complaint {
                token: 0,
                message: error.to_string(),
            }]
        })
    }
}

fn complaint(error: &__FACTS__::asm::AssembleError) -> Complaint {
    let mut message = error.message.clone();
    if let Some(help) = &error.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    Complaint {
        token: error.at as usize,
        message,
    }
}
