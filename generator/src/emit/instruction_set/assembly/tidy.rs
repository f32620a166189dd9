//! Makes formatted Rust look as people write it.

/// Puts blank lines between items, and takes the names of types from numbers.
pub fn tidy(text: &str) -> String {
    with_blank_lines(&without_suffixes(text))
}

/// Puts a blank line before every item but imports, as people do: prettyplease puts none.
fn with_blank_lines(text: &str) -> String {
    let starts = |line: &str| {
        let rest = line.trim_start();
        let depth = line.len() - rest.len();
        let words = ["///", "#[", "fn ", "pub", "impl", "const ", "static ", "struct ", "enum "];
        (depth == 0 || depth == 4) && words.iter().any(|word| rest.starts_with(word))
    };
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut before = "";
    for line in text.lines() {
        let same_depth = before.len() - before.trim_start().len() == line.len() - line.trim_start().len();
        let ended = same_depth && (before.ends_with('}') || before.ends_with(';') || before.ends_with(")]"));
        let head = same_depth && (before.trim_start().starts_with("///") || before.trim_start().starts_with("#["));
        let is_import = |line: &str| line.starts_with("use ");
        let between_items = ended && !head && (starts(line) || (is_import(before) && !is_import(line)));
        let behind_head = (before.starts_with("//!") && !line.starts_with("//!")) || before == ")]";
        if between_items || behind_head {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        before = line;
    }
    out
}

/// Takes the names of types from numbers: `quote` puts them behind each, where people would not. The types follow from the places.
fn without_suffixes(text: &str) -> String {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|char| !is_word(char)).unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        let number = ["usize", "u32", "u8"].iter().find_map(|suffix| word.strip_suffix(suffix));
        let number = number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        out.push_str(before);
        out.push_str(number.unwrap_or(word));
        rest = behind;
    }
    out + rest
}
