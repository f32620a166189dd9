//! How laws are shown.

/// How a law is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LawKind {
    /// It holds after every operation.
    Invariant,
    /// The backend does what a simple model does.
    Oracle,
    /// It holds in a stated situation.
    Example,
    /// It holds under threads.
    Concurrent,
    /// A measured value stays within bounds.
    Bound,
}

/// The words for it.
pub const LAW_KINDS: &[(&str, LawKind)] = &[
    ("invariant", LawKind::Invariant),
    ("oracle", LawKind::Oracle),
    ("example", LawKind::Example),
    ("concurrent", LawKind::Concurrent),
    ("bound", LawKind::Bound),
];
