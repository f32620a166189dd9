//! Reads code: labels and instructions with their operands.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::encode::encode;
use crate::instruction::Instruction;
use crate::opcode::Opcode;

use super::assembler::{Assembler, Body};
use super::cursor::Cursor;
use super::tables::DECLARATIONS;
use super::token::TokenKind;

/// The number by which an instruction says that an optional label is absent.
pub(super) const NO_LABEL: u64 = u64::MAX;

/// Names that hold within one function only.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "a set need not have names that hold within one function only")]
pub(super) struct Scope {
    pub(super) locals: Names,
    pub(super) captures: Names,
}

/// The names of a list; several entries may have one name.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: BTreeMap<String, Vec<u32>>,
    by_index: Vec<String>,
}

#[allow(dead_code, reason = "a set need not have names that hold within one function only")]
impl Names {
    /// Adds the name of the next entry.
    pub(super) fn push(&mut self, name: &str) {
        let index = self.by_index.len() as u32;
        self.by_index.push(name.to_owned());
        self.by_name.entry(name.to_owned()).or_default().push(index);
    }

    /// The name of an entry, and whether no other entry has it.
    pub(super) fn name_of(&self, index: u32) -> Option<(&str, bool)> {
        let name = self.by_index.get(index as usize)?;
        Some((name, self.by_name.get(name).is_some_and(|entries| entries.len() == 1)))
    }
}

/// An operand as it was written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written {
    /// Its number.
    Number(u64),
    /// The token of a label's name.
    Label(usize),
}

/// What stands between the braces.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The instructions.
    pub(super) bytes: Vec<u8>,
    /// Offsets, in ascending order, and the lines that begin there.
    pub(super) lines: Vec<(u32, u32)>,
    /// The token of the first directive that says so.
    pub(super) first_line: Option<usize>,
}

/// An instruction that waits until all labels are known.
struct Pending {
    opcode: Opcode,
    operands: Vec<Written>,
    token: usize,
    offset: u32,
}

impl<'t> Assembler<'t> {
    /// The field with the code of the declaration that is being read: its instructions are left for the last pass.
    pub(super) fn defer_code(&mut self, cursor: &mut Cursor, max: u32) -> Option<Vec<u8>> {
        if matches!(self.peek(*cursor), Some(TokenKind::Word(word)) if word == "bytes") {
            return self.bytes(cursor, max);
        }
        let Some((list, index)) = self.current else {
            // Only what is declared has names for its instructions.
            return self.bytes(cursor, max);
        };
        let inside = self.group(cursor, '{', "instructions")?;
        self.bodies.push(Body {
            list,
            index,
            cursor: inside,
            max,
        });
        Some(Vec::new())
    }

    /// The last pass for one function.
    pub(super) fn code(&mut self, body: Body) -> Code {
        let scope = self.scope(body.list, body.index);
        let mut cursor = body.cursor;
        let mut labels: BTreeMap<&'t str, u32> = BTreeMap::new();
        let mut pending: Vec<Pending> = Vec::new();
        let mut offset = 0u32;
        let mut before: Option<Opcode> = None;
        let mut code = Code::default();
        while !cursor.is_done() {
            if self.is_mark(cursor, '.') && matches!(self.peek_at(cursor, 1), Some(TokenKind::Word(word)) if word == "line") {
                self.line(body, &mut cursor, offset, &mut code);
                continue;
            }
            if self.is_label(cursor) {
                let token = cursor.next;
                let Some(name) = self.name(&mut cursor, "a label") else {
                    break;
                };
                self.take_mark(&mut cursor, ':');
                if labels.insert(name, offset).is_some() {
                    self.fail::<()>(token, format!("the label `{name}` stands at two places of this code"));
                }
                continue;
            }
            let token = cursor.next;
            let Some(opcode) = self.mnemonic(&mut cursor, before) else {
                self.resync_code(&mut cursor);
                continue;
            };
            before = Some(opcode);
            if let Some(operands) = self.operands(opcode, &mut cursor, &scope) {
                pending.push(Pending {
                    opcode,
                    operands,
                    token,
                    offset,
                });
            }
            offset = offset.saturating_add(opcode.info().length());
            if offset > body.max {
                self.fail::<()>(
                    token,
                    format!("this code is longer than the {} bytes that are allowed", body.max),
                );
                return Code::default();
            }
        }
        code.bytes = self.encode(body, &labels, &pending);
        code
    }

