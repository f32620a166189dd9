//! Reads a text in two passes: first where everything stands, then what it is.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{AssembleErrors, Reports};
use super::line::{Fault, Line, Symbol, Symbols, is_reserved};
use super::token::{Place, Token, TokenKind, tokens};
use crate::{DATA_NAMES, MEMORY, ORIGIN, WORD_BYTES, Word, bytes_of};

/// Makes an image of a text.
///
/// # Errors
///
/// All mistakes in the text, with their lines and columns.
pub fn assemble(text: &str) -> Result<Vec<u8>, AssembleErrors> {
    let mut reports = Reports::default();
    let lines: Vec<Vec<Token<'_>>> = text
        .lines()
        .zip(1..)
        .map(|(text, number)| tokens(text, number, &mut reports))
        .collect();
    let mut layout = Layout {
        symbols: Symbols::new(),
        address: ORIGIN,
        is_full: false,
        items: Vec::new(),
    };
    for line in &lines {
        if let Err(fault) = layout.line(Line::new(line)) {
            fault.report(&mut reports);
        }
    }
    let mut image = Vec::new();
    for item in layout.items {
        image.resize(image.len().max((item.address - ORIGIN) as usize), 0);
        if let Err(fault) = write(item, &layout.symbols, &mut image) {
            fault.report(&mut reports);
        }
    }
    reports.result(image)
}

/// Makes the word of one instruction.
///
/// # Errors
///
/// What is wrong with it.
pub fn assemble_instruction(text: &str) -> Result<Word, AssembleErrors> {
    let mut reports = Reports::default();
    let line = tokens(text.lines().next().unwrap_or_default(), 1, &mut reports);
    let mut rest = Line::new(&line);
    let read = rest.instruction(&Symbols::new());
    match read.and_then(|word| rest.end().map(|()| word)) {
        Ok(word) => reports.result(word),
        Err(fault) => {
            fault.report(&mut reports);
            reports.result(0)
        }
    }
}

/// Something that takes up memory.
struct Item<'t, 'a> {
    address: u32,
    line: Line<'t, 'a>,
    kind: ItemKind,
}

enum ItemKind {
    Instruction,
    /// Numbers of as many bytes.
    Numbers(usize),
}

/// Where everything stands.
struct Layout<'t, 'a> {
    symbols: Symbols<'a>,
    address: u32,
    /// Whether it was said that memory is full.
    is_full: bool,
    items: Vec<Item<'t, 'a>>,
}

impl<'t, 'a> Layout<'t, 'a> {
    fn line(&mut self, mut line: Line<'t, 'a>) -> Result<(), Fault> {
        while let (TokenKind::Word(name), TokenKind::Sign(':')) = (line.kind(), line.second()) {
            self.define(name, Symbol::Number(i64::from(self.address)), line.place())?;
            line.step();
            line.step();
        }
        let start = line.clone();
        if line.kind() == TokenKind::End {
            Ok(())
        } else if line.take("let") {
            self.definition(line)
        } else if line.take("at") {
            let place = line.place();
            let address = line.number(&self.symbols)?;
            line.end()?;
            self.go_to(address, place)
        } else if line.take("byte") {
            self.numbers(line, 1)
        } else if line.take("word") {
            self.numbers(line, WORD_BYTES)
        } else {
            self.item(start, ItemKind::Instruction, WORD_BYTES)
        }
    }

    fn definition(&mut self, mut line: Line<'t, 'a>) -> Result<(), Fault> {
        let place = line.place();
        let TokenKind::Word(name) = line.kind() else {
            return Err(line.expected("a name"));
        };
        line.step();
        if !line.take("=") {
            return Err(line.expected("`=`"));
        }
        let register = match line.kind() {
            TokenKind::Word(word) => self.symbols.register(word),
            _ => None,
        };
        let symbol = match register {
            Some((bank, number)) => {
                line.step();
                Symbol::Register(bank, number)
            }
            None => Symbol::Number(line.number(&self.symbols)?),
        };
        line.end()?;
        self.define(name, symbol, place)
    }

    fn define(&mut self, name: &'a str, symbol: Symbol, place: Place) -> Result<(), Fault> {
        let fault = |message: String, help: &str| {
            Err(Fault {
                place,
                message,
                help: Some(help.to_owned()),
            })
        };
        let shown: String = name.chars().take(40).collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return fault(format!("`{shown}` can't be a name"), "names begin with a letter or `_`");
        }
        if is_reserved(name) {
            return fault(format!("`{shown}` has a meaning of its own"), "choose another name");
        }
        if DATA_NAMES.iter().any(|(known, _)| *known == name) {
            return fault(format!("`{shown}` is in memory from the beginning"), "choose another name");
        }
        if self.symbols.known.insert(name, symbol).is_some() {
            return fault(format!("`{shown}` is defined twice"), "give one of them another name");
        }
        Ok(())
    }

    fn go_to(&mut self, address: i64, place: Place) -> Result<(), Fault> {
        match u32::try_from(address) {
            Ok(address) if address >= self.address && address <= MEMORY => {
                self.address = address;
                Ok(())
            }
            _ => Err(Fault {
                place,
                message: format!("the program can't go on at {address:#x}"),
                help: Some(format!(
                    "choose an address from {:#x}, where it is now, to {MEMORY:#x}, the end of memory",
                    self.address
                )),
            }),
        }
    }

    /// Counts the numbers of a list; they are read when all names are known.
    fn numbers(&mut self, line: Line<'t, 'a>, each: usize) -> Result<(), Fault> {
        let mut rest = line.clone();
        let mut count = 1usize;
        while rest.kind() != TokenKind::End {
            count += usize::from(rest.kind().is(","));
            rest.step();
        }
        self.item(line, ItemKind::Numbers(each), count.saturating_mul(each))
    }

    fn item(&mut self, line: Line<'t, 'a>, kind: ItemKind, length: usize) -> Result<(), Fault> {
        let end = u32::try_from(length).ok().and_then(|length| self.address.checked_add(length));
        match end {
            Some(end) if end <= MEMORY => {
                self.items.push(Item {
                    address: self.address,
                    line,
                    kind,
                });
                self.address = end;
                Ok(())
            }
            _ if self.is_full => Ok(()),
            _ => {
                self.is_full = true;
                Err(Fault {
                    place: line.place(),
                    message: format!("the program doesn't fit: memory ends at {MEMORY:#x}"),
                    help: Some("make it shorter from here on".to_owned()),
                })
            }
        }
    }
}

/// Writes an item at the end of the image.
fn write(item: Item<'_, '_>, symbols: &Symbols<'_>, image: &mut Vec<u8>) -> Result<(), Fault> {
    let mut line = item.line;
    match item.kind {
        ItemKind::Instruction => {
            let word = line.instruction(symbols)?;
            image.extend(bytes_of(word));
        }
        ItemKind::Numbers(each) => loop {
            let number = line.field(8 * each as u32, symbols)?;
            if each == 1 {
                image.push(number as u8);
            } else {
                image.extend(bytes_of(number as Word));
            }
            if !line.take(",") {
                break;
            }
        },
    }
    line.end()
}
