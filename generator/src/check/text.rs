//! Judges and lists names: which are well formed, which were probably meant, how several are written in one sentence.

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

/// Whether `name` is words of lower-case ASCII letters and digits, joined by single underscores, and begins with a letter.
pub fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('_').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}

/// What two names have in common when nothing but underscores, dots, hyphens or case tells them apart.
pub fn skeleton(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The name among `candidates` that `name` was probably meant to be.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let likeness = if skeleton(name) == skeleton(candidate) {
            1.0
        } else {
            strsim::jaro_winkler(name, candidate).min(1.0 - strsim::levenshtein(name, candidate) as f64 / 100.0)
        };
        let is_near = likeness >= 0.8 || strsim::levenshtein(name, candidate) <= 1 && name.len() > 1;
        if candidate != name && is_near && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `` `a`, `b` and `c` ``.
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
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
        for good in ["iadd", "load_local_0", "i32", "a"] {
            assert!(is_snake_case(good), "{good}");
        }
        for bad in ["", "Iadd", "i__add", "_a", "a_", "0a", "i-add", "ä"] {
            assert!(!is_snake_case(bad), "{bad}");
        }
        assert!(is_keyword("type") && !cannot_be_raw("type") && cannot_be_raw("self"));
    }

    #[test]
    fn finds_the_name_that_was_meant() {
        let names = ["divide_by_zero", "index_out_of_bounds", "null_reference"];
        assert_eq!(did_you_mean("divide_by_zer0", names), Some("divide_by_zero"));
        assert_eq!(did_you_mean("DivideByZero", names), Some("divide_by_zero"));
        assert_eq!(did_you_mean("fuel", names), None);
        assert_eq!(did_you_mean("q", ["a", "b"]), None);
    }

    #[test]
    fn lists_names() {
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list::<&str>(&[]), "none");
    }
}
