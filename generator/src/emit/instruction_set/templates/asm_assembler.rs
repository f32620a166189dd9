//! Reads a file of declarations in three passes: who is declared, what each declaration says, and last the code, when every name
//! and every layout is known. So a name may be used before it is declared.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::module::Module;

use super::cursor::{Cursor, match_brackets};
use super::error::{AssembleErrors, Reports};
use super::positions::Positions;
use super::references::Layouts;
use super::suggest::did_you_mean;
use super::tables::{DECLARATIONS, ROOT_FIELDS};
use super::token::{Token, TokenKind};

/// A list of the module that declarations fill.
pub(super) struct Declaration {
    /// `function`.
    pub(super) keyword: &'static str,
    /// `functions`.
    pub(super) list: &'static str,
    /// The largest count.
    pub(super) max: u32,
    /// How many lines of its source an entry can say its code came from, if it can at all.
    pub(super) lines: Option<u32>,
}

/// What a name of a declared list stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    /// The first entry of that name.
    pub(super) index: u32,
    /// The number of entries of that name.
    pub(super) count: u32,
}

/// Code that waits for the last pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    /// The position in [`DECLARATIONS`].
    pub(super) list: usize,
    /// The entry of the list.
    pub(super) index: usize,
    /// What stands between the braces.
    pub(super) cursor: Cursor,
    /// The largest length in bytes.
    pub(super) max: u32,
}

/// A declaration or field of the file, found in the first pass.
struct Item {
    /// The position in [`DECLARATIONS`], or behind them that in [`ROOT_FIELDS`].
    place: usize,
    /// The name of a declaration.
    name: String,
    /// The token of the name, or of the field.
    token: usize,
    /// What follows.
    body: Cursor,
}

/// A file of declarations while it is read.
pub(super) struct Assembler<'t> {
    pub(super) tokens: &'t [Token],
    /// For each opening bracket the position of the closing one.
    pub(super) partners: Vec<usize>,
    /// The place of the end.
    pub(super) end: u32,
    pub(super) reports: Reports,
    pub(super) module: Module,
    /// The names of each of [`DECLARATIONS`].
    pub(super) names: Vec<BTreeMap<String, Named>>,
    /// The first entry of each pool with a value, by the number of the pool and the value's key.
    #[allow(dead_code, reason = "a set need not have pools")]
    pub(super) interned: BTreeMap<(usize, Vec<u8>), u32>,
    /// The declaration that is being read: list and entry.
    pub(super) current: Option<(usize, usize)>,
    pub(super) bodies: Vec<Body>,
    pub(super) positions: Positions,
    #[allow(dead_code, reason = "a set need not have classes")]
    pub(super) layouts: Layouts,
}

/// A module together with the places of its instructions.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembled {
    /// The module.
    pub module: Module,
    /// Where its functions and instructions came from.
    pub positions: Positions,
}

/// Reads tokens. `text` is what they came from, if it was text.
pub(super) fn run(tokens: &[Token], text: Option<&str>, mut reports: Reports) -> Result<Assembled, AssembleErrors> {
    let Some(partners) = match_brackets(tokens, &mut reports) else {
        return Err(reports.into_errors(text));
    };
    let end = match text {
        Some(text) => u32::try_from(text.len()).unwrap_or(u32::MAX),
        None => tokens.last().map_or(0, |token| token.at),
    };
    let mut assembler = Assembler {
        tokens,
        partners,
        end,
        reports,
        module: Module::default(),
        names: DECLARATIONS.iter().map(|_| BTreeMap::new()).collect(),
        interned: BTreeMap::new(),
        current: None,
        bodies: Vec::new(),
        positions: Positions::default(),
        layouts: Layouts::default(),
    };
    let items = assembler.survey();
    assembler.fields(&items);
    assembler.declarations(&items);
    for body in core::mem::take(&mut assembler.bodies) {
        let code = assembler.code(body);
        assembler.set_code(body.list, body.index, code.bytes);
        if let Some(token) = code.first_line
            && !assembler.set_lines(body.list, body.index, code.lines)
        {
            assembler.fail::<()>(token, String::from("the lines of this code are given beside it already"));
        }
    }
    if assembler.reports.is_empty() {
        Ok(Assembled {
            module: assembler.module,
            positions: assembler.positions,
        })
    } else {
        Err(assembler.reports.into_errors(text))
    }
}

