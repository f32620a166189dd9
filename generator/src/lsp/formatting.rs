//! Lays a spec out as `lathe fmt` does.

use serde_json::{Value, json};

use super::text::Lines;
use crate::format::format;

/// The edits that lay a text out: one of the lines that differ, so that the editor keeps its place in the others. None for a text that
/// is laid out, or that isn't TOML yet.
pub fn edits(text: &str) -> Vec<Value> {
    let Ok(formatted) = format(text) else {
        return Vec::new();
    };
    if formatted == text {
        return Vec::new();
    }
    let same = |(a, b): &(&str, &str)| a == b;
    let length = |lines: usize, all: &[&str]| all.iter().take(lines).map(|line| line.len()).sum::<usize>();
    let (old, new) = (lines(text), lines(&formatted));
    let above = old.iter().copied().zip(new.iter().copied()).take_while(same).count();
    let shorter = old.len().min(new.len()) - above;
    let from_end = old.iter().rev().copied().zip(new.iter().rev().copied());
    let below = from_end.take(shorter).take_while(same).count();
    let range = Lines::new(text).range(length(above, &old), length(old.len() - below, &old));
    let new_text = new[above..new.len() - below].concat();
    vec![json!({ "range": range, "newText": new_text })]
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_replaced() {
        let text = "kind = \"feature\"\n\n[feature.a]\ndoc   = \"A.\"\ndefault = true\n";
        let edits = edits(text);
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0]["newText"], json!("doc = \"A.\"\n"));
        assert_eq!(edits[0]["range"]["start"], json!({ "line": 3, "character": 0 }));
        assert_eq!(edits[0]["range"]["end"], json!({ "line": 4, "character": 0 }));
        assert_eq!(super::edits("kind = "), Vec::<Value>::new());
        assert_eq!(super::edits("kind = \"feature\"\n"), Vec::<Value>::new());
        // Every kind of end and beginning.
        for text in [
            "kind=\"feature\"",
            "\n\nkind = \"feature\"\n",
            "kind = \"feature\"\n\n\n",
            "\n",
        ] {
            let edits = super::edits(text);
            let lines = Lines::new(text);
            let mut result = text.to_owned();
            for edit in &edits {
                let range: lsp_types::Range = serde_json::from_value(edit["range"].clone()).expect("a range");
                let new = edit["newText"].as_str().expect("a text");
                result.replace_range(lines.byte(range.start)..lines.byte(range.end), new);
            }
            assert_eq!(result, format(text).expect("it is TOML"), "{text:?}");
        }
    }
}
