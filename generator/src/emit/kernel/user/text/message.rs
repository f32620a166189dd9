//! What a receiver gets.

use exo_facts::Handle;

/// A message that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The words that were sent.
    pub words: [u64; 4],
    /// The page capability that came with them, which is the receiver's from now on; or null.
    pub page: Handle,
}
