//! Rules of targets.

use std::collections::BTreeMap;

use super::docs::fault_of_doc;
use super::{Rule, locate};
use super::{artefact, convention};
use crate::diagnostic::{Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::target::{Level, Target, Targets};
use crate::source::{SourceMap, Span};
use crate::syntax::Ground;

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[
    DOCS,
    ALIASES,
    POINTER_WIDTH,
    PAGES,
    CACHE_LINE,
    ATOMIC_WIDTH,
    TRIPLES,
    LEVEL_FEATURES,
    LEVEL_WIDTHS,
    artefact::PACKAGE,
    artefact::TRIPLE,
    artefact::BUDGET,
    artefact::TWICE,
    artefact::SYMBOL,
    convention::USABLE,
    convention::ALL,
];

/// Everything is documented.
const DOCS: Rule = Rule {
    code: "L0721",
    summary: "every `doc` of a target says something and ends like a sentence",
    page: include_str!("pages/L0721.md"),
    check: Some(docs),
};

/// A name means one target.
const ALIASES: Rule = Rule {
    code: "L0722",
    summary: "no two targets share a name, an alias or a triple",
    page: include_str!("pages/L0722.md"),
    check: Some(aliases),
};

/// Pointers are words.
const POINTER_WIDTH: Rule = Rule {
    code: "L0723",
    summary: "a pointer has 16, 32 or 64 bits",
    page: include_str!("pages/L0723.md"),
    check: Some(pointer_width),
};

/// Pages are powers of two.
const PAGES: Rule = Rule {
    code: "L0724",
    summary: "page sizes are powers of two, the larger ones ascending multiples of the smallest",
    page: include_str!("pages/L0724.md"),
    check: Some(pages),
};

/// Cache lines are powers of two.
const CACHE_LINE: Rule = Rule {
    code: "L0725",
    summary: "a cache line is a power of two, from 4 to 4096 bytes",
    page: include_str!("pages/L0725.md"),
    check: Some(cache_line),
};

/// Atomics are words.
const ATOMIC_WIDTH: Rule = Rule {
    code: "L0726",
    summary: "the widest atomic operation has 0, 8, 16, 32, 64 or 128 bits",
    page: include_str!("pages/L0726.md"),
    check: Some(atomic_width),
};

/// Triples are of the architecture.
const TRIPLES: Rule = Rule {
    code: "L0727",
    summary: "a target has triples, each begins with its architecture, and kernels are compiled for some of them",
    page: include_str!("pages/L0727.md"),
    check: Some(triples),
};

/// Levels add features.
const LEVEL_FEATURES: Rule = Rule {
    code: "L0728",
    summary: "a level adds only features that no level before it has",
    page: include_str!("pages/L0728.md"),
    check: Some(level_features),
};

/// Levels widen.
const LEVEL_WIDTHS: Rule = Rule {
    code: "L0729",
    summary: "vector registers don't become narrower from one level to the next",
    page: include_str!("pages/L0729.md"),
    check: Some(level_widths),
};

fn targets(model: &Model) -> &[Target] {
    &model.part::<Targets>().targets
}

/// The value of a key of a target, which is a file of its own.
fn value(sources: &SourceMap, target: &Target, key: &str) -> Span {
    locate::value(sources, target.span, &[key.into()])
}

fn docs(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        let what = format!("target `{}`", target.name);
        if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &what, &target.doc, || value(sources, target, "doc")) {
            diagnostics.push(diagnostic);
        }
        for level in &target.levels {
            let what = format!("level `{}` of target `{}`", level.name, target.name);
            if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &what, &level.doc, || level.span) {
                diagnostics.push(diagnostic);
            }
        }
        for artefact in &target.artefacts {
            let what = format!("artefact `{}` of target `{}`", artefact.package.0, target.name);
            if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &what, &artefact.doc.0, || artefact.doc.1) {
                diagnostics.push(diagnostic);
            }
        }
    }
}

fn aliases(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let mut names: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    let mut triples: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for target in targets(model) {
        let own = std::iter::once((target.name.as_str(), target.span));
        let place = value(sources, target, "aliases");
        let all = own.chain(target.aliases.iter().map(|alias| (alias.as_str(), place)));
        for (name, span) in all {
            if let Some((other, first)) = names.insert(name, (&target.name, span)) {
                let again = (first == span).then_some(["aliases", name]);
                diagnostics.push(shared(sources, ("name", name), (other, &target.name), (span, first), again));
            }
        }
        let place = value(sources, target, "triples");
        for triple in &target.triples {
            if let Some((other, first)) = triples.insert(triple, (&target.name, place)) {
                let again = (first == place).then_some(["triples", triple]);
                diagnostics.push(shared(
                    sources,
                    ("triple", triple),
                    (other, &target.name),
                    (place, first),
                    again,
                ));
            }
        }
    }
}

