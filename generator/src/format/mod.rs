//! `lathe fmt`: one layout for all specs. Keys stand in the order in which the schema of the kind declares them, strings and arrays are
//! written in one way, comments stay with what they are about. What a person laid out is kept where it can be: blank lines, one element
//! a line, which digits a number has.
//!
//! [`print`] writes a file anew from its parsed form; [`same`] proves that nothing but the layout changed, before anyone writes it.

mod array;
mod layout;
mod print;
mod same;
mod value;

use toml_edit::Document;

use layout::Layout;

/// The width that lines are filled to, in characters.
const WIDTH: usize = 130;

/// Why a text can't be formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It isn't TOML. Reading it as a spec says where and why.
    NotToml(String),
    /// The formatted text would say something else: a fault of lathe.
    Changed(&'static str),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::NotToml(message) => write!(f, "not valid TOML: {message}"),
            Refusal::Changed(what) => write!(f, "formatting would change {what}; this is a fault of lathe"),
        }
    }
}

impl std::error::Error for Refusal {}

/// The text of a spec in the layout of all specs.
///
/// # Errors
///
/// When it isn't TOML. As a safeguard, also when the result would not say the same.
pub fn format(text: &str) -> Result<String, Refusal> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = Document::parse(plain.to_owned()).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default();
        Refusal::NotToml(message.to_owned())
    })?;
    let kind = document.get("kind").and_then(|kind| kind.as_str());
    let layout = Layout::of(kind.unwrap_or_default());
    let formatted = print::print(&document.into_mut(), &layout);
    same::meaning(plain, &formatted).map_err(Refusal::Changed)?;
    Ok(formatted)
}
