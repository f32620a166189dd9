//! Laws on metadata.

use abi_facts::storage::{Backend, MetadataPair, StorageError, StorageMetadata};
use fastrand::Rng;

use super::fixture::{Fixture, data, demand, done};
use crate::{Law, Violation};

fn pair(name: &str, value: &str) -> MetadataPair {
    MetadataPair {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// What was put comes back, on copies too, and goes with its object.
pub fn metadata_round_trip<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    let mut random = Rng::with_seed(law.seed);
    let carries = |key: &str, expected: &StorageMetadata| -> Result<(), Violation> {
        let (got, head) = (
            done("get", backend.get(key))?.metadata,
            done("head", backend.head(key))?.metadata,
        );
        demand(got == *expected && head == *expected, || {
            format!("`{key}` carries {got:?}, by `head` {head:?}; {expected:?} was put")
        })
    };
    let none = StorageMetadata::default();
    for case in 0..law.cases {
        let mut metadata = StorageMetadata {
            content_type: (case % 3 != 0).then(|| "text/plain; charset=utf-8".to_owned()),
            pairs: Vec::new(),
        };
        // In ascending order of the names, as they come back.
        for number in 0..case % 5 {
            let length = random.usize(1..40);
            let value: String = std::iter::repeat_with(|| random.alphanumeric()).take(length).collect();
            metadata
                .pairs
                .push(pair(&format!("name-{number}"), &format!("{value} =,;\"' {number}")));
        }
        done("put_with_metadata", backend.put_with_metadata("a", b"data", &metadata))?;
        carries("a", &metadata)?;
        done("copy", backend.copy("a", "b/c"))?;
        carries("b/c", &metadata)?;
    }
    done("put", backend.put("a", b"plain"))?;
    carries("a", &none)?;
    done(
        "put_with_metadata",
        backend.put_with_metadata(
            "a",
            b"data",
            &StorageMetadata {
                content_type: None,
                pairs: vec![pair("x", "1")],
            },
        ),
    )?;
    done("delete", backend.delete("a"))?;
    done("put", backend.put("a", b"plain"))?;
    carries("a", &none)
}

/// Metadata that some store would change is refused.
pub fn invalid_metadata<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    done("put", backend.put("a", b"old"))?;
    let long = "x".repeat(3_000);
    let typed = |content_type: &str| StorageMetadata {
        content_type: Some(content_type.to_owned()),
        pairs: Vec::new(),
    };
    let paired = |name: &str, value: &str| StorageMetadata {
        content_type: None,
        pairs: vec![pair(name, value)],
    };
    let bad = [
        typed(""),
        typed("a\r\nb: c"),
        typed("täxt"),
        typed(&long),
        paired("", "v"),
        paired("Upper", "v"),
        paired("a b", "v"),
        paired("a_b", "v"),
        paired("é", "v"),
        paired("a\r\n", "v"),
        paired(&long, "v"),
        paired("a", ""),
        paired("a", " v"),
        paired("a", "v "),
        paired("a", "a\nb"),
        paired("a", "\0"),
        paired("a", "é"),
        paired("a", &long),
        StorageMetadata {
            content_type: None,
            pairs: vec![pair("a", "1"), pair("a", "2")],
        },
    ];
    for metadata in bad {
        let result = backend.put_with_metadata("a", b"new", &metadata);
        demand(matches!(result, Err(StorageError::InvalidMetadata { .. })), || {
            format!("{metadata:?} gives {result:?}")
        })?;
        let got = data(&backend, "a")?;
        demand(got.as_deref() == Some(b"old"), || {
            format!("{metadata:?} was refused, and the object is now {got:?}")
        })?;
    }
    Ok(())
}
