//! CPU targets: the facts of a processor and its environment that other specs and emitted code depend on.

use crate::syntax::Spanned;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::artefact::{self, Artefact, RawArtefact};
use super::item::{Addition, Freedom, Item, Weight};
use super::names::{self, BYTE_ORDERS, Place, number};
use super::schema::{self, words};
use super::syscall_convention::{self, Convention, Passing, RawConvention, Register};
use crate::diagnostic::{Diagnostic, Diagnostics, Page};
use crate::model::Model;
use crate::source::Span;
use crate::syntax::{Document, Entry};

/// What loading targets reports.
pub const PAGES: &[Page] = &[Page {
    code: "L0701",
    summary: "a convention of system calls passes all in registers or all in memory",
    page: include_str!("pages/L0701.md"),
}];

/// All targets by name.
#[derive(Debug, Default)]
pub struct Targets {
    /// In order of their names.
    pub targets: Vec<Target>,
    /// The names of those that have errors: naming one is no further error.
    pub broken: Vec<String>,
}

/// One target.
#[derive(Debug, Clone)]
pub struct Target {
    /// `x86_64`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Names that the field uses for it: `amd64`.
    pub aliases: Vec<String>,
    /// The value of `cfg(target_arch)`.
    pub arch: String,
    /// Triples of rustc that it covers.
    pub triples: Vec<String>,
    /// Those of them that a kernel and its programs are compiled for, the first choice first.
    pub kernel_triples: Vec<String>,
    /// Bits of a pointer: 16, 32 or 64.
    pub pointer_width: u32,
    /// Whether the least significant byte comes first.
    pub little_endian: bool,
    /// Bytes of the smallest page; none without a memory management unit.
    pub page_size: Option<u32>,
    /// Bytes of the larger pages.
    pub large_pages: Vec<u64>,
    /// Bytes of a cache line, by which data is kept apart to avoid false sharing.
    pub cache_line: u32,
    /// Bits of the widest atomic operation that stable Rust offers.
    pub atomic_width: u32,
    /// Whether rustc makes a jump of a call in last place, where it optimises.
    pub sibling_calls: bool,
    /// Levels of the instruction set in ascending order, each including the ones before: x86-64-v1, v2, …
    pub levels: Vec<Level>,
    /// How system calls are made on it, if a kernel is to run there.
    pub convention: Option<Convention>,
    /// What is built for it.
    pub artefacts: Vec<Artefact>,
    /// The spec file, root-relative.
    pub file: String,
    /// The name of the entry.
    pub span: Span,
}

/// A level: a set of CPU features that is asked for as a whole.
#[derive(Debug, Clone)]
pub struct Level {
    /// `v3`.
    pub name: String,
    /// What it brings.
    pub doc: String,
    /// Names of rustc's target features that it adds to the level before.
    pub features: Vec<String>,
    /// Bits of the widest vector register.
    pub vector_width: u32,
    /// The entry.
    pub span: Span,
}

/// The facts of a CPU target, one file each.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawTarget {
    /// What the file describes: `"target"`.
    #[serde(rename = "kind")]
    #[schemars(extend("const" = "target"))]
    _kind: String,
    /// Its name: `"x86_64"`.
    #[schemars(extend("pattern" = schema::NAME))]
    name: Spanned<String>,
    /// What it is.
    doc: Spanned<String>,
    /// Names that the field uses for it: `["amd64", "x64"]`.
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    /// The value of `cfg(target_arch)` in Rust: `"x86_64"`.
    arch: Spanned<String>,
    /// Triples of rustc that it covers: `["x86_64-unknown-linux-gnu"]`.
    triples: Vec<Spanned<String>>,
    /// Those of them that a kernel and its programs are compiled for. `lathe boot` takes the first whose library is installed.
    #[serde(default)]
    kernel_triples: Vec<Spanned<String>>,
    /// Bits of a pointer.
    #[schemars(range(min = 8, max = 128), example = 64)]
    pointer_width: Spanned<i64>,
    /// Which byte of a number comes first: `"little"` for the least significant one, or `"big"`.
    #[schemars(extend("enum" = words(BYTE_ORDERS)))]
    endian: Spanned<String>,
    /// Bytes of the smallest page, if there are pages.
    #[schemars(range(min = 1), example = 4096)]
    page_size: Option<Spanned<i64>>,
    /// Bytes of the larger pages.
    #[serde(default)]
    large_pages: Vec<Spanned<i64>>,
    /// Bytes of a cache line.
    #[schemars(range(min = 0), example = 64)]
    cache_line: Spanned<i64>,
    /// Bits of the widest atomic operation.
    #[schemars(range(min = 0), example = 128)]
    atomic_width: Spanned<i64>,
    /// Whether rustc makes a jump of a call in last place, where it optimises: what the threaded dispatcher of fast engines rests on. Tests
    /// and `lathe build` hold it to that.
    #[serde(default)]
    sibling_calls: bool,
    /// How system calls are made on it, if a kernel is to run there.
    syscall_convention: Option<RawConvention>,
    /// Sets of processor features that are asked for as a whole, each a table `[[level]]`, in ascending order.
    #[serde(default)]
    level: Vec<Spanned<RawLevel>>,
    /// What is built for the target and what is demanded of it, each a table `[[artefact]]`.
    #[serde(default)]
    artefact: Vec<RawArtefact>,
}

