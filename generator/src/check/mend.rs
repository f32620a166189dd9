//! Edits that mend ops: what one lacks is added, a number that is taken is replaced wherever it stands.

use crate::diagnostic::Edit;
use crate::model::instruction_set::raw::RawOp;
use crate::model::instruction_set::{InstructionSet, Op};
use crate::source::{SourceMap, Span};
use crate::syntax::{Ground, fields};

use super::locate;

/// A name more in a list of an op: `effects`, `traps`.
pub(super) fn add_to_list(sources: &SourceMap, op: &Op, list: &str, name: &str) -> Vec<Edit> {
    add_to_list_of(sources, op.span, &op.name, list, name)
}

/// The same for an op of any set, by its place and its name.
pub(super) fn add_to_list_of(sources: &SourceMap, span: Span, op: &str, list: &str, name: &str) -> Vec<Edit> {
    let edit = Ground::of(sources, span).add_element(&["op", op, list], &format!("{name:?}"), fields::<RawOp>());
    edit.into_iter().collect()
}

/// A key more in an op; `value` is TOML.
pub(super) fn add_key(sources: &SourceMap, op: &Op, key: &str, value: &str) -> Vec<Edit> {
    let edit = Ground::of(sources, op.span).add_key(&["op", &op.name], key, value, fields::<RawOp>());
    edit.into_iter().collect()
}

/// Another code for an op, in its golden bytes too where they begin with the code that it had. Nothing if the place of those bytes is
/// in doubt.
pub(super) fn renumber(sources: &SourceMap, set: &InstructionSet, op: &Op, code: u16) -> Vec<Edit> {
    let path = |key: &'static str| [locate::Step::Key("op"), op.name.as_str().into(), key.into()];
    let mut edits = vec![Edit::new(locate::value(sources, op.span, &path("code")), hexadecimal(code))];
    let (old, new) = (opcode_bytes(set, op.code), opcode_bytes(set, code));
    let stated = op.golden.as_ref().filter(|golden| golden.bytes.starts_with(&old));
    if stated.is_none() {
        return edits;
    }
    let [op_step, name, golden] = path("golden");
    let bytes = [op_step, name, golden, "bytes".into()];
    let place = match locate::has(sources, op.span, &bytes) {
        true => locate::value(sources, op.span, &bytes),
        false => locate::value(sources, op.span, &path("golden")),
    };
    let raw = sources.text(place);
    // The digits of the opcode within the text, spaces between them included.
    let digits: Vec<usize> = raw
        .char_indices()
        .filter(|(_, c)| c.is_ascii_hexdigit())
        .map(|(at, _)| at)
        .collect();
    let range = match (digits.first(), digits.get(2 * old.len() - 1)) {
        (Some(first), Some(last)) => *first..last + 1,
        _ => return Vec::new(),
    };
    let (before, within) = (&raw[..range.start], &raw[range.clone()]);
    let is_plain = matches!(before.trim(), "\"" | "'") && within.chars().all(|c| c == ' ' || c.is_ascii_hexdigit());
    if !is_plain {
        return Vec::new();
    }
    let mut span = place;
    span.start = place.start + range.start as u32;
    span.end = place.start + range.end as u32;
    let bytes: Vec<String> = new.iter().map(|byte| format!("{byte:02X}")).collect();
    edits.push(Edit::new(span, bytes.join(" ")));
    edits
}

/// The bytes of an opcode.
pub(super) fn opcode_bytes(set: &InstructionSet, code: u16) -> Vec<u8> {
    let [page, byte] = code.to_be_bytes();
    match (page, set.encoding.extension_prefix) {
        (0, _) | (_, None) => vec![byte],
        (_, Some(prefix)) => vec![prefix, byte],
    }
}

/// A code as specs state it.
pub(super) fn hexadecimal(code: u16) -> String {
    format!("{code:#04X}")
}
