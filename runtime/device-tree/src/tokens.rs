//! Walks the structure block token by token, checking each.

use crate::error::{Error, Problem};

/// How deep nodes may stand in each other. The trees of real boards reach 8.
pub const DEPTH: usize = 16;

const BEGIN: u32 = 1;
const END: u32 = 2;
const PROPERTY: u32 = 3;
const NOTHING: u32 = 4;
const FINISH: u32 = 9;

/// One step through the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// A node starts.
    Begin(&'t [u8]),
    Property(&'t [u8], &'t [u8]),
    /// The innermost node ends.
    End,
}

#[derive(Clone, Copy, Debug)]
pub struct Tokens<'t> {
    structure: &'t [u8],
    strings: &'t [u8],
    /// Where the structure starts in the tree, for errors.
    base: usize,
    at: usize,
    depth: usize,
    /// The root has been opened.
    started: bool,
    /// A child has ended, so that no property of its parent may follow.
    after_child: bool,
}

impl<'t> Tokens<'t> {
    pub fn new(structure: &'t [u8], strings: &'t [u8], base: usize) -> Self {
        Self {
            structure,
            strings,
            base,
            at: 0,
            depth: 0,
            started: false,
            after_child: false,
        }
    }

    fn error<T>(&self, at: usize, problem: Problem) -> Result<T, Error> {
        Err(Error::new(self.base + at, problem))
    }

    /// The next token; nothing at the end of the tree.
    pub fn next(&mut self) -> Result<Option<Token<'t>>, Error> {
        loop {
            let at = self.at;
            let Some(token) = word(self.structure, at) else {
                return self.error(at, Problem::CutOff);
            };
            self.at += 4;
            return match token {
                NOTHING => continue,
                BEGIN => self.begin(at).map(Some),
                PROPERTY => self.property(at).map(Some),
                END if self.depth > 0 => {
                    self.depth -= 1;
                    self.after_child = true;
                    Ok(Some(Token::End))
                }
                FINISH if self.depth == 0 && self.started => {
                    // Whoever asks again gets the same answer.
                    self.at = at;
                    Ok(None)
                }
                END | FINISH => self.error(at, Problem::Nesting),
                _ => self.error(at, Problem::Token),
            };
        }
    }

    fn begin(&mut self, at: usize) -> Result<Token<'t>, Error> {
        if self.depth == 0 && self.started {
            return self.error(at, Problem::Nesting);
        }
        if self.depth == DEPTH {
            return self.error(at, Problem::Depth);
        }
        let Some(name) = text(self.structure, self.at) else {
            return self.error(at, Problem::Name);
        };
        self.skip(name.len() + 1);
        self.depth += 1;
        self.started = true;
        self.after_child = false;
        Ok(Token::Begin(name))
    }

    fn property(&mut self, at: usize) -> Result<Token<'t>, Error> {
        if self.depth == 0 || self.after_child {
            return self.error(at, Problem::Nesting);
        }
        let (Some(length), Some(name)) = (word(self.structure, self.at), word(self.structure, self.at + 4)) else {
            return self.error(at, Problem::CutOff);
        };
        self.at += 8;
        let length = length as usize;
        let Some(value) = self.at.checked_add(length).and_then(|end| self.structure.get(self.at..end)) else {
            return self.error(at, Problem::CutOff);
        };
        self.skip(length);
        let Some(name) = text(self.strings, name as usize) else {
            return self.error(at, Problem::Name);
        };
        Ok(Token::Property(name, value))
    }

    /// Goes on behind `length` bytes, at the next multiple of four: they were found to be there.
    fn skip(&mut self, length: usize) {
        self.at = (self.at + length).next_multiple_of(4);
    }
}

/// The big-endian word at `at`.
pub fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

/// The bytes from `at` to the next zero, which has to be there.
fn text(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let end = rest.iter().position(|&byte| byte == 0)?;
    Some(&rest[..end])
}
