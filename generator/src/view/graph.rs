//! Draws how specs become crates: specs → emitters → crates, and crates → crates that need them.
//!
//! Every arrow leads from what is read to what is made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::crates::Crates;
use crate::emit::Tree;
use crate::report::json;
use crate::source::SourceMap;
use crate::source::layout;
use crate::write::FOLDER;

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Spec files.
    Spec,
    /// An emitter.
    Emitter,
    /// An emitted crate.
    Crate,
    /// Emitted files that are no crate: pages of the manual, say.
    Files,
    /// A hand-written crate.
    Hand,
}

/// The kinds with their titles and their colours in drawings.
const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Spec, "specs", "#dbe9f6"),
    (Kind::Emitter, "emitters", "#f6ecd2"),
    (Kind::Crate, "emitted crates", "#dcf0dc"),
    (Kind::Files, "other outputs", "#eeeeee"),
    (Kind::Hand, "hand-written crates", "#f3dfe8"),
];

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    /// What it stands for.
    pub kind: Kind,
    /// `spec/raya/`, `instruction set facts`, `raya-facts`.
    pub name: String,
    /// The number of its files; of those that it makes, for an emitter. Those of hand-written crates are not counted.
    pub files: usize,
}

/// Nodes and arrows between them, by the positions of the nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// In order of kinds and names.
    pub nodes: Vec<Node>,
    /// From, to; sorted.
    pub edges: BTreeSet<(usize, usize)>,
}

type Key = (Kind, String);

/// Draws the tree. `each_file` gives every spec file a node of its own; otherwise those of a folder below `spec/` are one.
pub fn of(sources: &SourceMap, tree: &Tree, crates: &Crates, each_file: bool) -> Graph {
    let mut files: BTreeMap<Key, BTreeSet<&str>> = BTreeMap::new();
    let mut edges: BTreeSet<(Key, Key)> = BTreeSet::new();
    for file in sources.files.iter().filter(|file| layout::is_spec(&file.path)) {
        files.entry(spec(&file.path, each_file)).or_default().insert(&file.path);
    }
    for (path, file) in tree.files() {
        let emitter = (Kind::Emitter, file.emitter.to_owned());
        let output = match crates.of(path) {
            Some(one) => (Kind::Crate, one.name.clone()),
            None => (Kind::Files, folder(path)),
        };
        for source in &file.sources {
            edges.insert((spec(source, each_file), emitter.clone()));
        }
        edges.insert((emitter.clone(), output.clone()));
        files.entry(emitter).or_default().insert(path);
        files.entry(output).or_default().insert(path);
    }
    for one in crates.iter() {
        let kind = |emitted: bool| if emitted { Kind::Crate } else { Kind::Hand };
        let key = (kind(one.emitted), one.name.clone());
        files.entry(key.clone()).or_default();
        for need in crates.needs(one) {
            edges.insert(((kind(need.emitted), need.name.clone()), key.clone()));
        }
    }
    // A source that was recorded and is no file of the run can't be: but a drawing without a node is better than none.
    edges.iter().for_each(|(from, to)| {
        files.entry(from.clone()).or_default();
        files.entry(to.clone()).or_default();
    });
    let positions: BTreeMap<&Key, usize> = files.keys().zip(0..).collect();
    Graph {
        edges: edges.iter().map(|(from, to)| (positions[from], positions[to])).collect(),
        nodes: files
            .iter()
            .map(|((kind, name), files)| Node {
                kind: *kind,
                name: name.clone(),
                files: files.len(),
            })
            .collect(),
    }
}

/// The node of a spec file.
fn spec(path: &str, each_file: bool) -> Key {
    let name = match path.strip_prefix("spec/").and_then(|rest| rest.split_once('/')) {
        Some((folder, _)) if !each_file => format!("spec/{folder}/"),
        _ => path.to_owned(),
    };
    (Kind::Spec, name)
}

