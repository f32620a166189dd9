//! Which metadata is kept, and how object_store has it.

use std::collections::BTreeSet;

use abi_facts::storage::{MAX_METADATA_BYTES, MetadataPair, StorageError, StorageMetadata};
use object_store::{Attribute, Attributes};

/// What Amazon's servers say of an object that was put without a type.
const UNTYPED: &str = "binary/octet-stream";

/// The attributes of metadata; refuses what some store would change or drop.
pub fn to_attributes(metadata: &StorageMetadata) -> Result<Attributes, StorageError> {
    let refused = |name: &str, reason: String| {
        Err(StorageError::InvalidMetadata {
            name: name.to_owned(),
            reason,
        })
    };
    let mut attributes = Attributes::new();
    if let Some(content_type) = &metadata.content_type {
        if content_type.len() > 255 || !is_value(content_type) {
            return refused(
                "content_type",
                format!("{content_type:?} isn't 1 to 255 bytes of printable ASCII"),
            );
        }
        attributes.insert(Attribute::ContentType, content_type.clone().into());
    }
    let mut names = BTreeSet::new();
    for MetadataPair { name, value } in &metadata.pairs {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return refused(
                name,
                "a name is 1 to 64 lower-case letters of ASCII, digits and `-`".to_owned(),
            );
        }
        if !is_value(value) {
            return refused(
                name,
                format!("the value {value:?} isn't printable ASCII without a space at its ends, or is empty"),
            );
        }
        if !names.insert(name) {
            return refused(name, "the name is there twice".to_owned());
        }
        attributes.insert(Attribute::Metadata(name.clone().into()), value.clone().into());
    }
    let bytes: usize = metadata.pairs.iter().map(|pair| pair.name.len() + pair.value.len()).sum();
    if bytes > MAX_METADATA_BYTES as usize {
        return refused(
            "pairs",
            format!("they have {bytes} bytes together, more than {MAX_METADATA_BYTES}"),
        );
    }
    Ok(attributes)
}

/// The metadata of attributes.
pub fn from_attributes(attributes: &Attributes) -> StorageMetadata {
    let mut metadata = StorageMetadata::default();
    for (attribute, value) in attributes {
        let value = value.as_ref().to_owned();
        match attribute {
            Attribute::ContentType if value != UNTYPED => metadata.content_type = Some(value),
            Attribute::Metadata(name) => metadata.pairs.push(MetadataPair {
                name: name.to_string(),
                value,
            }),
            _ => {}
        }
    }
    metadata.pairs.sort_by(|left, right| left.name.cmp(&right.name));
    metadata
}

fn is_value(value: &str) -> bool {
    let printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    printable && !value.is_empty() && value.trim() == value
}
