//! What a key is, as the module states it.

use abi_facts::storage::{MAX_KEY_BYTES, MAX_SEGMENT_BYTES, StorageError};
use object_store::path::Path;

/// The path of a key.
pub fn parse(key: &str) -> Result<Path, StorageError> {
    let refused = |reason: String| {
        // A key may be megabytes; its beginning says which one it is.
        let shown = key.chars().take(100).collect();
        StorageError::InvalidKey { key: shown, reason }
    };
    if key.is_empty() {
        return Err(refused("it is empty".to_owned()));
    }
    if key.len() > MAX_KEY_BYTES as usize {
        return Err(refused(format!("it has {} bytes, more than {MAX_KEY_BYTES}", key.len())));
    }
    for segment in key.split('/') {
        problem(segment).map_or(Ok(()), |reason| Err(refused(reason)))?;
    }
    // `Path::from` would encode what it doesn't like; `parse` refuses it.
    Path::parse(key).map_err(|error| refused(error.to_string()))
}

/// Why something isn't a segment of a key.
fn problem(segment: &str) -> Option<String> {
    if segment.is_empty() {
        return Some("it begins or ends with `/`, or has two in a row".to_owned());
    }
    if segment.len() > MAX_SEGMENT_BYTES as usize {
        return Some(format!(
            "a segment has {} bytes, more than {MAX_SEGMENT_BYTES}",
            segment.len()
        ));
    }
    if let Some(bad) = segment.chars().find(|c| c.is_control() || "\\:*?\"<>|%#".contains(*c)) {
        return Some(format!("it has the character {bad:?}"));
    }
    if segment.starts_with(' ') || segment.ends_with(' ') || segment.ends_with('.') {
        return Some(format!(
            "the segment {segment:?} is `.` or `..`, ends with a dot, or has a space at an end"
        ));
    }
    let stem = segment.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |name: &str| {
        stem.strip_prefix(name)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    if ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || numbered("COM") || numbered("LPT") {
        return Some(format!("the segment {segment:?} is the name of a device on some systems"));
    }
    None
}
