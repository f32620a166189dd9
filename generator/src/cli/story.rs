//! `lathe explain ITEM`: the whole story of an entry.

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::registry;
use crate::report::console;
use crate::report::summary::Numbers;
use crate::suggest;
use crate::view::find::{Found, find};
use crate::view::story;

/// Runs the verb.
pub fn run(common: &Common, name: &str) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let items = registry::items(&prepared.model);
    let shown = name.escape_debug();
    match find(&items, name) {
        Found::One(item) => {
            let story = story::of(item, &prepared.model, &prepared.sources, prepared.tree.as_ref());
            console::output(&if session.json {
                story::json(&story)
            } else {
                story::text(&story)
            });
            // What is shown of an entry in broken specs is true but not all there is.
            match prepared.tree {
                Some(_) => session.close(Outcome::Found, &Numbers::default()),
                None => Exit::Failure,
            }
        }
        Found::Several(several) => {
            let paths: Vec<String> = several.iter().map(|item| item.path()).collect();
            console::failure(
                &format!("`{shown}` may be {}", suggest::list(paths.iter().map(String::as_str))),
                &format!("name one of them: cargo lathe explain {}", paths[0]),
            );
            Exit::Failure
        }
        Found::None(similar) => {
            let fix = match similar {
                Some(similar) => format!("did you mean `{similar}`? `cargo lathe list` shows every entry"),
                None => "`cargo lathe list` shows every entry, `cargo lathe explain` every code".to_owned(),
            };
            console::failure(&format!("`{shown}` is neither an entry nor a code"), &fix);
            Exit::Failure
        }
    }
}
