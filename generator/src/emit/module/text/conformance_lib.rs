#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// A law on a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The module.
    pub module: &'static str,
    /// The backend.
    pub backend: &'static str,
    /// The law.
    pub law: &'static str,
    /// The variant that it is about; empty where it is about none.
    pub variant: &'static str,
    /// Why it isn't run; none where it is.
    pub skipped: Option<&'static str>,
}

const fn row(
    module: &'static str,
    backend: &'static str,
    law: &'static str,
    variant: &'static str,
    skipped: Option<&'static str>,
) -> Row {
    Row {
        module,
        backend,
        law,
        variant,
        skipped,
    }
}
