//! Reads the parts of one line.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::Reports;
use super::suggest::did_you_mean;
use super::token::{Place, Token, TokenKind};
use crate::opcode::{Opcode, OperandKind, Piece};
use crate::state::REGISTERS;
use crate::{DATA_NAMES, Word};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A number: an address or what `let` says.
    Number(i64),
    /// A register: its bank and its number.
    Register(usize, u32),
}

/// The names of a text.
pub(super) struct Symbols<'a> {
    pub(super) known: BTreeMap<&'a str, Symbol>,
}

impl Symbols<'_> {
    /// The names that are there without being defined.
    pub(super) fn new() -> Self {
        let known = DATA_NAMES
            .iter()
            .map(|(name, address)| (*name, Symbol::Number(i64::from(*address))));
        Symbols { known: known.collect() }
    }

    pub(super) fn register(&self, name: &str) -> Option<(usize, u32)> {
        match self.known.get(name) {
            Some(Symbol::Register(bank, number)) => Some((*bank, *number)),
            Some(Symbol::Number(_)) => None,
            None => register(name),
        }
    }
}

/// The bank and the number of the register with a name.
pub(super) fn register(name: &str) -> Option<(usize, u32)> {
    let mut banks = REGISTERS.iter().enumerate();
    banks.find_map(|(bank, register)| Some((bank, register.number_of(name)?)))
}

/// Whether a name has a meaning of its own, so that nothing can be called by it.
pub(super) fn is_reserved(name: &str) -> bool {
    let is_literal = |piece: &Piece| matches!(piece, Piece::Literal(text) if *text == name);
    register(name).is_some() || Opcode::ALL.iter().any(|opcode| opcode.info().pieces.iter().any(is_literal))
}

/// What remains to be read of a line.
#[derive(Clone)]
pub(super) struct Line<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

/// A mistake, before it is reported.
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn report(self, reports: &mut Reports) {
        reports.add(self.place, self.message, self.help);
    }
}

const END: TokenKind<'static> = TokenKind::End;

