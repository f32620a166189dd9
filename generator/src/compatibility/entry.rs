//! An entry in the form that is compared.

use std::collections::BTreeMap;

use crate::model::blessed::{BlessedEntry, BlessedSpec};
use crate::model::item::{Addition, Freedom, Item, Weight};
use crate::source::Span;

/// An entry of a spec or of a blessed file.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// `raya`.
    pub owner: Option<&'a str>,
    /// `op`.
    pub table: &'a str,
    /// `iadd`.
    pub name: &'a str,
    /// Its name in its file.
    pub span: Span,
    /// Whether nothing outside the specs can depend on it.
    pub is_internal: bool,
    /// What it says, what it leaves open included if it was read from a spec.
    pub facts: Vec<EntryFact<'a>>,
}

/// What an entry says.
#[derive(Debug, Clone)]
pub struct EntryFact<'a> {
    /// `fields`.
    pub key: &'a str,
    /// `params`.
    pub part: &'a str,
    /// In canonical form.
    pub value: &'a str,
    /// What depends on it.
    pub weight: Weight,
    /// How it may change.
    pub freedom: Freedom,
    /// Whether it may be new.
    pub addition: &'a Addition,
    /// Where it stands, if that is known.
    pub span: Option<Span>,
}

/// The key under which the documentation of an entry is compared.
pub const DOC: &str = "doc";

impl<'a> Entry<'a> {
    /// The entry of an item, its documentation included.
    pub fn of_item(item: &'a Item) -> Entry<'a> {
        let facts = item.facts.iter().map(|fact| EntryFact {
            key: fact.key,
            part: &fact.part,
            value: &fact.value,
            weight: fact.weight,
            freedom: fact.freedom,
            addition: &fact.addition,
            span: fact.span,
        });
        let doc = EntryFact {
            key: DOC,
            part: "",
            value: &item.doc,
            weight: Weight::Docs,
            freedom: Freedom::None,
            addition: &Addition::Fits,
            span: None,
        };
        Entry {
            owner: item.owner.as_deref(),
            table: item.table,
            name: &item.name,
            span: item.span,
            is_internal: item.is_internal,
            facts: facts.chain([doc]).collect(),
        }
    }

    /// The entry of an item with what a release records of it.
    pub fn released(item: &'a Item) -> Entry<'a> {
        let mut entry = Entry::of_item(item);
        entry.facts.retain(|fact| is_released(fact.weight));
        entry
    }

    /// An entry of a blessed file. What depends on its facts, `weights` knows from the spec.
    pub fn of_blessed(spec: &'a BlessedSpec, entry: &'a BlessedEntry, weights: &Weights<'_>) -> Entry<'a> {
        let facts = entry.facts.iter().map(|fact| EntryFact {
            key: &fact.key,
            part: &fact.part,
            value: &fact.value,
            weight: weights.of(&entry.table, &fact.key),
            freedom: Freedom::None,
            addition: &Addition::Breaks,
            span: Some(fact.span),
        });
        Entry {
            owner: spec.owner.as_deref(),
            table: &entry.table,
            name: &entry.name,
            span: entry.span,
            is_internal: false,
            facts: facts.collect(),
        }
    }

    /// What it is called among the entries of its spec: `op.iadd`, `module`.
    pub fn path(&self) -> String {
        match self.name {
            "" => self.table.to_owned(),
            name => format!("{}.{name}", self.table),
        }
    }

    /// What it is called in a sentence: ``op `iadd` ``, `` `[module]` ``.
    pub fn what(&self) -> String {
        match self.name {
            "" => format!("`[{}]`", self.table),
            name => format!("{} `{name}`", self.table.rsplit('.').next().unwrap_or_default()),
        }
    }

    /// A fact of it.
    pub fn fact(&self, key: &str, part: &str) -> Option<&EntryFact<'a>> {
        self.facts.iter().find(|fact| fact.key == key && fact.part == part)
    }
}

/// Whether a release records facts of this weight.
pub fn is_released(weight: Weight) -> bool {
    matches!(weight, Weight::Number | Weight::Shape | Weight::Effect)
}

/// What depends on the facts of each table.
#[derive(Debug, Default)]
pub struct Weights<'a> {
    known: BTreeMap<(&'a str, &'a str), Weight>,
}

impl<'a> Weights<'a> {
    /// Collects them from the entries that there are.
    pub fn of_items(items: &'a [Item]) -> Self {
        let facts = items
            .iter()
            .flat_map(|item| item.facts.iter().map(|fact| ((item.table, fact.key), fact.weight)));
        Weights { known: facts.collect() }
    }

    /// What depends on a fact. Where no entry states it any more, it counts as a shape.
    fn of(&self, table: &str, key: &str) -> Weight {
        self.known.get(&(table, key)).copied().unwrap_or(Weight::Shape)
    }
}
