//! Writes arrays: on one line where they fit, else filled to the width; one element a line where they were written so, or where the
//! elements are tables.

use toml_edit::{Array, RawString, Value};

use super::WIDTH;
use super::layout::Part;
use super::value::{as_written, has_comment, inline};

const INDENT: &str = "  ";

/// An element with the lines and comments that go with it.
struct Element {
    text: String,
    /// Whether it begins a line.
    begins: bool,
    /// Comments on lines of their own before it.
    above: Vec<String>,
    /// The comment behind it, on its line.
    behind: Option<String>,
}

/// The value of a key. `before` is what stands on its first line before it, in characters.
pub fn value(value: &Value, before: usize, part: Part<'_>) -> String {
    match value {
        Value::Array(written) => array(written, before, part),
        _ => inline(value, part),
    }
}

fn array(array: &Array, before: usize, part: Part<'_>) -> String {
    let raw = array.to_string();
    let Some((elements, below)) = elements(array, part) else {
        return as_written(&Value::Array(array.clone()));
    };
    let has_comments = has_comment(&raw);
    let several = elements.iter().filter(|element| element.begins).count();
    // One element a line is how a person wrote it.
    let is_list = several == elements.len() && !elements.is_empty();
    if !has_comments && !is_list {
        let texts: Vec<&str> = elements.iter().map(|element| element.text.as_str()).collect();
        let line = format!("[{}]", texts.join(", "));
        let fits = before + line.chars().count() <= WIDTH && !line.contains('\n');
        return match fits || elements.is_empty() {
            true => line,
            false => filled(&texts),
        };
    }
    if !has_comments {
        let texts: Vec<&str> = elements.iter().map(|element| element.text.as_str()).collect();
        return lines(&texts);
    }
    with_comments(&elements, &below)
}

/// Each element on a line of its own.
fn lines(texts: &[&str]) -> String {
    let lines: String = texts.iter().map(|text| format!("{INDENT}{text},\n")).collect();
    format!("[\n{lines}]")
}

/// As many elements on a line as fit. Tables, and what has lines of its own, stand alone.
fn filled(texts: &[&str]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        let stands_alone = |text: &str| text.trim_start().starts_with('{') || text.contains('\n');
        let fits =
            |line: &String| line.chars().count() + 1 + text.chars().count() < WIDTH && !stands_alone(line) && !stands_alone(text);
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => line.push_str(&format!(" {text},")),
            None => lines.push(format!("{INDENT}{text},")),
        }
    }
    format!("[\n{}\n]", lines.join("\n"))
}

/// Lines as they were, each with its comment.
fn with_comments(elements: &[Element], below: &[String]) -> String {
    let mut text = "[".to_owned();
    for (at, element) in elements.iter().enumerate() {
        let commented = at.checked_sub(1).is_some_and(|before| elements[before].behind.is_some());
        if element.begins || at == 0 || commented || !element.above.is_empty() {
            for comment in &element.above {
                text += &format!("\n{INDENT}{comment}");
            }
            text += &format!("\n{INDENT}");
        } else {
            text.push(' ');
        }
        text += &element.text;
        text.push(',');
        if let Some(comment) = &element.behind {
            text += &format!(" {comment}");
        }
    }
    for comment in below {
        text += &format!("\n{INDENT}{comment}");
    }
    text + "\n]"
}

/// The elements, and the comments below the last one. Nothing where a comment stands between an element and its comma.
fn elements(array: &Array, part: Part<'_>) -> Option<(Vec<Element>, Vec<String>)> {
    let mut elements: Vec<Element> = Vec::new();
    let mut behind_bracket = Vec::new();
    let count = array.len();
    for (at, value) in array.iter().enumerate() {
        let decor = value.decor();
        let (before, after) = (text(decor.prefix())?, text(decor.suffix())?);
        let is_last = at + 1 == count;
        if has_comment(after) && (!is_last || array.trailing_comma()) {
            return None;
        }
        let gap = Gap::of(before);
        match elements.last_mut() {
            Some(last) => last.behind = gap.behind,
            None => behind_bracket.extend(gap.behind),
        }
        let mut above = std::mem::take(&mut behind_bracket);
        above.extend(gap.lines);
        elements.push(Element {
            text: inline(value, part.element()),
            begins: gap.breaks,
            above,
            behind: None,
        });
    }
    let mut end = match array.iter().last() {
        Some(last) if !array.trailing_comma() => text(last.decor().suffix())?.to_owned(),
        _ => String::new(),
    };
    end += array.trailing().as_str()?;
    let gap = Gap::of(&end);
    let mut below = gap.lines;
    match elements.last_mut() {
        Some(last) => last.behind = gap.behind,
        None => below.splice(0..0, gap.behind).for_each(drop),
    }
    Some((elements, below))
}

/// The text beside a value.
fn text(raw: Option<&RawString>) -> Option<&str> {
    raw.map_or(Some(""), RawString::as_str)
}

/// What stands between two elements.
struct Gap {
    /// A comment on the line of the first one.
    behind: Option<String>,
    /// Comments on lines of their own.
    lines: Vec<String>,
    /// Whether the second one stands on another line.
    breaks: bool,
}

impl Gap {
    fn of(text: &str) -> Gap {
        let mut lines = text.split('\n').map(str::trim);
        let comment = |line: &str| line.starts_with('#').then(|| line.to_owned());
        Gap {
            behind: lines.next().and_then(comment),
            lines: lines.filter_map(comment).collect(),
            breaks: text.contains('\n'),
        }
    }
}
