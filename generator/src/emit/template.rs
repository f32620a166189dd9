//! Text templates: handlebars in strict mode, without HTML escapes.
//!
//! What takes time is compiling a template, and most of its lines are plain text. Stretches of such lines are put aside before and
//! restored in the result, and a compiled template is kept for the next set that needs it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use anyhow::Context;
use handlebars::Handlebars;
use serde::Serialize;

/// What stands before and behind the number of a stretch; it occurs in no template.
const MARK: char = '\u{1}';

/// Templates that were compiled in this run, by their text.
static COMPILED: LazyLock<Mutex<BTreeMap<String, Arc<Compiled>>>> = LazyLock::new(Mutex::default);

struct Compiled {
    engine: Handlebars<'static>,
    stretches: Vec<String>,
}

/// Renders a template.
///
/// # Errors
///
/// When the template has a fault or names a value that `data` lacks: a fault of an emitter.
pub fn render(name: &str, template: &str, data: &impl Serialize) -> anyhow::Result<String> {
    let compiled = compiled(template).with_context(|| format!("template `{name}`"))?;
    let text = compiled
        .engine
        .render("", data)
        .with_context(|| format!("template `{name}`"))?;
    Ok(restore(&text, &compiled.stretches))
}

fn compiled(template: &str) -> anyhow::Result<Arc<Compiled>> {
    let kept = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = kept().get(template) {
        return Ok(Arc::clone(compiled));
    }
    let (shortened, stretches) = put_aside(template);
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(handlebars::no_escape);
    engine.register_template_string("", shortened)?;
    let compiled = Arc::new(Compiled { engine, stretches });
    kept().insert(template.to_owned(), Arc::clone(&compiled));
    Ok(compiled)
}

/// The template with each stretch of plain lines replaced by a line that holds its number.
fn put_aside(template: &str) -> (String, Vec<String>) {
    let mut shortened = String::new();
    let mut stretches: Vec<String> = Vec::new();
    let mut in_stretch = false;
    for line in template.split_inclusive('\n') {
        if line.contains("{{") || line.contains("}}") || !line.ends_with('\n') {
            shortened.push_str(line);
            in_stretch = false;
        } else if in_stretch && let Some(stretch) = stretches.last_mut() {
            stretch.push_str(line);
        } else {
            shortened.push_str(&format!("{MARK}{}{MARK}\n", stretches.len()));
            stretches.push(line.to_owned());
            in_stretch = true;
        }
    }
    (shortened, stretches)
}

fn restore(text: &str, stretches: &[String]) -> String {
    let mut out = String::with_capacity(text.len() + stretches.iter().map(String::len).sum::<usize>());
    for line in text.split_inclusive('\n') {
        let number = line.strip_prefix(MARK).and_then(|rest| rest.strip_suffix("\u{1}\n"));
        match number.and_then(|number| stretches.get(number.parse::<usize>().ok()?)) {
            Some(stretch) => out.push_str(stretch),
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_come_back_as_they_were() {
        let template = "a\nb\n{{#each list}}\nc {\n  d\n\ne {{this}}\n{{/each}}\nf }} g\n\\h\nlast";
        let text = render("test", template, &serde_json::json!({ "list": [1, 2] })).expect("the template is good");
        assert_eq!(text, "a\nb\nc {\n  d\n\ne 1\nc {\n  d\n\ne 2\nf }} g\n\\h\nlast");
    }

    #[test]
    fn a_missing_value_is_a_fault() {
        let error = render("test", "a\n{{b}}\n", &serde_json::json!({})).expect_err("`b` is missing");
        assert!(format!("{error:#}").contains("template `test`"), "{error:#}");
    }
}
