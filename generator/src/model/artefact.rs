//! What is built for a target, and what is demanded of it: `[[artefact]]` in a target.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::{Place, number};
use super::schema::words;
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::syntax::{Document, Spanned};

/// Something that is built for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// The emitted package: `raya-facts`.
    pub package: (String, Span),
    /// The triple that it is built for.
    pub triple: (String, Span),
    /// What it is built for it for.
    pub doc: (String, Span),
    /// What of the package is looked at.
    pub form: Form,
    /// How it is built.
    pub profile: Profile,
    /// Whether a build without it fails. Otherwise it is left out where the standard library of its triple isn't installed.
    pub required: bool,
    /// The most bytes of machine code.
    pub text: Option<(u64, Span)>,
    /// The most bytes of constants and variables.
    pub data: Option<(u64, Span)>,
    /// Paths of what must be in it, or plain names of what isn't written in Rust.
    pub symbols: Vec<(String, Span)>,
    /// The module whose functions lead to each other by jumps.
    pub threaded: Option<(String, Span)>,
    /// Functions that have at least so many jumps to computed places.
    pub replicated: Vec<(String, usize, Span)>,
}

/// What of a package is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The library: everything that is compiled for it, whoever uses it.
    Library,
    /// The program of the package's name, as it is linked.
    Program,
}

/// How something is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// For those who look for mistakes.
    Dev,
    /// For those who use it.
    Release,
}

const FORMS: &[(&str, Form)] = &[("library", Form::Library), ("program", Form::Program)];
const PROFILES: &[(&str, Profile)] = &[("dev", Profile::Dev), ("release", Profile::Release)];

impl Form {
    /// As specs write it.
    pub fn name(self) -> &'static str {
        name(FORMS, self)
    }
}

impl Profile {
    /// As specs and cargo write it.
    pub fn name(self) -> &'static str {
        name(PROFILES, self)
    }
}

fn name<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, of)| *of == value).map_or("?", |(word, _)| word)
}

impl Artefact {
    /// `raya-facts (release library) for thumbv7em-none-eabi`
    pub fn describe(&self) -> String {
        let (profile, form) = (self.profile.name(), self.form.name());
        format!("{} ({profile} {form}) for {}", self.package.0, self.triple.0)
    }

    /// Everything that is said about it, in one canonical line.
    pub fn fact(&self) -> String {
        let mut text = self.describe();
        for (what, most) in [("text", &self.text), ("data", &self.data)] {
            if let Some((most, _)) = most {
                text.push_str(&format!(", {what} up to {most}"));
            }
        }
        if self.required {
            text.push_str(", required");
        }
        for (symbol, _) in &self.symbols {
            text.push_str(&format!(", with {symbol}"));
        }
        if let Some((module, _)) = &self.threaded {
            text.push_str(&format!(", threaded in {module}"));
        }
        for (function, jumps, _) in &self.replicated {
            text.push_str(&format!(", {jumps} jumps in {function}"));
        }
        text
    }
}

/// Something that is built for the target: `[[artefact]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawArtefact {
    /// The emitted package that is built: `"demo-facts"`.
    package: Spanned<String>,
    /// One of the target's triples, for which it is built: `"thumbv7em-none-eabi"`.
    triple: Spanned<String>,
    /// Why it is built for this triple.
    doc: Spanned<String>,
    /// What of the package is looked at: `"library"`, everything that is compiled for it; or `"program"`, as it is linked.
    #[schemars(extend("enum" = words(FORMS)))]
    form: Option<Spanned<String>>,
    /// How it is built: `"release"` if nothing is stated, or `"dev"`.
    #[schemars(extend("enum" = words(PROFILES)))]
    profile: Option<Spanned<String>>,
    /// Whether `lathe build` fails where the standard library of the triple isn't installed. Otherwise the artefact is left out there,
    /// with a line that says how to add it.
    #[serde(default)]
    required: bool,
    /// The most bytes of machine code that it may have.
    #[schemars(range(min = 1), example = 200_000)]
    text: Option<Spanned<i64>>,
    /// The most bytes of constants and variables that it may have, those that are zero at first included.
    #[schemars(range(min = 1), example = 50_000)]
    data: Option<Spanned<i64>>,
    /// Paths of what must be in it, `"demo_facts::verify::verify"`, or plain names of what isn't written in Rust.
    #[serde(default)]
    symbols: Vec<Spanned<String>>,
    /// The module of a fast engine whose functions lead to each other by jumps, never by calls: `"demo_engine::tail"`.
    threaded: Option<Spanned<String>>,
    /// Functions of a fast engine in which each handler leads to the next one by a jump of its own.
    #[serde(default)]
    replicated: Vec<RawReplicated>,
}

/// A function whose jumps are counted: `{ function = "demo_engine::match_loop::run", jumps = 200 }`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawReplicated {
    /// Its path.
    function: Spanned<String>,
    /// How many jumps to computed places it has at least.
    #[schemars(range(min = 1), example = 200)]
    jumps: Spanned<i64>,
}

pub(super) fn resolve(document: &Document, raw: &RawArtefact, diagnostics: &mut Diagnostics) -> Option<Artefact> {
    let text = |text: &Spanned<String>| {
        let place = Place::value(document, text);
        (place.text.to_owned(), place.span)
    };
    let form = match &raw.form {
        Some(form) => Place::value(document, form).word("form of an artefact", FORMS, diagnostics),
        None => Some(Form::Library),
    };
    let profile = match &raw.profile {
        Some(profile) => Place::value(document, profile).word("profile", PROFILES, diagnostics),
        None => Some(Profile::Release),
    };
    let mut budget = |budget: &Option<Spanned<i64>>| match budget {
        Some(most) => {
            let span = crate::syntax::tree::span(document.file, most.span());
            let most = number::<u64>(document, most, "a budget of bytes", 0..=i64::MAX, diagnostics)?;
            Some(Some((most, span)))
        }
        None => Some(None),
    };
    let (most_text, most_data) = (budget(&raw.text), budget(&raw.data));
    let mut replicated = Vec::new();
    for one in &raw.replicated {
        let (function, span) = text(&one.function);
        let jumps = number(
            document,
            &one.jumps,
            "a number of jumps",
            1..=i64::from(u32::MAX),
            diagnostics,
        )?;
        replicated.push((function, jumps, span));
    }
    Some(Artefact {
        package: text(&raw.package),
        triple: text(&raw.triple),
        doc: text(&raw.doc),
        form: form?,
        profile: profile?,
        required: raw.required,
        text: most_text?,
        data: most_data?,
        symbols: raw.symbols.iter().map(text).collect(),
        threaded: raw.threaded.as_ref().map(text),
        replicated,
    })
}
