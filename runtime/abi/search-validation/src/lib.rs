//! What every backend of search refuses in the same way, in the same words.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use abi_facts::search::{MAX_NAME_BYTES, SearchError};

/// The refusal of what a limit of the configuration has no room for.
pub fn full(limit: &str, value: impl Into<u64>) -> SearchError {
    SearchError::Full {
        limit: limit.to_owned(),
        value: value.into(),
    }
}

/// Refuses a name that is empty or too long. `what` says in a sentence what it is the name of.
///
/// # Errors
///
/// [`SearchError::InvalidName`].
pub fn valid_name(what: &str, name: &str) -> Result<(), SearchError> {
    let reason = match name.len() {
        0 => "it is empty".to_owned(),
        bytes if bytes > MAX_NAME_BYTES as usize => format!("it has {bytes} bytes, more than {MAX_NAME_BYTES}"),
        _ => return Ok(()),
    };
    Err(SearchError::InvalidName {
        what: what.to_owned(),
        reason,
    })
}

/// Refuses a text of more than so many bytes.
///
/// # Errors
///
/// [`SearchError::TooLarge`].
pub fn valid_size(what: &str, text: &str, limit: u32) -> Result<(), SearchError> {
    let (bytes, limit) = (text.len() as u64, u64::from(limit));
    if bytes > limit {
        return Err(SearchError::TooLarge {
            what: what.to_owned(),
            bytes,
            limit,
        });
    }
    Ok(())
}
