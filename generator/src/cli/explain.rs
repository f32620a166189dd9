//! `lathe explain CODE`: the page of a rule. What is no code is an entry: see [`super::story`].

use serde::Serialize;

use super::{Common, Exit, Format, Outcome, story};
use crate::catalogue::catalogue;
use crate::report::summary::{Clock, Numbers};
use crate::report::{console, json};
use crate::suggest;

/// Runs the verb; with nothing to explain it lists every code.
pub fn run(common: &Common, what: Option<&str>) -> Exit {
    match what {
        Some(item) if !is_code(item) => story::run(common, item),
        code => explain_code(code, common.format == Format::Json),
    }
}

/// `L0203`, `l203`: what nobody would call an entry.
fn is_code(text: &str) -> bool {
    let digits = text.trim().strip_prefix(['L', 'l']);
    digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()))
}

fn explain_code(code: Option<&str>, json: bool) -> Exit {
    let catalogue = catalogue();
    let Some(code) = code else {
        if json {
            let list: String = catalogue.iter().map(|rule| json::page(rule, false)).collect();
            console::output(&list);
            return close(catalogue.len());
        }
        let list: String = catalogue
            .iter()
            .map(|rule| format!("{}  {}\n", rule.code, rule.summary))
            .collect();
        console::output(&list);
        return Exit::Fresh;
    };
    let wanted = code.trim().to_uppercase();
    if let Some(rule) = catalogue.iter().find(|rule| rule.code == wanted) {
        if json {
            console::output(&json::page(rule, true));
            return close(1);
        }
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

#[derive(Serialize)]
struct Facts {
    pages: usize,
}

/// Closes the report for tools.
fn close(pages: usize) -> Exit {
    json::close(&Outcome::Found, &Facts { pages }, &Numbers::default(), &Clock::default());
    Exit::Fresh
}