/// `again` is the key and the element of one array that states the name twice.
fn shared(
    sources: &SourceMap,
    (what, name): (&str, &str),
    (one, other): (&str, &str),
    (span, first): (Span, Span),
    again: Option<[&str; 2]>,
) -> Diagnostic {
    let without = again.and_then(|[key, element]| {
        let place = locate::last_position(sources, span, &[key.into()], element)?;
        Ground::of(sources, span).remove_element(place)
    });
    let message = if one == other {
        format!("target `{one}` states the {what} `{name}` twice")
    } else {
        format!("targets `{one}` and `{other}` both have the {what} `{name}`")
    };
    let diagnostic = Diagnostic::error(ALIASES.code, message).at(span, "");
    let diagnostic = if span == first { diagnostic } else { diagnostic.at(first, "") };
    diagnostic
        .note("looking it up must give one target")
        .help("leave it out in one place")
        .fix(Vec::from_iter(without), "leave it out here")
}

fn pointer_width(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        if !matches!(target.pointer_width, 16 | 32 | 64) {
            diagnostics.push(
                Diagnostic::error(
                    POINTER_WIDTH.code,
                    format!("pointers of target `{}` have {} bits", target.name, target.pointer_width),
                )
                .at(value(sources, target, "pointer_width"), "")
                .note("these are the values of `cfg(target_pointer_width)`")
                .help("write 16, 32 or 64; bits, not bytes"),
            );
        }
    }
}

fn pages(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        let name = &target.name;
        let sizes: std::collections::BTreeSet<u64> = target.large_pages.iter().copied().collect();
        let above = target
            .page_size
            .is_some_and(|page| sizes.first().is_none_or(|least| *least > u64::from(page)));
        // Only their order can be wrong.
        let sortable = above && sizes.len() == target.large_pages.len() && sizes.iter().all(|size| size.is_power_of_two());
        let mut sorted = match sortable {
            true => Ground::of(sources, target.span).sort_integers(&["large_pages"]),
            false => Vec::new(),
        };
        if let Some(size) = target.page_size
            && !size.is_power_of_two()
        {
            diagnostics.push(
                Diagnostic::error(PAGES.code, format!("pages of target `{name}` have {size} bytes"))
                    .at(value(sources, target, "page_size"), "")
                    .note("addresses are split into page and offset by their bits")
                    .help(format!(
                        "write a power of two, {} for instance",
                        nearest_power(u64::from(size))
                    )),
            );
        }
        let place = value(sources, target, "large_pages");
        let smallest = target.page_size.map(u64::from);
        let mut before = smallest.unwrap_or(0);
        for size in &target.large_pages {
            let fault = if !size.is_power_of_two() {
                "isn't a power of two"
            } else if smallest.is_none() {
                "has no smaller page below it"
            } else if *size <= before {
                "isn't larger than the page before it"
            } else {
                before = *size;
                continue;
            };
            diagnostics.push(
                Diagnostic::error(PAGES.code, format!("the large page {size} of target `{name}` {fault}"))
                    .at(place, "")
                    .help("write `page_size`, and `large_pages` as powers of two in ascending order")
                    .fix(std::mem::take(&mut sorted), "sort them"),
            );
        }
    }
}

fn nearest_power(number: u64) -> u64 {
    let above = number.max(1).checked_next_power_of_two().unwrap_or(1 << 63);
    if above - number > number - above / 2 {
        above / 2
    } else {
        above
    }
}

fn cache_line(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        let size = target.cache_line;
        if !size.is_power_of_two() || !(4..=4096).contains(&size) {
            diagnostics.push(
                Diagnostic::error(
                    CACHE_LINE.code,
                    format!("a cache line of target `{}` has {size} bytes", target.name),
                )
                .at(value(sources, target, "cache_line"), "")
                .note("it becomes an alignment, and how far apart data is kept that several CPUs write")
                .help("write a power of two from 4 to 4096, 64 on most processors"),
            );
        }
    }
}

fn atomic_width(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        if !matches!(target.atomic_width, 0 | 8 | 16 | 32 | 64 | 128) {
            diagnostics.push(
                Diagnostic::error(
                    ATOMIC_WIDTH.code,
                    format!(
                        "the widest atomic operation of target `{}` has {} bits",
                        target.name, target.atomic_width
                    ),
                )
                .at(value(sources, target, "atomic_width"), "")
                .note("these are the values of `cfg(target_has_atomic)`, and 0 for none")
                .help("write 0, 8, 16, 32, 64 or 128; bits, not bytes"),
            );
        }
    }
}

