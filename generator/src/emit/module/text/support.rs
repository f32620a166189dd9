//! How well a backend does what a capability names.

/// How well a backend does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// As the module's documentation says.
    Exact,
    /// Nearly so, in the way that is named: `tinylfu`.
    Approximate(&'static str),
    /// A measure; the capability says of what.
    Number(u64),
    /// Not at all.
    None,
}
