//! How a line of a surface is written, by those who record it and by those who hold a build to it.

/// Code without the spaces that formatters and the compiler choose: one stays between words, and texts in quotes stay as they are.
pub fn canonical(code: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\'');
    let mut out = String::new();
    let mut quoted = false;
    let mut escaped = false;
    let mut space = false;
    for c in code.chars() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if space && is_word(c) && out.ends_with(is_word) {
            out.push(' ');
        }
        space = false;
        out.push(c);
        quoted = c == '"';
    }
    out
}