impl<'t, 'a> Line<'t, 'a> {
    pub(super) fn new(tokens: &'t [Token<'a>]) -> Self {
        Line { tokens, at: 0 }
    }

    pub(super) fn kind(&self) -> TokenKind<'a> {
        self.tokens.get(self.at).map_or(END, |token| token.kind)
    }

    /// The kind of the token behind the next one.
    pub(super) fn second(&self) -> TokenKind<'a> {
        self.tokens.get(self.at + 1).map_or(END, |token| token.kind)
    }

    pub(super) fn place(&self) -> Place {
        let last = self.tokens.last().map(|token| token.place);
        let place = self.tokens.get(self.at).map(|token| token.place).or(last);
        place.unwrap_or(Place { line: 1, column: 1 })
    }

    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// A mistake at the next token.
    pub(super) fn expected(&self, what: &str) -> Fault {
        Fault {
            place: self.place(),
            message: format!("expected {what}, found {}", self.kind().describe()),
            help: None,
        }
    }

    /// Passes over a token that is written like this.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let taken = self.kind().is(text);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.kind() {
            TokenKind::End => Ok(()),
            _ => Err(self.expected("the end of the line")),
        }
    }

    /// A sum of numbers and names.
    pub(super) fn number(&mut self, symbols: &Symbols<'_>) -> Result<i64, Fault> {
        let place = self.place();
        let mut sum = self.term(symbols)?;
        loop {
            let sign = if self.take("+") {
                1
            } else if self.take("-") {
                -1
            } else {
                return Ok(sum);
            };
            // Terms have 32 bits, so that no text is long enough for a sum of them to overflow; but nobody needs to rely on it.
            sum = sum.checked_add(sign * self.term(symbols)?).ok_or_else(|| Fault {
                place,
                message: "the sum is too large".to_owned(),
                help: None,
            })?;
        }
    }

    fn term(&mut self, symbols: &Symbols<'_>) -> Result<i64, Fault> {
        let mut sign = 1;
        while self.take("-") {
            sign = -sign;
        }
        let number = match self.kind() {
            TokenKind::Number(number, _) => number,
            TokenKind::Word(name) => match symbols.known.get(name) {
                Some(Symbol::Number(number)) => *number,
                Some(Symbol::Register(..)) => return Err(self.expected("a number")),
                None if is_reserved(name) => return Err(self.expected("a number")),
                None => {
                    let names = symbols.known.keys().copied();
                    return Err(Fault {
                        place: self.place(),
                        message: format!("there is nothing called `{}`", name.chars().take(40).collect::<String>()),
                        help: did_you_mean(name, names),
                    });
                }
            },
            _ => return Err(self.expected("a number")),
        };
        self.step();
        Ok(sign * number)
    }

    /// A number that fits into as many bits; a negative one as its two's complement.
    pub(super) fn field(&mut self, bits: u32, symbols: &Symbols<'_>) -> Result<u32, Fault> {
        let place = self.place();
        let number = self.number(symbols)?;
        let largest = if bits >= 32 { i64::from(u32::MAX) } else { (1i64 << bits) - 1 };
        let least = -(1i64 << (bits - 1));
        if number < least || number > largest {
            return Err(Fault {
                place,
                message: format!("{number} doesn't fit into {bits} bits"),
                help: Some(format!("numbers from {least} to {largest} ({largest:#x}) do")),
            });
        }
        Ok((number & largest) as u32)
    }

    /// Whether what follows is written like an instruction, as far as names and signs go. What a number is worth doesn't count.
    fn has_form(&self, opcode: Opcode, symbols: &Symbols<'_>) -> Result<(), usize> {
        let mut line = self.clone();
        for piece in opcode.info().pieces {
            let fits = match piece {
                Piece::Literal(text) => line.take(text),
                Piece::Operand(position) => match opcode.info().operands.get(*position).map(|operand| operand.kind) {
                    Some(OperandKind::Register(bank)) => {
                        let is_it = matches!(line.kind(), TokenKind::Word(name) if symbols.register(name).is_some_and(|(found, _)| found == bank));
                        line.at += usize::from(is_it);
                        is_it
                    }
                    _ => line.pass_number(symbols),
                },
            };
            if !fits {
                return Err(line.at);
            }
        }
        line.end().map_err(|_| line.at)
    }

    /// Passes over a sum without reading it.
    fn pass_number(&mut self, symbols: &Symbols<'_>) -> bool {
        loop {
            while self.take("-") {}
            match self.kind() {
                TokenKind::Number(..) => self.step(),
                TokenKind::Word(name) if symbols.register(name).is_none() && !is_reserved(name) => self.step(),
                _ => return false,
            }
            if !self.take("+") && !self.kind().is("-") {
                return true;
            }
        }
    }

    /// Reads an instruction.
    pub(super) fn instruction(&mut self, symbols: &Symbols<'_>) -> Result<Word, Fault> {
        let TokenKind::Word(mnemonic) = self.kind() else {
            return Err(self.expected("an instruction"));
        };
        let candidates: Vec<Opcode> = Opcode::ALL
            .iter()
            .copied()
            .filter(|opcode| opcode.info().mnemonic == mnemonic)
            .collect();
        if candidates.is_empty() {
            let directives = ["at", "byte", "let", "word"].into_iter();
            let names = Opcode::ALL.iter().map(|opcode| opcode.info().mnemonic).chain(directives);
            return Err(Fault {
                place: self.place(),
                message: format!("there is no instruction `{}`", mnemonic.chars().take(40).collect::<String>()),
                help: did_you_mean(mnemonic, names),
            });
        }
        self.step();
        let mut furthest = self.at;
        let mut found = None;
        for opcode in &candidates {
            match self.has_form(*opcode, symbols) {
                Ok(()) => found = Some(*opcode),
                Err(at) => furthest = furthest.max(at),
            }
        }
        let Some(opcode) = found else {
            let at = Line {
                tokens: self.tokens,
                at: furthest,
            };
            let forms: Vec<String> = candidates
                .iter()
                .map(|opcode| format!("`{}`", plain(opcode.info().syntax)))
                .collect();
            return Err(Fault {
                place: at.place(),
                message: format!("{} can't stand here in `{mnemonic}`", at.kind().describe()),
                help: Some(format!("it is written {}", forms.join(" or "))),
            });
        };
        let mut word = opcode.info().value;
        for piece in opcode.info().pieces {
            let Piece::Operand(position) = piece else {
                self.step();
                continue;
            };
            let Some(operand) = opcode.info().operands.get(*position) else {
                continue;
            };
            let number = match (operand.kind, self.kind()) {
                (OperandKind::Register(_), TokenKind::Word(name)) => {
                    self.step();
                    symbols.register(name).map_or(0, |(_, number)| number)
                }
                _ => self.field(operand.bits, symbols)?,
            };
            word |= (number << operand.shift) as Word;
        }
        Ok(word)
    }
}

/// A syntax without its braces, as it is shown to people.
fn plain(syntax: &str) -> String {
    syntax.chars().filter(|c| !matches!(c, '{' | '}')).collect()
}
