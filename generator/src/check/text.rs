//! Judges names: which Rust can't write, which can't be told apart.

/// Words that Rust keeps for itself. Those of the first list can't even be written as `r#word`.
const NEVER: &[&str] = &["self", "super", "crate", "Self"];
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override",
    "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Whether `word` is a keyword of Rust, reserved ones included.
pub fn is_keyword(word: &str) -> bool {
    cannot_be_raw(word) || KEYWORDS.contains(&word)
}

/// Whether `word` is a keyword that can't be used as an identifier in any way.
pub fn cannot_be_raw(word: &str) -> bool {
    NEVER.contains(&word)
}

/// What two names have in common when nothing but underscores, dots, hyphens or case tells them apart.
pub fn skeleton(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// `1 input`, `2 inputs`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_names() {
        assert!(is_keyword("type") && !cannot_be_raw("type") && cannot_be_raw("self") && !is_keyword("kind"));
        assert_eq!(skeleton("load_local_0"), skeleton("loadLocal0"));
        assert_eq!(count(1, "input"), "1 input");
    }
}
