//! Proves that two texts say the same: the same values under the same keys, and the same comments.

use toml::{Table, Value};

/// Whether two texts of TOML mean the same and have the same comments; if not, what differs.
pub fn meaning(old: &str, new: &str) -> Result<(), &'static str> {
    let (Ok(before), Ok(after)) = (old.parse::<Table>(), new.parse::<Table>()) else {
        return Err("the file into something that is not TOML");
    };
    if !tables(&before, &after) {
        return Err("what the file says");
    }
    let sorted = |text: &str| {
        let mut comments = comments(text);
        comments.sort();
        comments
    };
    match sorted(old) == sorted(new) {
        true => Ok(()),
        false => Err("its comments"),
    }
}

fn tables(one: &Table, other: &Table) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .all(|(key, value)| other.get(key).is_some_and(|found| values(value, found)))
}

fn values(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // A number that is none is equal to nothing, itself included.
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| values(one, other))
        }
        (Value::Table(one), Value::Table(other)) => tables(one, other),
        _ => one == other,
    }
}

/// The comments of a text of TOML, without the spaces around them.
pub fn comments(text: &str) -> Vec<String> {
    let mut comments = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', '"', '\'']) {
        rest = &rest[at..];
        if rest.starts_with('#') {
            let end = rest.find('\n').unwrap_or(rest.len());
            comments.push(rest[..end].trim().to_owned());
            rest = &rest[end..];
        } else {
            rest = &rest[string_length(rest)..];
        }
    }
    comments
}

/// The length of the string that a text begins with.
fn string_length(text: &str) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let (open, close) = match text.starts_with(&triple) {
        true => (3, triple.as_str()),
        false => (1, quote),
    };
    let mut at = open;
    while let Some(rest) = text.get(at..) {
        if let Some(behind) = rest.strip_prefix(close) {
            // Up to two quotes more belong to the end of a text of several lines.
            let quotes = behind.bytes().take(2).take_while(|byte| [*byte] == quote.as_bytes());
            return at + close.len() + if open == 3 { quotes.count() } else { 0 };
        }
        let Some(letter) = rest.chars().next() else { break };
        let escaped = letter == '\\' && quote == "\"";
        let next = rest.chars().nth(1).filter(|_| escaped);
        at += letter.len_utf8() + next.map_or(0, char::len_utf8);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_texts() {
        let text = "# one\na = \"# no\" # two \nb = '#'#three\nc = \"\"\"\n# no \\\"\"\"\"\"\"# four\nd = '''# no''''' # five\ne = \"\\\\\" # six";
        assert_eq!(comments(text), ["# one", "# two", "#three", "# four", "# five", "# six"]);
    }

    #[test]
    fn differences_are_found() {
        let same = [("a = 1\nb = nan", "b = nan # \na = 0x1"), ("a.b = 1", "[a]\nb = 1")];
        assert_eq!(meaning(same[1].0, same[1].1), Ok(()));
        assert!(meaning(same[0].0, same[0].1).is_err(), "a comment came");
        assert_eq!(meaning("a = 1\nb = nan", "b = nan\na = 0x1"), Ok(()));
        assert_eq!(meaning("a = 0.0", "a = -0.0"), Err("what the file says"));
        assert_eq!(meaning("a = 1 # x", "a = 1 # y"), Err("its comments"));
        assert!(meaning("a = 1", "a = ").is_err());
    }
}
