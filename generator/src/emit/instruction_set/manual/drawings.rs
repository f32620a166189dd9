//! What an op looks like on the stack and in bytes.

use super::{Book, effect_on_stack};
use crate::emit::manual::page::{Destination, LayoutCell, StackCell, StackPicture};
use crate::model::instruction_set::hexadecimal;
use crate::model::instruction_set::{Op, OperandMeaning, Scalar, TypeExpression};

/// The stack before and after an op; none for an op that leaves it alone.
pub fn stack(book: &Book<'_>, op: &Op) -> Option<StackPicture> {
    let cell = |name: &str, expression: &TypeExpression, text: &str| StackCell {
        name: name.to_owned(),
        of: text.to_owned(),
        to: type_of(book, expression),
        many: expression.is_many(),
    };
    (!op.inputs.is_empty() || !op.outputs.is_empty()).then(|| StackPicture {
        before: op
            .inputs
            .iter()
            .map(|input| cell(&input.name, &input.expression, &input.text))
            .collect(),
        after: op
            .outputs
            .iter()
            .map(|output| cell("", &output.expression, &output.text))
            .collect(),
        caption: effect_on_stack(op),
    })
}

fn type_of(book: &Book<'_>, expression: &TypeExpression) -> Option<Destination> {
    match expression {
        TypeExpression::Named { constructor, .. } => Some(book.to_type(&book.set.types[*constructor])),
        _ => None,
    }
}

/// The bytes of an op: opcode and operands, with those of its golden example.
pub fn encoding(book: &Book<'_>, op: &Op) -> Vec<LayoutCell> {
    let set = book.set;
    let golden = op.golden.as_ref().map(|golden| golden.bytes.as_slice()).unwrap_or_default();
    let mut cells = Vec::new();
    let mut at = 0;
    let mut field = |name: &str, of: String, bytes: u32, known: Option<u8>| {
        let from = at as usize;
        let value = match known {
            Some(byte) => hexadecimal(&[byte]),
            None => golden.get(from..from + bytes as usize).map(hexadecimal).unwrap_or_default(),
        };
        cells.push(LayoutCell {
            place: at.to_string(),
            name: name.to_owned(),
            of,
            value,
            bits: Some(bytes * 8),
        });
        at += bytes;
    };
    if op.code > 0xFF {
        field("prefix", "u8".to_owned(), 1, set.encoding.extension_prefix);
    }
    field("opcode", "u8".to_owned(), 1, Some((op.code & 0xFF) as u8));
    for operand in &op.operands {
        let kind = &set.operand_kinds[operand.kind];
        field(
            &operand.name,
            kind_text(&kind.name, kind.encoding, &kind.meaning),
            kind.encoding.bytes(),
            None,
        );
    }
    cells
}

fn kind_text(name: &str, encoding: Scalar, meaning: &OperandMeaning) -> String {
    match meaning {
        OperandMeaning::Number => encoding.name().to_owned(),
        _ => format!("{name}, {}", encoding.name()),
    }
}
