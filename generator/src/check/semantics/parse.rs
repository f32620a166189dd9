//! Parses Rust files without trusting them: a file that nests too deeply gets a message, where the parser would exhaust the stack.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

/// The most brackets, operators, calls and keywords on the way to any token. Files written by people stay far below.
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
    if let Some(span) = too_deep(tokens.clone()) {
        return Err((
            span,
            format!("more than {MOST_NESTING} brackets and operators are nested here"),
        ));
    }
    syn::parse2(tokens).map_err(|error| (error.span(), error.to_string()))
}

/// A bracket that is open, and what was counted in it.
struct Open {
    tokens: Peekable<IntoIter>,
    /// The nesting at its beginning.
    base: usize,
    /// The nesting now.
    depth: usize,
    /// The nesting to which a comma returns: more than `base` behind `<` and `|`, since a comma there ends no expression.
    floor: usize,
    /// The floors before each `<` that is still open.
    angles: Vec<usize>,
}

impl Open {
    fn new(tokens: TokenStream, base: usize) -> Open {
        Open {
            tokens: tokens.into_iter().peekable(),
            base,
            depth: base,
            floor: base,
            angles: Vec::new(),
        }
    }

    /// A statement, an item or a pattern has ended; nothing of it goes on.
    fn restart(&mut self) {
        self.depth = self.base;
        self.floor = self.base;
        self.angles.clear();
    }

    fn count(&mut self, token: &TokenTree, before: Option<char>) {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => self.restart(),
                ',' => self.depth = self.floor,
                // An arm of a `match`: its pattern is done.
                '>' if before == Some('=') => self.restart(),
                other => {
                    self.depth += 1;
                    match other {
                        '<' => {
                            self.angles.push(self.floor);
                            self.floor = self.depth;
                        }
                        '|' => self.floor = self.depth,
                        '>' if before != Some('-') => self.floor = self.angles.pop().unwrap_or(self.floor),
                        _ => {}
                    }
                }
            },
            TokenTree::Ident(ident) => {
                // Of two words in a row one is a keyword, which may take an expression: `match match match …`.
                let word = matches!(self.tokens.peek(), Some(TokenTree::Ident(_)));
                if word || PREFIXES.iter().any(|prefix| ident == prefix) {
                    self.depth += 1;
                }
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && self.brace_ends() => self.restart(),
            // A call or an index of what stands before it.
            TokenTree::Group(_) => self.depth += 1,
            TokenTree::Literal(_) => {}
        }
    }

    /// Whether a closing brace ends a statement or an item. It doesn't where an expression may go on behind it, as in `a = {} = {}`.
    fn brace_ends(&mut self) -> bool {
        match self.tokens.peek() {
            None | Some(TokenTree::Literal(_)) => true,
            Some(TokenTree::Ident(word)) => !["else", "as", "in"].iter().any(|other| word == other),
            Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), '#' | '\''),
            Some(TokenTree::Group(_)) => false,
        }
    }
}

/// Words that nest even if no word follows.
const PREFIXES: [&str; 10] = [
    "else", "if", "return", "break", "move", "dyn", "impl", "mut", "unsafe", "async",
];

/// A token on the way to which there is more nesting than the parser is given room for.
fn too_deep(tokens: TokenStream) -> Option<Span> {
    let mut open = vec![Open::new(tokens, 0)];
    // The character of the token before, if another follows it without a gap.
    let mut before = None;
    while let Some(group) = open.last_mut() {
        let Some(token) = group.tokens.next() else {
            open.pop();
            continue;
        };
        let inner = group.depth + 1;
        group.count(&token, before);
        if group.depth > MOST_NESTING || inner > MOST_NESTING {
            return Some(token.span());
        }
        before = match &token {
            TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint => Some(punct.as_char()),
            _ => None,
        };
        if let TokenTree::Group(group) = &token {
            open.push(Open::new(group.stream(), inner));
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
    fn chains_of_keywords_calls_and_commas_get_a_message() {
        for piece in [
            "while ",
            "match ",
            "for a in ",
            "yield ",
            "become ",
            "|a, b| ",
            "a = {} = ",
            "a = {} as u8 = ",
            "a = {} & b = ",
            "for A {} in ",
            "a::<u8, {1}, ",
            "a = match {} {} = ",
        ] {
            deep(&format!("fn f() {{ {}a }}", piece.repeat(50_000)), piece);
        }
        for piece in ["()", "[0]", " as u8"] {
            deep(&format!("fn f() {{ a{} }}", piece.repeat(50_000)), piece);
        }
        for piece in ["A<u8, ", "A<{1}, ", "for<'a, 'b> fn() -> "] {
            deep(&format!("fn f(a: {}u8) {{}}", piece.repeat(50_000)), piece);
        }
    }

    /// The file is refused before it reaches the parser.
    fn deep(text: &str, piece: &str) {
        let told = with_room(|| file(text).map(drop).map_err(|(_, message)| message));
        let told = told.and_then(Result::err).unwrap_or_default();
        assert!(told.contains("nested"), "{piece}: {told}");
    }

    #[test]
    fn long_tables_and_matches_are_fine() {
        let row = "-1, (2, 3), f(4), if a < b { c } else { d }, ";
        let arm = "A::B(a) | A::C(a) if a > 1 => a as u8, A::D { .. } => { a } ";
        let (rows, arms) = (row.repeat(5_000), arm.repeat(5_000));
        let text = format!("fn f() {{ let t = [{}]; match t {{ {arms} }} }}", rows.replace("a < b", "a"));
        assert!(with_room(|| file(&text).is_ok()).unwrap_or(false));
    }

    #[test]
    fn long_files_are_fine() {
        let text = "pub fn f(a: &i32) -> i32 { a.wrapping_add(1) }\n".repeat(5_000);
        assert!(with_room(|| file(&text).is_ok()).unwrap_or(false));
    }
}
