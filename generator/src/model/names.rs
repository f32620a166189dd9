//! Names of entries: which exist, where, and what was meant by one that doesn't.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::arena::Id;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::source::Span;
use crate::suggest::{article, is_certain, list, similar};
use crate::syntax::{Document, Entry};

/// A place in a spec that names an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name, without quotes where these can be left out.
    pub span: Span,
    /// The table of the entry: `effect`.
    pub table: &'static str,
    /// The spec that the entry is a part of: `raya`; none where the kind has no name above its entries.
    pub owner: Option<String>,
    /// `heap.write`. The entry may have errors of its own.
    pub name: String,
}

/// The names of one table of entries.
#[derive(Debug)]
pub struct Names<T> {
    /// What an entry is, for messages: `effect`.
    what: &'static str,
    /// The table of the entries: `effect`, and `operand` for an operand kind.
    table: &'static str,
    known: BTreeMap<String, Id<T>>,
    /// Entries that exist but have errors of their own: naming one is no further error.
    broken: BTreeSet<String>,
    /// Where names stand that exist. Looking one up is what reading a spec does, so it is noted on the way.
    uses: RefCell<Vec<(Span, String)>>,
}

impl<T> Names<T> {
    /// No names yet.
    pub fn new(what: &'static str) -> Self {
        Names::in_table(what, what)
    }

    /// No names yet, of entries whose table is called otherwise than an entry.
    pub fn in_table(table: &'static str, what: &'static str) -> Self {
        Names {
            what,
            table,
            known: BTreeMap::new(),
            broken: BTreeSet::new(),
            uses: RefCell::default(),
        }
    }

    /// Adds a name.
    pub fn define(&mut self, name: &str, id: Id<T>) {
        self.known.insert(name.to_owned(), id);
    }

    /// Adds the name of an entry that has errors.
    pub fn define_broken(&mut self, name: &str) {
        self.broken.insert(name.to_owned());
    }

    /// The id of a name, without a report if there is none.
    pub fn get(&self, name: &str) -> Option<Id<T>> {
        self.known.get(name).copied()
    }

    /// Whether there is an entry of this name that has errors.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// All names, those of entries with errors included.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.known
            .keys()
            .map(String::as_str)
            .chain(self.broken.iter().map(String::as_str))
    }

    /// The id of a name that a text value states; reports a name that doesn't exist.
    pub fn resolve(&self, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Option<Id<T>> {
        let found = self.get(place.text);
        self.note_use(place);
        if found.is_none() && !self.is_broken(place.text) {
            diagnostics.push(place.unknown("L0110", self.what, self.all()).unless_incomplete());
        }
        found
    }
}

impl<T> Names<T> {
    /// Notes that a place names an entry, if there is one.
    pub fn note_use(&self, place: &Place<'_>) {
        if self.get(place.text).is_some() || self.is_broken(place.text) {
            self.uses.borrow_mut().push((place.name_span(), place.text.to_owned()));
        }
    }

    /// The places that name entries; `owner` is the spec that these are a part of.
    pub fn uses(&self, owner: Option<&str>) -> Vec<Use> {
        let uses = self.uses.borrow();
        let one = |(span, name): &(Span, String)| Use {
            span: *span,
            table: self.table,
            owner: owner.map(str::to_owned),
            name: name.clone(),
        };
        uses.iter().map(one).collect()
    }
}

/// The orders of bytes, and whether the least significant one comes first.
pub const BYTE_ORDERS: &[(&str, bool)] = &[("little", true), ("big", false)];

/// The most names that a diagnostic looks at.
const MOST_NAMES: usize = 300;

/// A text in a spec, or a part of one, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it stands, with its quotes if it is a whole value.
    pub span: Span,
    /// Whether the span includes quotes.
    pub quoted: bool,
    /// Whether the span is just the text, so that it can be replaced.
    pub exact: bool,
}

impl<'a> Place<'a> {
    /// A whole text value.
    pub fn value(document: &Document, text: &'a crate::syntax::Spanned<String>) -> Self {
        Place {
            text: text.get_ref(),
            span: crate::syntax::tree::span(document.file, text.span()),
            quoted: true,
            exact: true,
        }
    }

    /// A part of a text value.
    pub fn part(document: &Document, value: &'a crate::syntax::Spanned<String>, range: std::ops::Range<usize>) -> Self {
        let whole = crate::syntax::tree::span(document.file, value.span());
        let (span, exact) = document.within(whole, value.get_ref(), range.clone());
        Place {
            text: value.get_ref().get(range).unwrap_or_default(),
            span,
            quoted: false,
            exact,
        }
    }

    /// Where the text itself stands: without quotes, unless escapes make the place uncertain.
    pub fn name_span(&self) -> Span {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let mut span = self.span;
        if self.quoted && span.end.saturating_sub(span.start) == length.saturating_add(2) {
            span.start += 1;
            span.end -= 1;
        }
        span
    }