/// A set of processor features that is asked for as a whole: `[[level]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLevel {
    /// As the field writes it: `"v3"`, `"v8.2"`.
    #[schemars(extend("pattern" = "^[a-z0-9._-]{1,64}$"))]
    name: Spanned<String>,
    /// What it brings.
    doc: Spanned<String>,
    /// Names of rustc's target features that it adds to the level before: `["avx2"]`.
    #[serde(default)]
    features: Vec<Spanned<String>>,
    /// Bits of the widest vector register; 0 for none.
    #[schemars(range(min = 0), example = 256)]
    vector_width: Spanned<i64>,
}

/// Loads the targets of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut targets: Vec<Target> = Vec::new();
    let mut broken: Vec<String> = Vec::new();
    for document in documents {
        if document.require_name(diagnostics).is_none() {
            continue;
        }
        let entry = document.whole();
        let named = names::check_name("a target", entry.name(), entry.span(), false, diagnostics);
        if let Some(raw) = entry.read::<RawTarget>(diagnostics)
            && let Some(target) = resolve(&entry, &raw, diagnostics)
            && named
        {
            match targets.iter().find(|first| first.name == target.name) {
                Some(first) => diagnostics.push(names::duplicate("target", &target.name, target.span, first.span)),
                None => targets.push(target),
            }
        } else {
            broken.push(entry.name().to_owned());
        }
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    model.insert(Targets { targets, broken });
}

fn resolve(entry: &Entry<'_>, raw: &RawTarget, diagnostics: &mut Diagnostics) -> Option<Target> {
    const WIDEST: i64 = 1 << 20;
    let document = entry.document;
    let texts = |texts: &[Spanned<String>]| texts.iter().map(|text| text.get_ref().clone()).collect();
    let pointer_width = number(document, &raw.pointer_width, "pointer width", 8..=128, diagnostics);
    let little_endian = Place::value(document, &raw.endian).word("byte order", BYTE_ORDERS, diagnostics);
    let page_size = match &raw.page_size {
        Some(size) => number::<u32>(document, size, "page size", 1..=i64::from(u32::MAX), diagnostics).map(Some),
        None => Some(None),
    };
    let large_pages: Vec<u64> = raw
        .large_pages
        .iter()
        .filter_map(|size| number(document, size, "page size", 1..=i64::MAX, diagnostics))
        .collect();
    let cache_line = number(document, &raw.cache_line, "cache line", 1..=WIDEST, diagnostics);
    let atomic_width = number(
        document,
        &raw.atomic_width,
        "width of atomic operations",
        0..=WIDEST,
        diagnostics,
    );
    let mut levels: Vec<Level> = Vec::new();
    for spanned in &raw.level {
        let level = spanned.get_ref();
        let place = Place::value(document, &level.name);
        let named = is_level_name(&place, diagnostics);
        let vector_width = number(document, &level.vector_width, "width of vectors", 0..=WIDEST, diagnostics);
        if let Some(first) = levels.iter().find(|first| first.name == place.text) {
            diagnostics.push(names::duplicate("level", place.text, place.span, first.span));
            continue;
        }
        if let Some(vector_width) = vector_width
            && named
        {
            levels.push(Level {
                name: place.text.to_owned(),
                doc: level.doc.get_ref().clone(),
                features: texts(&level.features),
                vector_width,
                span: place.span,
            });
        }
    }
    let convention = raw
        .syscall_convention
        .as_ref()
        .map(|raw| syscall_convention::resolve(document, raw, diagnostics));
    let artefacts = raw
        .artefact
        .iter()
        .filter_map(|raw| artefact::resolve(document, raw, diagnostics))
        .collect();
    Some(Target {
        name: raw.name.get_ref().clone(),
        doc: raw.doc.get_ref().clone(),
        aliases: texts(&raw.aliases),
        arch: raw.arch.get_ref().clone(),
        triples: texts(&raw.triples),
        kernel_triples: texts(&raw.kernel_triples),
        pointer_width: pointer_width?,
        little_endian: little_endian?,
        page_size: page_size?,
        large_pages,
        cache_line: cache_line?,
        atomic_width: atomic_width?,
        sibling_calls: raw.sibling_calls,
        levels,
        convention: match convention {
            Some(convention) => Some(convention?),
            None => None,
        },
        artefacts,
        file: document.path.clone(),
        span: entry.span(),
    })
}

