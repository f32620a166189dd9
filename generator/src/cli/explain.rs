//! `lathe explain CODE`: the page of a rule.

use super::Exit;
use crate::catalogue::catalogue;
use crate::report::console;
use crate::suggest;

/// Runs the verb; without a code it lists all of them.
pub fn run(code: Option<&str>) -> Exit {
    let catalogue = catalogue();
    let Some(code) = code else {
        let list: String = catalogue
            .iter()
            .map(|rule| format!("{}  {}\n", rule.code, rule.summary))
            .collect();
        console::output(&list);
        return Exit::Fresh;
    };
    let wanted = code.trim().to_uppercase();
    if let Some(rule) = catalogue.iter().find(|rule| rule.code == wanted) {
        console::output(&format!("{}: {}\n\n{}\n", rule.code, rule.summary, rule.page.trim_end()));
        return Exit::Fresh;
    }
    let fix = match suggest::similar(&wanted, catalogue.iter().map(|rule| rule.code)) {
        Some(similar) => format!("did you mean `{similar}`? `cargo lathe explain` lists every code"),
        None => "`cargo lathe explain` lists every code".to_owned(),
    };
    console::failure(&format!("`{}` is not a code", code.escape_debug()), &fix);
    Exit::Failure
}
