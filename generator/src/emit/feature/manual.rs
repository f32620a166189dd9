//! The chapter of the features: one page with a section for each.

use crate::emit::instruction_set::sources;
use crate::emit::manual::Chapter;
use crate::emit::manual::page::{self, Block, Destination, Entry, Line, Page};
use crate::emit::manual::prose;
use crate::emit::provenance;
use crate::model::feature::{Feature, Features};
use crate::model::instruction_set::InstructionSets;
use crate::model::{Model, item};
use crate::source::SourceMap;

const INDEX: &str = "features/index";

/// The chapter; none where there are no features.
pub fn chapters(model: &Model, _sources: &SourceMap) -> Vec<Chapter> {
    let features = &model.part::<Features>().features;
    if features.is_empty() {
        return Vec::new();
    }
    let mut files: Vec<String> = features.iter().map(|feature| feature.file.clone()).collect();
    for set in &model.part::<InstructionSets>().sets {
        files.extend(sources::of(set, &[sources::OPS]));
    }
    let mut page = Page::new(INDEX, "Features", &files);
    page.paragraph("What can be switched on, what that switches on with it, and what can't stand beside it.");
    let link = |feature: &Feature| Line::new().code_link(Destination::section(INDEX, &feature.name), &*feature.name);
    for (id, feature) in features.iter_with_ids() {
        page.heading(2, Line::new().code(&*feature.name));
        page.extend(prose::blocks(&feature.doc, 3));
        let origin = provenance::line(&item::key("feature", &feature.name), &feature.file);
        page.paragraph(prose::line(&origin));
        let list = |ids: &[crate::arena::Id<Feature>]| Line::joined(ids.iter().map(|id| link(&features[*id])), ", ");
        let implied_by = features.iter().filter(|other| other.implies.contains(&id)).map(link);
        let refused_by = features.iter().filter(|other| other.conflicts.contains(&id)).map(link);
        let conflicts = [list(&feature.conflicts), Line::joined(refused_by, ", ")];
        let targets = feature.targets.iter().map(|target| {
            let to = Destination::page(format!("targets/{target}"));
            Line::new().code_link(to, &**target)
        });
        let mut facts = vec![("Default".to_owned(), Line::from(if feature.default { "on" } else { "off" }))];
        for (name, value) in [
            ("Implies", list(&feature.implies)),
            ("Implied by", Line::joined(implied_by, ", ")),
            (
                "Conflicts with",
                Line::joined(conflicts.into_iter().filter(|line| !line.is_empty()), ", "),
            ),
            ("Only on", Line::joined(targets, ", ")),
            ("Needed by", needed_by(model, &feature.name)),
        ] {
            if !value.is_empty() {
                facts.push((name.to_owned(), value));
            }
        }
        page.add(Block::Facts(facts));
        page.entries.push(Entry {
            name: feature.name.clone(),
            kind: "feature".to_owned(),
            doc: prose::first_sentence(&feature.doc),
            anchor: Some(page::anchor(&feature.name)),
            ..Entry::default()
        });
    }
    let mut chapter = Chapter {
        title: "Features".to_owned(),
        summary: Line::from("What can be switched on or off."),
        ..Chapter::default()
    };
    chapter.main_page("All features", "Every feature, what it implies and what it excludes.", page);
    vec![chapter]
}

/// The ops that exist only with a feature.
fn needed_by(model: &Model, feature: &str) -> Line {
    let sets = model.part::<InstructionSets>().sets.iter();
    let ops = sets.flat_map(|set| set.ops.iter().map(move |op| (set, op)));
    let ops = ops.filter(|(_, op)| op.feature.as_deref() == Some(feature));
    let link = |(set, op): (
        &crate::model::instruction_set::InstructionSet,
        &crate::model::instruction_set::Op,
    )| {
        let to = Destination::page(format!("sets/{}/op/{}", set.name, op.name));
        Line::new().code_link(to, &*op.name)
    };
    Line::joined(ops.map(link), ", ")
}
