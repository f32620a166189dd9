//! What object_store's errors mean here.

use std::error::Error as _;

use abi_facts::storage::StorageError;
use object_store::Error;

/// An error of a call on a key.
pub fn of_call(key: &str, error: Error) -> StorageError {
    match &error {
        Error::NotFound { .. } => StorageError::NotFound { key: key.to_owned() },
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => StorageError::Denied { reason: chain(&error) },
        Error::InvalidPath { .. } => StorageError::InvalidKey {
            key: key.to_owned(),
            reason: chain(&error),
        },
        _ => StorageError::Failed { reason: chain(&error) },
    }
}

/// An error of a call that needs nothing to be there: what isn't found is the store itself.
pub fn of_store(error: Error) -> StorageError {
    match of_call("", error) {
        StorageError::NotFound { .. } => StorageError::Failed {
            reason: "the directory or bucket of the store isn't there".to_owned(),
        },
        other => other,
    }
}

/// An error with what caused it; the outermost alone often says only what was tried.
pub fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
