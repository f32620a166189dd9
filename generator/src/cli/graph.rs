//! `lathe graph`: specs, emitters and crates as a drawing.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use serde::Serialize;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::report::summary::Numbers;
use crate::report::{console, json};
use crate::view::crates::Crates;
use crate::view::graph;

/// The form of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Text for Graphviz.
    Dot,
    /// Text for Markdown pages.
    Mermaid,
    /// A picture, made by Graphviz.
    Svg,
}

#[derive(Serialize)]
struct Drawing<'a> {
    drawing: &'a str,
}

/// Runs the verb.
pub fn run(common: &Common, form: Option<Form>, output: Option<&Path>, each_file: bool) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let form = match (form, output) {
        (None, Some(output)) => match by_extension(output) {
            None if !session.json => return no_form(output),
            form => form,
        },
        (form, _) => form,
    };
    let prepared = session.prepare();
    let Some(tree) = &prepared.tree else {
        return Exit::Failure;
    };
    let crates = Crates::read(&session.root, tree);
    let graph = graph::of(&prepared.sources, tree, &crates, each_file);
    let text = match form {
        None if session.json => graph::json(&graph),
        None | Some(Form::Dot) => graph::dot(&graph),
        Some(Form::Mermaid) => graph::mermaid(&graph),
        Some(Form::Svg) => match svg(&graph::dot(&graph)) {
            Ok(picture) => picture,
            Err(exit) => return exit,
        },
    };
    let Some(output) = output else {
        console::output(&match form {
            Some(_) if session.json => json::object("drawing", &Drawing { drawing: &text }),
            _ => text,
        });
        return session.close(Outcome::Found, &Numbers::default());
    };
    match fs::write(output, text) {
        Ok(()) => {
            let arrows = console::plural(graph.edges.len(), "arrow");
            let nodes = console::plural(graph.nodes.len(), "node");
            session.status("Drawn", &format!("{} with {nodes} and {arrows}", output.display()));
            session.close(Outcome::Written, &Numbers::default())
        }
        Err(error) => {
            console::failure(
                &format!("`{}` can't be written: {error}", output.display()),
                "name a file in a folder that exists and that you may write to",
            );
            Exit::Failure
        }
    }
}

/// The form that the name of a file asks for.
fn by_extension(output: &Path) -> Option<Form> {
    match output.extension()?.to_str()? {
        "svg" => Some(Form::Svg),
        "mmd" | "mermaid" => Some(Form::Mermaid),
        "dot" | "gv" => Some(Form::Dot),
        _ => None,
    }
}

/// Refuses a name that asks for a form that is never drawn: text in a `.png` is of use to nobody.
fn no_form(output: &Path) -> Exit {
    console::failure(
        &format!("the name `{}` ends in no form of a drawing", output.display()),
        "name a file that ends in .svg, .dot, .gv, .mmd or .mermaid, or say the form with --as",
    );
    Exit::Failure
}

/// Lets Graphviz draw.
fn svg(dot: &str) -> Result<String, Exit> {
    let drawn = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            // dot reads everything before it draws, so that nothing can wait for the other.
            let fed = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(dot.as_bytes()));
            let output = child.wait_with_output()?;
            if output.status.success() {
                fed.map(|()| output)
            } else {
                Ok(output)
            }
        });
    match drawn {
        Ok(output) if output.status.success() => match String::from_utf8(output.stdout) {
            Ok(picture) => Ok(picture),
            Err(_) => Err(failed("it gave no text")),
        },
        Ok(output) => Err(failed(String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            console::failure(
                "an SVG is drawn by `dot` of Graphviz, which is not installed",
                "install it (apt install graphviz, brew install graphviz, winget install graphviz), or take --as mermaid or --as dot",
            );
            Err(Exit::Failure)
        }
        Err(error) => Err(failed(&error.to_string())),
    }
}

fn failed(why: &str) -> Exit {
    console::failure(
        &format!("`dot` could not draw the graph: {why}"),
        "see what `cargo lathe graph --as dot | dot -Tsvg` says, or take --as mermaid",
    );
    Exit::Failure
}
