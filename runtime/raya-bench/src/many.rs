//! A module of a given size, made of functions as a compiler would emit them.

use std::fmt::Write as _;

use raya_facts::Module;
use raya_facts::asm::assemble;

/// What is repeated: loops, calls, fields, arrays and exceptions in about the shares of real programs.
const PART: &str = include_str!("../programs/part.rasm");

/// A module whose file has at least this many bytes.
///
/// # Errors
///
/// When the text has a mistake.
pub fn module(bytes: usize) -> Result<Module, String> {
    let size = |parts: usize| -> Result<usize, String> { Ok(file(&of_parts(parts)?)?.len()) };
    // Strings and types are shared between parts, so that the second one shows what each further one adds.
    let (one, two) = (size(1)?, size(2)?);
    of_parts(1 + bytes.saturating_sub(one).div_ceil(two.saturating_sub(one).max(1)))
}

/// The module as a file.
///
/// # Errors
///
/// When it doesn't fit into one.
pub fn file(module: &Module) -> Result<Vec<u8>, String> {
    module.write().map_err(|error| error.to_string())
}

fn of_parts(parts: usize) -> Result<Module, String> {
    let mut text = String::from("name \"many\"\n");
    for part in 0..parts {
        let _ = writeln!(text, "{}", PART.replace("NUMBER", &part.to_string()));
    }
    assemble(&text).map_err(|errors| errors.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_has_the_size_that_was_asked_for() {
        let module = module(100_000).expect("the part is right");
        let length = file(&module).expect("it fits").len();
        assert!((100_000..110_000).contains(&length), "{length}");
        raya_facts::verify::verify(&module).expect("the part is right");
    }
}