    /// A diagnostic for a name that doesn't exist, with the one that was probably meant.
    pub fn unknown<'n>(&self, code: &'static str, what: &str, names: impl Iterator<Item = &'n str>) -> Diagnostic {
        let names: Vec<&str> = names.take(MOST_NAMES).collect();
        let mut diagnostic =
            Diagnostic::error(code, format!("there is no {what} `{}`", self.text)).at(self.span, format!("no such {what}"));
        match similar(self.text, names.iter().copied()) {
            Some(close) if self.exact => {
                let certain = is_certain(self.text, close, names.iter().copied());
                diagnostic = diagnostic.suggestion(
                    vec![Edit::new(self.span, self.replacement(close))],
                    format!("{} with a similar name exists", article(what)),
                    Applicability::of(certain),
                );
            }
            Some(close) => diagnostic = diagnostic.help(format!("did you mean `{close}`?")),
            None => {}
        }
        diagnostic.note(match names.as_slice() {
            [] => format!("there is no {what} at all"),
            names => format!("known: {}", list(names.iter().copied())),
        })
    }

    /// A text in the quotes that the place needs.
    fn replacement(&self, text: &str) -> String {
        if self.quoted { format!("{text:?}") } else { text.to_owned() }
    }

    /// The one of a fixed list of words; reports any other word.
    pub fn word<V: Copy>(&self, what: &str, words: &[(&str, V)], diagnostics: &mut Diagnostics) -> Option<V> {
        let found = words.iter().find(|(word, _)| *word == self.text).map(|(_, value)| *value);
        if found.is_none() {
            diagnostics.push(self.unknown("L0111", what, words.iter().map(|(word, _)| *word)));
        }
        found
    }
}

/// A name that a list has twice.
pub fn twice(place: &Place<'_>) -> Diagnostic {
    Diagnostic::error("L0113", format!("`{}` stands twice in the list", place.text))
        .at(place.span, "named again here")
        .help("remove one of the two")
}

/// An integer of a spec within bounds; reports one outside.
pub fn number<T: TryFrom<i64>>(
    document: &Document,
    value: &crate::syntax::Spanned<i64>,
    what: &str,
    bounds: std::ops::RangeInclusive<i64>,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let number = *value.get_ref();
    if bounds.contains(&number)
        && let Ok(number) = T::try_from(number)
    {
        return Some(number);
    }
    let (low, high) = (bounds.start(), bounds.end());
    diagnostics.push(
        Diagnostic::error("L0109", format!("{what} {number} is out of range"))
            .at(
                crate::syntax::tree::span(document.file, value.span()),
                format!("must be between {low} and {high}"),
            )
            .help(format!("choose a number from {low} to {high}")),
    );
    None
}

/// Four characters for the start of the files of a set: its name in capitals, filled up.
pub fn magic(set: &str) -> String {
    let capitals = set.chars().filter(char::is_ascii_graphic).map(|c| c.to_ascii_uppercase());
    capitals.chain("____".chars()).take(4).collect()
}

/// Whether a name can be a name in emitted code: lower-case letters, digits and single underscores, beginning with a letter.
pub fn is_plain(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.contains("__")
        && !name.ends_with('_')
}

/// Reports a name that can't be one. `dotted` allows `heap.write`.
pub fn check_name(what: &str, name: &str, span: Span, dotted: bool, diagnostics: &mut Diagnostics) -> bool {
    let good = if dotted {
        name.split('.').all(is_plain)
    } else {
        is_plain(name)
    };
    if !good {
        let dots = if dotted { ", in parts separated by dots" } else { "" };
        let rule = format!("lower-case letters, digits and single underscores{dots}, beginning with a letter, at most 64 in all");
        let help = "write it in snake case, such as `divide_by_zero`";
        refuse_name(what, name, span, (&rule, help), diagnostics);
    }
    good
}

/// Whether a name can be that of a type in emitted code: letters and digits, beginning with a capital.
pub fn is_camel(name: &str) -> bool {
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a name can be that of a constant in emitted code: capitals, digits and single underscores, beginning with a letter.
pub fn is_constant(name: &str) -> bool {
    !name.contains(|c: char| c.is_ascii_lowercase()) && is_plain(&name.to_ascii_lowercase())
}

/// Reports a name that can't be that of a type, a variant or the like.
pub fn check_camel(what: &str, name: &str, span: Span, diagnostics: &mut Diagnostics) -> bool {
    let rule = "letters and digits, beginning with a capital, at most 64 in all";
    let help = "write it in upper camel case, such as `EvictionPolicy`";
    is_camel(name) || refuse_name(what, name, span, (rule, help), diagnostics)
}

/// Reports a name that can't be that of a constant.
pub fn check_constant(name: &str, span: Span, diagnostics: &mut Diagnostics) -> bool {
    let rule = "capitals, digits and single underscores, beginning with a letter, at most 64 in all";
    let help = "write it in capitals, such as `MAX_KEY`";
    is_constant(name) || refuse_name("a constant", name, span, (rule, help), diagnostics)
}

/// Reports a name that can't be one; always `false`.
fn refuse_name(what: &str, name: &str, span: Span, (rule, help): (&str, &str), diagnostics: &mut Diagnostics) -> bool {
    let shown: String = name.chars().take(64).collect();
    diagnostics.push(
        Diagnostic::error("L0107", format!("`{shown}` can't be the name of {what}"))
            .at(span, "not a name")
            .note(format!("names become identifiers: {rule}"))
            .help(help),
    );
    false
}

/// Reports names that several entries of one table have, wherever these stand, and keeps the first of each.
pub fn without_duplicates<'a>(what: &str, entries: Vec<Entry<'a>>, diagnostics: &mut Diagnostics) -> Vec<Entry<'a>> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut kept = Vec::new();
    for entry in entries {
        match first.get(entry.name()) {
            None => {
                first.insert(entry.name(), entry.span());
                kept.push(entry);
            }
            Some(first) => diagnostics.push(duplicate(what, entry.name(), entry.span(), *first)),
        }
    }
    kept
}

/// A name that two entries have.
pub fn duplicate(what: &str, name: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error("L0108", format!("the {what} `{name}` is defined twice"))
        .at(again, "defined again here")
        .at(first, "first defined here")
        .help("remove one of them or give it another name")
}
