//! A package with two faults that only some of its configurations have.

/// Zero, unless two features meet.
pub fn sum() -> u32 {
    u32::from(cfg!(feature = "beta")) * u32::from(cfg!(feature = "delta"))
}

/// What the hash of its surface begins with.
pub fn surface() -> char {
    if cfg!(feature = "drift") { 'b' } else { 'a' }
}