/// Whether the first part of a triple may belong to an architecture.
fn belongs(triple: &str, arch: &str) -> bool {
    let first = triple.split('-').next().unwrap_or("");
    let prefixes: &[&str] = match arch {
        "x86" => &["i386", "i486", "i586", "i686", "x86"],
        "arm" => &["arm", "thumb"],
        "aarch64" => &["aarch64", "arm64"],
        "powerpc64" => &["powerpc64", "ppc64"],
        _ => &[],
    };
    if arch == "x86" {
        return prefixes.contains(&first);
    }
    if arch == "arm" {
        return prefixes.iter().any(|prefix| first.starts_with(prefix)) && !first.starts_with("arm64");
    }
    first.starts_with(arch) || prefixes.iter().any(|prefix| first.starts_with(prefix))
}

fn triples(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        if target.triples.is_empty() {
            diagnostics.push(
                Diagnostic::error(TRIPLES.code, format!("target `{}` covers no triple", target.name))
                    .at(target.span, "")
                    .help("name the triples of `rustc --print target-list` that it covers"),
            );
        }
        for triple in &target.triples {
            if !belongs(triple, &target.arch) || triple.split('-').count() < 2 {
                diagnostics.push(
                    Diagnostic::error(
                        TRIPLES.code,
                        format!("`{triple}` is no triple of architecture `{}`", target.arch),
                    )
                    .at(value(sources, target, "triples"), "")
                    .at(value(sources, target, "arch"), "the architecture of the target")
                    .help("move the triple to the target that it belongs to, or mend `arch`"),
                );
            }
        }
        for (index, triple) in target.kernel_triples.iter().enumerate() {
            let place = value(sources, target, "kernel_triples");
            if !target.triples.contains(triple) {
                diagnostics.push(
                    Diagnostic::error(
                        TRIPLES.code,
                        format!("a kernel for `{triple}`, which target `{}` doesn't cover", target.name),
                    )
                    .at(place, "")
                    .help("name it in `triples` too, or leave it out here"),
                );
            } else if target.kernel_triples[..index].contains(triple) {
                diagnostics.push(
                    Diagnostic::error(TRIPLES.code, format!("a kernel for `{triple}` is stated twice"))
                        .at(place, "")
                        .help("leave it out in one place"),
                );
            }
        }
    }
}

fn level_features(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
        for level in &target.levels {
            for (index, feature) in level.features.iter().enumerate() {
                if let Some((first, span)) = seen.get(feature.as_str()) {
                    let diagnostic = Diagnostic::error(
                        LEVEL_FEATURES.code,
                        format!("level `{}` of target `{}` adds `{feature}` again", level.name, target.name),
                    )
                    .at(level.span, "");
                    let diagnostic = if *span == level.span {
                        diagnostic
                    } else {
                        diagnostic.at(*span, format!("`{first}` has added it already"))
                    };
                    diagnostics.push(
                        diagnostic
                            .note("a level includes all levels before it")
                            .help("leave it out here")
                            .fix(Vec::from_iter(without(sources, level, index)), "leave it out here"),
                    );
                } else {
                    seen.insert(feature, (&level.name, level.span));
                }
            }
        }
    }
}

/// The edit that takes a feature of a level away.
fn without(sources: &SourceMap, level: &Level, feature: usize) -> Option<Edit> {
    let value = |position: usize, path: &[locate::Step<'_>]| {
        let path = [&["level".into(), position.into()], path].concat();
        locate::has(sources, level.span, &path).then(|| locate::value(sources, level.span, &path))
    };
    let names = (0..).map_while(|position| value(position, &["name".into()]));
    let position = names.take_while(|name| *name != level.span).count();
    let element = value(position, &["features".into(), feature.into()])?;
    Ground::of(sources, level.span).remove_element(element)
}

fn level_widths(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for target in targets(model) {
        for pair in target.levels.windows(2) {
            let [before, level] = pair else { continue };
            if level.vector_width < before.vector_width {
                diagnostics.push(
                    Diagnostic::error(
                        LEVEL_WIDTHS.code,
                        format!(
                            "level `{}` of target `{}` has vectors of {} bits, but `{}` before it has {}",
                            level.name, target.name, level.vector_width, before.name, before.vector_width
                        ),
                    )
                    .at(level.span, "")
                    .at(before.span, "")
                    .note("a level includes all levels before it, their registers too")
                    .help("put the levels in ascending order, or mend `vector_width`"),
                );
            }
        }
    }
}