    /// The directive `.line N`: what follows comes from this line of the source.
    fn line(&mut self, body: Body, cursor: &mut Cursor, offset: u32, code: &mut Code) {
        let token = cursor.next;
        cursor.next += 2;
        let Some(line) = self.index(cursor, u32::MAX, "the number of a line") else {
            self.resync_code(cursor);
            return;
        };
        let declaration = DECLARATIONS.get(body.list);
        let Some(max) = declaration.and_then(|declaration| declaration.lines) else {
            let keyword = declaration.map_or("", |declaration| declaration.keyword);
            self.fail::<()>(token, format!("the module file has no place for the lines of a `{keyword}`"));
            return;
        };
        code.first_line.get_or_insert(token);
        let is_full = code.lines.len() >= max as usize;
        match code.lines.last_mut() {
            // There is no instruction between them.
            Some((at, before)) if *at == offset => *before = line,
            _ if is_full => {
                self.fail::<()>(token, format!("this code has more than the {max} lines that are allowed"));
            }
            _ => code.lines.push((offset, line)),
        }
    }

    /// Puts the numbers of labels into the instructions and encodes them.
    fn encode(&mut self, body: Body, labels: &BTreeMap<&'t str, u32>, pending: &[Pending]) -> Vec<u8> {
        let mut code = Vec::new();
        let mut positions = Vec::with_capacity(pending.len());
        for instruction in pending {
            positions.push((instruction.offset, self.at(instruction.token)));
            let mut operands = Vec::with_capacity(instruction.operands.len());
            for written in &instruction.operands {
                match written {
                    Written::Number(number) => operands.push(*number),
                    Written::Label(token) => operands.extend(self.label_offset(*token, labels)),
                }
            }
            if operands.len() < instruction.operands.len() {
                continue;
            }
            let Some(value) = Instruction::from_operands(instruction.opcode, &operands) else {
                let message = format!("the operands of `{}` are out of range", instruction.opcode.mnemonic());
                self.fail::<()>(instruction.token, message);
                continue;
            };
            if let Err(error) = encode(&value, instruction.offset, &mut code) {
                self.fail::<()>(instruction.token, error.to_string());
            }
        }
        self.positions.define(body.list, body.index, positions);
        code
    }

    /// The offset of the label whose name a token is.
    fn label_offset(&mut self, token: usize, labels: &BTreeMap<&'t str, u32>) -> Option<u64> {
        let Some(TokenKind::Word(name) | TokenKind::Text(name)) = self.tokens.get(token).map(|token| &token.kind) else {
            return None;
        };
        match labels.get(name.as_str()) {
            Some(offset) => Some(u64::from(*offset)),
            None => {
                let message = if labels.is_empty() {
                    format!("this code has no label `{name}`: put `{name}:` before an instruction")
                } else {
                    format!("this code has no label `{name}`")
                };
                self.unknown(token, message, name, labels.keys().copied())
            }
        }
    }

    /// Whether a label is next: a name with a colon.
    fn is_label(&self, cursor: Cursor) -> bool {
        matches!(self.peek(cursor), Some(TokenKind::Word(_) | TokenKind::Text(_)))
            && self.peek_at(cursor, 1) == Some(&TokenKind::Mark(':'))
    }

    /// Moves to the next instruction, label or directive, after a mistake.
    fn resync_code(&self, cursor: &mut Cursor) {
        while !cursor.is_done() {
            let mnemonic = matches!(self.peek(*cursor), Some(TokenKind::Word(word)) if Opcode::from_mnemonic(word).is_some());
            if mnemonic || self.is_label(*cursor) || self.is_line(*cursor) {
                return;
            }
            self.hop(cursor);
        }
    }

