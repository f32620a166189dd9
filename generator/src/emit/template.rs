//! Text templates: handlebars in strict mode, without HTML escapes.

use anyhow::Context;
use serde::Serialize;

/// Renders a template.
///
/// # Errors
///
/// When the template has a fault or names a value that `data` lacks: a fault of an emitter.
pub fn render(name: &str, template: &str, data: &impl Serialize) -> anyhow::Result<String> {
    let mut handlebars = handlebars::Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(handlebars::no_escape);
    handlebars
        .render_template(template, data)
        .with_context(|| format!("template `{name}`"))
}
