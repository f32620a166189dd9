//! Writes keys and values on one line, arrays aside: see [`super::array`].

use toml_edit::{InlineTable, Key, Value};

use super::layout::Part;

/// A key: bare where it may be.
pub fn key(key: &Key) -> String {
    let name = key.get();
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare {
        return name.to_owned();
    }
    string(name).unwrap_or_else(|| key.display_repr().into_owned())
}

/// A dotted key.
pub fn path(keys: &[&Key]) -> String {
    let keys: Vec<String> = keys.iter().map(|name| key(name)).collect();
    keys.join(".")
}

/// A value on one line, or as it was written where it has lines or comments of its own.
pub fn inline(value: &Value, part: Part<'_>) -> String {
    let written = match value {
        Value::String(text) => {
            let raw = text.display_repr();
            // What is written over several lines was laid out by hand.
            let has_lines = raw.starts_with("\"\"\"") || raw.starts_with("'''");
            (!has_lines).then(|| string(text.value())).flatten()
        }
        Value::Integer(number) => {
            let raw = number.display_repr();
            raw.strip_prefix("0x").map(|digits| format!("0x{}", digits.to_uppercase()))
        }
        Value::InlineTable(table) => inline_table(table, part),
        Value::Array(array) if !has_comment(&array.to_string()) => {
            let elements: Vec<String> = array.iter().map(|element| inline(element, part.element())).collect();
            Some(format!("[{}]", elements.join(", ")))
        }
        _ => None,
    };
    written.unwrap_or_else(|| as_written(value))
}

/// A value as it was written.
pub fn as_written(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

/// `{ a = 1, b = 2 }`, or nothing where a comment is in it.
fn inline_table(table: &InlineTable, part: Part<'_>) -> Option<String> {
    if has_comment(&table.to_string()) {
        return None;
    }
    let mut entries = table.get_values();
    // Keys with a common part have to stay together.
    entries.sort_by_key(|(keys, _)| keys.first().map_or(usize::MAX, |key| part.rank(key.get())));
    let entries: Vec<String> = entries
        .iter()
        .map(|(keys, value)| {
            let inner = keys.iter().fold(part, |part, key| part.key(key.get()));
            format!("{} = {}", path(keys), inline(value, inner))
        })
        .collect();
    Some(match entries.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", entries.join(", ")),
    })
}

/// A text on one line, in the quotes that need no escapes; nothing if both kinds do.
fn string(text: &str) -> Option<String> {
    let is_plain = text.chars().all(|c| !c.is_control());
    match text {
        _ if !is_plain => None,
        _ if !text.contains(['"', '\\']) => Some(format!("\"{text}\"")),
        _ if !text.contains('\'') => Some(format!("'{text}'")),
        _ => None,
    }
}

/// Whether a part of a file has comments. What is in quotes is none.
pub fn has_comment(text: &str) -> bool {
    !super::same::comments(text).is_empty()
}