/// Whether a level has a name as the field writes them: `v8.2`, `soft-float`. It is never an identifier.
fn is_level_name(place: &Place<'_>, diagnostics: &mut Diagnostics) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    let good = !place.text.is_empty() && place.text.len() <= 64 && place.text.chars().all(allowed);
    if !good {
        diagnostics.push(
            Diagnostic::error("L0107", format!("`{}` can't be the name of a level", place.text))
                .at(place.span, "not a name")
                .help("use lower-case letters, digits, `.`, `-` and `_`: `v8.2`, say"),
        );
    }
    good
}

/// The JSON Schema of a file.
pub fn schema() -> Schema {
    schema::of::<RawTarget>()
}

/// The targets in the form that every tool reads.
pub fn items(model: &Model) -> Vec<Item> {
    model.part::<Targets>().targets.iter().map(item).collect()
}

/// A convention in one line.
fn convention(convention: &Convention) -> String {
    let names = |registers: &[Register]| {
        registers
            .iter()
            .map(|register| register.name.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let passing = match &convention.passing {
        Passing::Registers {
            arguments,
            status,
            value,
            message,
            page,
        } => format!(
            "arguments {}, status {}, value {}, message {}, page {}",
            names(arguments),
            status.name,
            value.name,
            names(message),
            page.name
        ),
        Passing::Block(block) => format!("block {}", block.name),
    };
    format!(
        "{}: number {}, {passing}, keeps {}",
        convention.entrance.instruction,
        convention.number.name,
        names(&convention.kept)
    )
}

fn item(target: &Target) -> Item {
    let sorted = |texts: &[String]| {
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.sort_unstable();
        texts.join(", ")
    };
    let mut artefacts: Vec<String> = target.artefacts.iter().map(Artefact::fact).collect();
    artefacts.sort();
    let page_size = target.page_size.map(|size| size.to_string());
    let large_pages: Vec<String> = target.large_pages.iter().map(u64::to_string).collect();
    let start = Item::new("target", None, &target.name, &target.doc, target.span)
        .whole_file()
        .fact(Weight::Shape, "arch", &target.arch)
        .fact(Weight::Shape, "pointer_width", target.pointer_width.to_string())
        .fact(Weight::Shape, "endian", if target.little_endian { "little" } else { "big" })
        .fact(Weight::Shape, "page_size", page_size.unwrap_or_default())
        .free(Weight::Shape, "large_pages", large_pages.join(", "), Freedom::Gain)
        .fact(Weight::Shape, "cache_line", target.cache_line.to_string())
        .free(Weight::Shape, "atomic_width", target.atomic_width.to_string(), Freedom::Rise)
        .free(Weight::Effect, "triples", sorted(&target.triples), Freedom::Gain)
        .fact(Weight::Docs, "kernel_triples", target.kernel_triples.join(", "))
        .fact(Weight::Docs, "aliases", sorted(&target.aliases))
        .fact(Weight::Docs, "sibling_calls", if target.sibling_calls { "true" } else { "" })
        .fact(Weight::Docs, "artefact", artefacts.join("; "))
        .free(
            Weight::Shape,
            "syscall_convention",
            target.convention.as_ref().map(convention).unwrap_or_default(),
            Freedom::Set,
        );
    // Each level includes the ones before, so that their order matters.
    target.levels.iter().fold(start, |item, level| {
        let vectors = match level.vector_width {
            0 => "no vectors".to_owned(),
            width => format!("vectors of {width} bits"),
        };
        let value = match sorted(&level.features) {
            features if features.is_empty() => vectors,
            features => format!("{features}; {vectors}"),
        };
        item.part(Weight::Effect, "level", &level.name, value, level.span)
            .may(Freedom::None, Addition::FitsInOrder)
            .part(Weight::Docs, "docs", &level.name, level.doc.trim(), level.span)
            .may(Freedom::None, Addition::Fits)
    })
}