/// The folder of an output outside of crates, not deeper than two below `generated/`.
fn folder(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let depth = (parts.len() - 1).min(3);
    match parts.get(..depth) {
        Some(parts) if !parts.is_empty() => format!("{}/", parts.join("/")),
        _ => format!("{FOLDER}/"),
    }
}

impl Node {
    /// The second line of its label.
    fn remark(&self) -> String {
        match (self.kind, self.files) {
            (Kind::Spec, 1) if !self.name.ends_with('/') => String::new(),
            (Kind::Hand, _) => String::new(),
            (_, 1) => "1 file".to_owned(),
            (_, files) => format!("{files} files"),
        }
    }
}

/// For Graphviz.
pub fn dot(graph: &Graph) -> String {
    let mut text = "// An arrow leads from what is read to what is made of it.\ndigraph lathe {\n  rankdir = LR;\n  node [shape = box, style = \
                    \"rounded,filled\", fontname = \"sans-serif\"];\n  edge [color = \"#777777\"];\n"
        .to_owned();
    for (kind, title, colour) in KINDS {
        let nodes: Vec<(usize, &Node)> = graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.kind == *kind)
            .collect();
        if nodes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n  // {title}");
        for (index, node) in nodes {
            let remark = node.remark();
            let gap = if remark.is_empty() { "" } else { "\\n" };
            let name = node.name.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(
                text,
                "  n{index} [label = \"{name}{gap}{remark}\", fillcolor = \"{colour}\"];"
            );
        }
    }
    text.push('\n');
    for (from, to) in &graph.edges {
        let _ = writeln!(text, "  n{from} -> n{to};");
    }
    text.push_str("}\n");
    text
}

/// For Markdown pages.
pub fn mermaid(graph: &Graph) -> String {
    let mut text = "%% An arrow leads from what is read to what is made of it.\nflowchart LR\n".to_owned();
    for (kind, title, colour) in KINDS {
        let nodes: Vec<(usize, &Node)> = graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.kind == *kind)
            .collect();
        if nodes.is_empty() {
            continue;
        }
        let class = title.replace([' ', '-'], "_");
        let _ = writeln!(text, "  classDef {class} fill:{colour},stroke:#777,color:#000");
        for (index, node) in nodes {
            let remark = node.remark();
            let gap = if remark.is_empty() { "" } else { "<br/>" };
            let name = node.name.replace('"', "#quot;");
            let _ = writeln!(text, "  n{index}[\"{name}{gap}{remark}\"]:::{class}");
        }
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    text
}

/// For tools: an object for each node, then one for each arrow.
pub fn json(graph: &Graph) -> String {
    #[derive(Serialize)]
    struct Edge<'a> {
        from: &'a str,
        to: &'a str,
    }
    let name = |index: usize| graph.nodes.get(index).map_or("", |node| node.name.as_str());
    let nodes = graph.nodes.iter().map(json::line);
    let edges = graph.edges.iter().map(|(from, to)| {
        let (from, to) = (name(*from), name(*to));
        json::object("arrow", &Edge { from, to })
    });
    nodes.chain(edges).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_quoted() {
        let graph = Graph {
            nodes: vec![Node {
                kind: Kind::Spec,
                name: "spec/a\"b\\c.toml".to_owned(),
                files: 1,
            }],
            edges: BTreeSet::new(),
        };
        assert!(dot(&graph).contains(r#"label = "spec/a\"b\\c.toml""#));
        assert!(mermaid(&graph).contains("[\"spec/a#quot;b\\c.toml\"]"));
    }

    #[test]
    fn outputs_outside_of_crates_are_folders() {
        assert_eq!(folder("generated/manual/html/ops/iadd.html"), "generated/manual/html/");
        assert_eq!(folder("generated/schemas/a.json"), "generated/schemas/");
        assert_eq!(folder("generated/a.md"), "generated/");
    }
}