impl Assembler<'_> {
    /// The first pass: finds every declaration and gives it its number.
    fn survey(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        let mut counts: Vec<u32> = DECLARATIONS.iter().map(|_| 0).collect();
        let mut cursor = Cursor {
            next: 0,
            end: self.tokens.len(),
        };
        while !cursor.is_done() {
            let token = cursor.next;
            let Some(place) = self.place(cursor) else {
                self.unknown_item(&mut cursor);
                continue;
            };
            cursor.next += 1;
            let Some(declaration) = DECLARATIONS.get(place) else {
                let start = cursor.next;
                self.skip_value(&mut cursor);
                items.push(Item {
                    place,
                    name: String::new(),
                    token,
                    body: Cursor {
                        next: start,
                        end: cursor.next,
                    },
                });
                continue;
            };
            let count = counts.get(place).copied().unwrap_or(0);
            let Some(item) = self.declared(&mut cursor, place, declaration, count) else {
                self.skip_value(&mut cursor);
                continue;
            };
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
            items.push(item);
        }
        items
    }

    /// What a word at the outermost level begins: a position in [`DECLARATIONS`], or behind them in [`ROOT_FIELDS`].
    fn place(&self, cursor: Cursor) -> Option<usize> {
        let Some(TokenKind::Word(word)) = self.peek(cursor) else {
            return None;
        };
        let field = || {
            ROOT_FIELDS
                .iter()
                .position(|field| field == word)
                .map(|field| DECLARATIONS.len() + field)
        };
        DECLARATIONS
            .iter()
            .position(|declaration| declaration.keyword == word)
            .or_else(field)
    }

    /// Reports what begins neither a declaration nor a field, and moves to what may be the next one.
    fn unknown_item(&mut self, cursor: &mut Cursor) {
        let index = cursor.next;
        match self.peek(*cursor) {
            Some(TokenKind::Word(word)) => {
                let declared = DECLARATIONS.iter().find(|declaration| declaration.list == word);
                if let Some(declaration) = declared {
                    let help = format!("write a declaration `{} NAME …` for each", declaration.keyword);
                    self.fail_with::<()>(index, format!("`{word}` is filled by declarations"), Some(help));
                } else {
                    let names = DECLARATIONS
                        .iter()
                        .map(|declaration| declaration.keyword)
                        .chain(ROOT_FIELDS.iter().copied());
                    let message = format!("`{word}` begins no declaration; the declarations are {}", keywords());
                    self.unknown::<()>(index, message, word, names);
                }
                cursor.next += 1;
                if matches!(self.peek(*cursor), Some(TokenKind::Word(_) | TokenKind::Text(_))) {
                    cursor.next += 1;
                }
            }
            _ => {
                self.expected::<()>(*cursor, &format!("a declaration ({})", keywords()));
                self.hop(cursor);
            }
        }
        while !cursor.is_done() && self.place(*cursor).is_none() {
            self.hop(cursor);
        }
    }

    /// The head of a declaration: `function NAME`, or `function #2 NAME` where several have one name.
    fn declared(&mut self, cursor: &mut Cursor, place: usize, declaration: &Declaration, count: u32) -> Option<Item> {
        let keyword = declaration.keyword;
        let numbered = self.is_mark(*cursor, '#');
        if numbered {
            let token = cursor.next;
            let number = self.index(cursor, u32::MAX, "a number")?;
            if number != count {
                self.fail::<()>(token, format!("this is `{keyword}` number {count}, not {number}"));
            }
        }
        let token = cursor.next;
        let name = self.dotted_name(cursor, &format!("the name of the `{keyword}`"))?;
        if count >= declaration.max {
            return self.fail(
                token,
                format!("a module has at most {} of `{}`", declaration.max, declaration.list),
            );
        }
        let known = self
            .names
            .get_mut(place)
            .map(|names| names.entry(name.clone()).or_insert(Named { index: count, count: 0 }));
        let mut first = None;
        if let Some(known) = known {
            known.count += 1;
            first = (known.count > 1).then_some(known.index);
        }
        if let Some(first) = first.filter(|_| !numbered) {
            let help = format!("the first one is number {first}; to have several of one name write `{keyword} #{count} {name}`");
            self.fail_with::<()>(token, format!("the {keyword} `{name}` is declared twice"), Some(help));
        }
        let start = cursor.next;
        if self.is_mark(*cursor, '{') {
            self.hop(cursor);
        } else if self.take_mark(cursor, ':') {
            self.skip_value(cursor);
        }
        Some(Item {
            place,
            name,
            token,
            body: Cursor {
                next: start,
                end: cursor.next,
            },
        })
    }

    /// The fields of the module itself, pools before what is looked up in them.
    fn fields(&mut self, items: &[Item]) {
        for field in 0..ROOT_FIELDS.len() {
            let mut given = items.iter().filter(|item| item.place == DECLARATIONS.len() + field);
            let Some(item) = given.next() else { continue };
            let mut body = item.body;
            if self.root_field(field, &mut body).is_some() {
                let name = ROOT_FIELDS.get(field).copied().unwrap_or_default();
                self.expect_done(body, &format!("the value of `{name}`"));
            }
            for again in given {
                let name = ROOT_FIELDS.get(field).copied().unwrap_or_default();
                self.fail::<()>(again.token, format!("`{name}` is given twice"));
            }
        }
    }

    /// The second pass: what the declarations say, but for their code.
    fn declarations(&mut self, items: &[Item]) {
        let mut counts: Vec<usize> = DECLARATIONS.iter().map(|_| 0).collect();
        for item in items {
            let Some(declaration) = DECLARATIONS.get(item.place) else {
                continue;
            };
            let Some(index) = counts.get_mut(item.place) else { continue };
            self.current = Some((item.place, *index));
            *index += 1;
            self.positions.declare(item.place, self.at(item.token));
            let mut body = item.body;
            let name = item.name.clone();
            if self.declaration(item.place, name, item.token, &mut body).is_some() {
                self.expect_done(body, &format!("the `{}`", declaration.keyword));
            }
        }
        self.current = None;
    }

    /// An entry of a declared list, by name or number.
    pub(super) fn declared_entry(&mut self, cursor: &mut Cursor, list: usize, max: u32) -> Option<u32> {
        let keyword = DECLARATIONS.get(list).map_or("", |declaration| declaration.keyword);
        if self.is_index(*cursor) {
            return self.index(cursor, max, "a number");
        }
        let token = cursor.next;
        let name = self.dotted_name(cursor, &format!("the name or number of a `{keyword}`"))?;
        self.find_declared(&name, list, token)
    }

    /// The number of the entry of a declared list that has a name.
    pub(super) fn find_declared(&mut self, name: &str, list: usize, token: usize) -> Option<u32> {
        let keyword = DECLARATIONS.get(list).map_or("", |declaration| declaration.keyword);
        let names = self.names.get(list)?;
        match names.get(name) {
            Some(Named { index, count: 1 }) => Some(*index),
            Some(Named { count, .. }) => {
                let message = format!("{count} entries `{keyword}` have the name `{name}`");
                self.fail_with(token, message, Some(String::from("refer to one of them by number")))
            }
            None => {
                let help = if self.reports.is_full() {
                    None
                } else {
                    did_you_mean(name, names.keys().map(String::as_str))
                };
                self.fail_with(token, format!("no {keyword} has the name `{name}`"), help)
            }
        }
    }
}

/// The keywords of declarations.
fn keywords() -> String {
    let names: Vec<&str> = DECLARATIONS.iter().map(|declaration| declaration.keyword).collect();
    super::cursor::list_names(&names)
}
