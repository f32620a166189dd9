//! Finds a shorter history that breaks a law too.

use std::fmt::Debug;

use crate::Violation;

/// Leaves out steps as long as the law is still broken, and reports what is left. `broken` tries a history from the start, and says what
/// went wrong.
pub fn shortest<T: Clone + Debug>(history: &[T], broken: impl Fn(&[T]) -> Option<String>) -> Violation {
    let mut history = history.to_vec();
    let mut text = broken(&history).unwrap_or_else(|| "it happened once, but not again with the same history".to_owned());
    let mut size = history.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < history.len() {
            let mut shorter = history.clone();
            shorter.drain(start..(start + size).min(shorter.len()));
            match broken(&shorter) {
                Some(found) => (history, text) = (shorter, found),
                None => start += size,
            }
        }
        size /= 2;
    }
    Violation::new(format!("{text}; after {history:?}"))
}
