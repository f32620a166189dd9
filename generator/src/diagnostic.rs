//! What a run has to say about a spec: a code, a sentence, labels at every place involved, and how to mend it.

use crate::span::Span;

/// How grave a diagnostic is. Only errors keep a run from writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The specs can't be used as they are.
    Error,
    /// The specs can be used; something in them is probably not meant.
    Warning,
}

/// A place in a spec (or in a Rust file that a spec names) and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there, in a few words; may be empty for the primary label.
    pub text: String,
}

/// A part of a file and what stands there afterwards. An empty span is a place where something is inserted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// Who may apply a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// A machine: nothing else can be meant, or any other answer would be as good. `lathe check --fix` applies it.
    Safe,
    /// Someone who has thought about it.
    Unsure,
}

impl Applicability {
    /// Whether a machine may apply what is certain.
    pub fn of(certain: bool) -> Applicability {
        if certain { Applicability::Safe } else { Applicability::Unsure }
    }
}

/// Replacements that, together, mend the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is replaced by what; never empty, and no two overlap.
    pub edits: Vec<Edit>,
    /// Why, as a short imperative sentence.
    pub text: String,
    /// Who may apply it.
    pub applicability: Applicability,
}

/// What `lathe explain` shows of a code.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// `L0203`.
    pub code: &'static str,
    /// What is demanded, in one line.
    pub summary: &'static str,
    /// Why, an example that breaks it, and the mended example, in Markdown.
    pub page: &'static str,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The code of its page, `L0203`; see [`Page`].
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What happened, quoting the offending name in backticks.
    pub message: String,
    /// Where; the first label is the primary one. Empty only where no file can be named.
    pub labels: Vec<Label>,
    /// Why it matters or what was expected.
    pub notes: Vec<String>,
    /// How to mend it, in words.
    pub help: Option<String>,
    /// How to mend it, as a replacement.
    pub suggestions: Vec<Suggestion>,
    /// Whether it may be a consequence of something that could not be read; see [`Diagnostic::unless_incomplete`].
    pub unless_incomplete: bool,
    /// Whether it may be a consequence of an entry with mistakes; see [`Diagnostic::unless_unfounded`].
    pub unless_unfounded: bool,
    /// Whether it says that a part of the specs could not be read; see [`Diagnostic::leaves_a_gap`].
    pub leaves_a_gap: bool,
}

impl Page {
    /// The page of a code.
    pub const fn new(code: &'static str, summary: &'static str, page: &'static str) -> Page {
        Page { code, summary, page }
    }
}

impl Edit {
    /// The replacement of a span.
    pub fn new(span: Span, replacement: impl Into<String>) -> Edit {
        Edit {
            span,
            replacement: replacement.into(),
        }
    }
}

impl Diagnostic {
    /// An error with the code of its page and its sentence.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            suggestions: Vec::new(),
            unless_incomplete: false,
            unless_unfounded: false,
            leaves_a_gap: false,
        }
    }

    /// A warning with the code of its page and its sentence.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, message)
        }
    }

    /// Adds a place; the first one added is the primary one.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Marks that something was not found. It may stand in a part of the specs that could not be read; where there is such a part, this
    /// is not reported.
    pub fn unless_incomplete(mut self) -> Self {
        self.unless_incomplete = true;
        self
    }

    /// Marks, beyond [`Diagnostic::unless_incomplete`], that something was not found that an entry with mistakes may hold: one of those
    /// that others are made of. Where there is such an entry, this is not reported.
    pub fn unless_unfounded(mut self) -> Self {
        self.unless_incomplete = true;
        self.unless_unfounded = true;
        self
    }

    /// Marks that a part of the specs could not be read, so that what it says is missing from the model.
    pub fn leaves_a_gap(mut self) -> Self {
        self.leaves_a_gap = true;
        self
    }

    /// Adds a sentence on why it matters or what was expected.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says how to mend it.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers a replacement that mends it, to be judged by whoever reads it.
    pub fn suggest(self, span: Span, replacement: impl Into<String>, text: impl Into<String>) -> Self {
        let edits = vec![Edit::new(span, replacement)];
        self.suggestion(edits, text, Applicability::Unsure)
    }

    /// Offers replacements that certainly mend it; without any there is nothing to offer.
    pub fn fix(self, edits: Vec<Edit>, text: impl Into<String>) -> Self {
        self.suggestion(edits, text, Applicability::Safe)
    }

    /// Offers replacements that mend it.
    pub fn suggestion(mut self, edits: Vec<Edit>, text: impl Into<String>, applicability: Applicability) -> Self {
        if !edits.is_empty() {
            self.suggestions.push(Suggestion {
                edits,
                text: text.into(),
                applicability,
            });
        }
        self
    }
}

/// All problems of a run, in the order found.
#[derive(Debug, Default, Clone)]
#[must_use = "a problem that nobody reports is lost"]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// Takes back what is no problem.
    pub fn retain(&mut self, is_one: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(is_one);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The problems in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// The problems by file and position, so that the order doesn't depend on the order in which files were read.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| {
            let place = |d: &Diagnostic| d.labels.first().map(|label| (label.span.file, label.span.start));
            place(a)
                .cmp(&place(b))
                .then_with(|| a.code.cmp(b.code))
                .then_with(|| a.message.cmp(&b.message))
        });
        self.list.dedup();
        self.list
    }
}
