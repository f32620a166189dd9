//! `lathe why`: why an output exists.

use std::path::Path;

use super::affected::typed;
use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::registry;
use crate::report::console;
use crate::report::summary::Numbers;
use crate::suggest;
use crate::view::origin;
use crate::write;

/// Runs the verb.
pub fn run(common: &Common, output: &str) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let (path, line) = place(output);
    let path = match typed(&session, Path::new(path)) {
        Ok(path) => path,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let Some(tree) = &prepared.tree else {
        return Exit::Failure;
    };
    let comparison = {
        let Ok(_lock) = session.lock_for_reading() else {
            return Exit::Failure;
        };
        write::compare(&session.root, tree, false)
    };
    let comparison = match comparison {
        Ok(comparison) => comparison,
        Err(error) => {
            session.fault(&error);
            return Exit::Failure;
        }
    };
    let items = registry::items(&prepared.model);
    let Some(why) = origin::of(&path, line, &items, &prepared.sources, tree, &comparison) else {
        let known = comparison.outputs.iter().map(|output| output.path.as_str());
        let fix = match suggest::similar_path(&path, known) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "`cargo lathe graph` shows what there is; every output stands in generated/manifest.toml".to_owned(),
        };
        console::failure(&format!("`{}` is no output of lathe", path.escape_debug()), &fix);
        return Exit::Failure;
    };
    let lines = tree.files().get(&path).map(|file| file.text.lines().count());
    if let (Some(line), Some(lines)) = (line, lines)
        && (line == 0 || line as usize > lines)
    {
        console::failure(
            &format!("`{path}` has no line {line}"),
            &format!("name a line from 1 to {lines}, of the file as the specs give it"),
        );
        return Exit::Failure;
    }
    console::output(&if session.json {
        origin::json(&why)
    } else {
        origin::text(&why)
    });
    session.close(Outcome::Found, &Numbers::default())
}

/// A path, and the line behind it: `src/lib.rs:12`, and `src/lib.rs:12:5` as compilers write it.
fn place(text: &str) -> (&str, Option<u32>) {
    let number = |text: &str| -> Option<u32> { text.parse().ok() };
    let Some((rest, last)) = text.rsplit_once(':') else {
        return (text, None);
    };
    let Some(last) = number(last) else { return (text, None) };
    match rest.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?))) {
        Some((path, line)) => (path, Some(line)),
        None => (rest, Some(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn lines_are_read_behind_paths() {
        let cases = [
            ("a/b.rs", ("a/b.rs", None)),
            ("a/b.rs:12", ("a/b.rs", Some(12))),
            ("a/b.rs:12:5", ("a/b.rs", Some(12))),
            ("a:b.rs", ("a:b.rs", None)),
            ("a/b.rs:99999999999999", ("a/b.rs:99999999999999", None)),
            ("", ("", None)),
        ];
        for (text, expected) in cases {
            assert_eq!(place(text), expected, "{text}");
        }
    }
}
