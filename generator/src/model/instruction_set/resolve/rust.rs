//! Parses short pieces of Rust that specs hold.

/// The most bytes of a piece: specs hold one-liners, everything longer belongs into a function.
const LONGEST: usize = 1000;

/// The most brackets and prefix operators. The parser descends into each, and a hostile text could exhaust the stack.
const MOST_NESTING: usize = 48;

/// Parses a piece of Rust.
///
/// # Errors
///
/// When it is no such piece, in the words of the parser, or when it is too long for a spec.
pub(super) fn parse<T: syn::parse::Parse>(text: &str) -> Result<T, String> {
    if text.len() > LONGEST {
        return Err(format!("more than {LONGEST} bytes: move it into a function in `runtime/`"));
    }
    let nesting = text.chars().filter(|c| "([{<|!-&*".contains(*c)).count()
        + text.split_whitespace().filter(|word| is_nesting(word)).count();
    if nesting > MOST_NESTING {
        return Err(format!(
            "more than {MOST_NESTING} brackets and operators: move it into a function in `runtime/`"
        ));
    }
    syn::parse_str(text).map_err(|error| error.to_string())
}

/// Words behind which a whole expression or type may stand.
fn is_nesting(word: &str) -> bool {
    matches!(
        word,
        "return" | "break" | "move" | "async" | "unsafe" | "else" | "dyn" | "impl" | "in" | "if" | "yield" | "become" | "let"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_nesting_is_refused() {
        for piece in ["(", "!", "-", "&", "return ", "[", "|a|", "*", "Vec<", "if "] {
            for count in [1, 10, 40, 48, 100, 1_000, 100_000] {
                // Few of them may happen to be Rust (`!` is a type); whatever they are, the parser comes back.
                let expression = parse::<syn::Expr>(&piece.repeat(count));
                let kind = parse::<syn::Type>(&piece.repeat(count));
                assert!(
                    count <= MOST_NESTING || (expression.is_err() && kind.is_err()),
                    "{piece} {count}"
                );
            }
        }
        assert!(parse::<syn::Expr>("a.wrapping_add(b)").is_ok());
        assert!(parse::<syn::Expr>(&format!("{}a{}", "(".repeat(40), ")".repeat(40))).is_ok());
    }
}
