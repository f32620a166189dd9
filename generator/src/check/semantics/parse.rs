//! Parses Rust files without trusting them: a file that nests too deeply gets a message, where the parser would exhaust the stack.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// The most brackets, operators and `else` on the way to any token. Files written by people stay far below.
const MOST_NESTING: usize = 3000;

/// Bytes of stack that parsing and visiting that much nesting takes, with room to spare. It is reserved, and used only if needed.
const STACK: usize = 256 << 20;

/// Runs `work` where deep recursion can't exhaust the stack. Spans are only good on the thread that parsed, so whatever needs them
/// belongs into `work`. `None` where no thread could be started.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// Parses a Rust file.
///
/// # Errors
///
/// The place and what is wrong there, in the words of the parser.
pub fn file(text: &str) -> Result<syn::File, (Span, String)> {
    // Lexing keeps its own stack, so that this is safe for any text.
    let tokens: TokenStream = text
        .parse()
        .map_err(|error: proc_macro2::LexError| (error.span(), "it can't be split into tokens".to_owned()))?;
    if let Some(span) = too_deep(tokens) {
        return Err((
            span,
            format!("more than {MOST_NESTING} brackets and operators are nested here"),
        ));
    }
    syn::parse_file(text).map_err(|error| (error.span(), error.to_string()))
}

/// A token on the way to which there is more nesting than the parser is given room for.
fn too_deep(tokens: TokenStream) -> Option<Span> {
    // Of every open group: the tokens that remain, the nesting at its beginning, and the nesting now.
    let mut open = vec![(tokens.into_iter().peekable(), 0, 0)];
    while let Some((tokens, base, depth)) = open.last_mut() {
        let Some(token) = tokens.next() else {
            open.pop();
            continue;
        };
        match &token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => *depth = *base,
            TokenTree::Punct(_) => *depth += 1,
            TokenTree::Ident(ident) => {
                if [
                    "else", "if", "return", "break", "move", "dyn", "impl", "mut", "unsafe", "async",
                ]
                .iter()
                .any(|word| ident == word)
                {
                    *depth += 1;
                }
            }
            TokenTree::Group(group) => {
                let inner = *depth + 1;
                let ends = group.delimiter() == Delimiter::Brace
                    && !matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word == "else")
                    && !matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '.' | '?'));
                if ends {
                    *depth = *base;
                }
                if inner > MOST_NESTING {
                    return Some(group.span());
                }
                open.push((group.stream().into_iter().peekable(), inner, inner));
                continue;
            }
            TokenTree::Literal(_) => {}
        }
        if *depth > MOST_NESTING {
            return Some(token.span());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_files_get_a_message() {
        for piece in ["(", "[", "{", "!", "-", "&", "return ", "a + ", "a.b()", "if a {} else "] {
            let closing: String = piece
                .chars()
                .filter_map(|bracket| match bracket {
                    '(' => Some(')'),
                    '[' => Some(']'),
                    '{' => Some('}'),
                    _ => None,
                })
                .collect();
            let closing = if piece.len() == 1 { closing } else { String::new() };
            for count in [1, 100, 2_000, 50_000] {
                let text = format!("fn f() {{ {}1{} }}", piece.repeat(count), closing.repeat(count));
                // Most of these are no Rust; that none of them ends the process is the test.
                let told = with_room(|| file(&text).map(drop).map_err(|(_, message)| message));
                assert!(told.is_some());
                assert!(count < 50_000 || told.is_some_and(|told| told.is_err()), "{piece}");
            }
        }
    }

    #[test]
    fn long_files_are_fine() {
        let text = "pub fn f(a: &i32) -> i32 { a.wrapping_add(1) }\n".repeat(5_000);
        assert!(with_room(|| file(&text).is_ok()).unwrap_or(false));
    }
}
