//! What the search knows: a script that sets one list, since a page that was opened from a file may not fetch anything.

use super::address::HTML;
use super::page::{Chapter, Destination, Page};

/// The script. Each row is name, kind, owner, sentence, further words, address below the folder of the manual.
pub fn data(pages: &[(Option<&Chapter>, &Page)]) -> String {
    let mut out = String::from("window.manualEntries = [\n");
    for (_, page) in pages {
        for entry in &page.entries {
            let to = Destination::Page {
                path: page.path.clone(),
                anchor: entry.anchor.clone(),
            };
            // From the start page, whose folder is that of the manual.
            let address = HTML.address(super::START, &to);
            let row = [
                &entry.name,
                &entry.kind,
                &entry.of,
                &entry.doc,
                &entry.words.join(" "),
                &address,
            ];
            for (index, text) in row.into_iter().enumerate() {
                out.push_str(if index == 0 { "[" } else { "," });
                literal(&mut out, text);
            }
            out.push_str("],\n");
        }
    }
    out.push_str("];\n");
    out
}

/// A text as a literal of JavaScript.
fn literal(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // The end of a script must not stand in it; the others end a line or can't be seen.
            '<' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04X}", c as u32)),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}
