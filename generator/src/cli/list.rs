//! `lathe list`: the entries of all specs.

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::registry;
use crate::report::console;
use crate::report::summary::Numbers;
use crate::suggest;
use crate::view::listing;

/// Runs the verb.
pub fn run(common: &Common, filters: &[String]) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let Some(loaded) = session.read() else {
        return Exit::Failure;
    };
    let items = registry::items(&loaded.model);
    let shown = listing::filter(&items, filters);
    if shown.is_empty() && !filters.is_empty() {
        let mut tables: Vec<&str> = items.iter().map(|item| item.table).collect();
        tables.sort_unstable();
        tables.dedup();
        let given: Vec<String> = filters.iter().map(|filter| filter.escape_debug().to_string()).collect();
        console::failure(
            &format!("no entry fits {}", suggest::list(given.iter().map(String::as_str))),
            &format!(
                "filter by a part of a path, or by a table: {}",
                suggest::list(tables.iter().copied())
            ),
        );
        return Exit::Failure;
    }
    if session.json {
        console::output(&listing::json(&shown, &loaded.sources));
    } else {
        console::output(&listing::text(&shown));
        session.status("Listed", &console::plural_of(shown.len(), "entry", "entries"));
    }
    session.close(Outcome::Found, &Numbers::default())
}