    fn mnemonic(&mut self, cursor: &mut Cursor, before: Option<Opcode>) -> Option<Opcode> {
        let token = cursor.next;
        let Some(TokenKind::Word(word)) = self.peek(*cursor) else {
            let help = before.map(|before| format!("`{}` is complete: {}", before.mnemonic(), usage(before)));
            let found = Cursor {
                next: token,
                end: cursor.end,
            };
            let mistakes = self.reports.count();
            self.expected::<()>(found, "an instruction or a label");
            if self.reports.count() > mistakes {
                self.reports.advise(help);
            }
            cursor.next += 1;
            return None;
        };
        cursor.next += 1;
        match Opcode::from_mnemonic(word) {
            Some(opcode) => Some(opcode),
            None => {
                let names = Opcode::ALL.iter().map(|opcode| opcode.mnemonic());
                self.unknown(token, format!("there is no instruction `{word}`"), word, names)
            }
        }
    }

    /// The operands of an instruction. After a mistake the cursor stands at the next instruction.
    fn operands(&mut self, opcode: Opcode, cursor: &mut Cursor, scope: &Scope) -> Option<Vec<Written>> {
        let infos = opcode.info().operands;
        let mut operands = Vec::with_capacity(infos.len());
        for (index, info) in infos.iter().enumerate() {
            if index > 0 && !self.take_mark(cursor, ',') {
                self.expected::<()>(*cursor, &format!("`, {}`, since {}", info.name, usage(opcode)));
                self.resync_code(cursor);
                return None;
            }
            if cursor.is_done() {
                return self.expected(*cursor, &format!("the operand `{}`, since {}", info.name, usage(opcode)));
            }
            let start = cursor.next;
            match self.operand(info.kind, cursor, scope) {
                Some(operand) => operands.push(operand),
                // A number that is out of range, say, is still an operand, behind which the others can be read.
                None if cursor.next == start && self.is_value(*cursor) => self.skip_value(cursor),
                None if cursor.next == start => {
                    self.resync_code(cursor);
                    return None;
                }
                None => {}
            }
        }
        (operands.len() == infos.len()).then_some(operands)
    }

    /// Whether a literal or a number of an entry is next.
    fn is_value(&self, cursor: Cursor) -> bool {
        self.literal(cursor).is_some() || self.is_index(cursor)
    }

    #[allow(dead_code, reason = "a set need not have labels")]
    /// A label: its name, an offset in the code, or `_` if it may be absent.
    pub(super) fn label(&mut self, cursor: &mut Cursor, optional: bool) -> Option<Written> {
        if optional && self.take_word(cursor, "_") {
            return Some(Written::Number(NO_LABEL));
        }
        if self.is_index(*cursor) {
            return self
                .index(cursor, u32::MAX, "an offset")
                .map(|offset| Written::Number(u64::from(offset)));
        }
        let token = cursor.next;
        self.name(cursor, if optional { "a label or `_`" } else { "a label" })?;
        Some(Written::Label(token))
    }

    #[allow(dead_code, reason = "a set need not have names that hold within one function only")]
    /// An entry of the current function by name or number.
    pub(super) fn scoped(&mut self, cursor: &mut Cursor, names: &Names, what: &str, max: u32) -> Option<u32> {
        if self.is_index(*cursor) {
            return self.index(cursor, max, "a number");
        }
        let token = cursor.next;
        let name = self.name(cursor, &format!("the name or number of a {what}"))?;
        match names.by_name.get(name).map(Vec::as_slice) {
            Some([index]) => Some(*index),
            Some(several) => {
                let message = format!("{} entries ({what}) have the name `{name}`", several.len());
                self.fail_with(token, message, Some("refer to one of them by number".to_owned()))
            }
            None => {
                let mut message = format!("no {what} has the name `{name}`");
                if Opcode::from_mnemonic(name).is_some() {
                    message.push_str(": it is an instruction, so an operand is missing before it");
                }
                self.unknown(token, message, name, names.by_name.keys().map(String::as_str))
            }
        }
    }
}

/// How an instruction is written: `` `call f, argc` ``.
fn usage(opcode: Opcode) -> String {
    let mut usage = format!("it is written `{}", opcode.mnemonic());
    for (index, operand) in opcode.info().operands.iter().enumerate() {
        usage.push_str(if index > 0 { ", " } else { " " });
        usage.push_str(operand.name);
    }
    usage.push('`');
    usage
}
