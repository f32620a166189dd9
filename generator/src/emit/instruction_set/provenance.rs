//! Says in the documentation of what is emitted which entry of the specs it came from.

use crate::emit::provenance;
use crate::model::instruction_set::{InstructionSet, Op};
use crate::model::item;

/// The line that says which entry an item came from. Entries of ops know their file; others are known by their folder.
pub fn op(op: &Op) -> String {
    provenance::line(&item::key("op", &op.name), &op.file)
}

/// The same for an entry of a table other than `op`.
pub fn entry(set: &InstructionSet, table: &str, name: &str) -> String {
    provenance::line(&item::key(table, name), &folder(set))
}

/// The common folder of the set's files, or its file where there is only one: `spec/raya/`.
pub fn folder(set: &InstructionSet) -> String {
    folder_of(&set.files)
}

/// The common folder of these files, or the only one.
pub fn folder_of(files: &[String]) -> String {
    match files {
        [] => "spec/".to_owned(),
        [one] => one.clone(),
        [first, ..] => {
            let shared = files.iter().fold(first.as_str(), |shared, file| {
                let same = shared.bytes().zip(file.bytes()).take_while(|(a, b)| a == b).count();
                shared.get(..same).unwrap_or_default()
            });
            match shared.rsplit_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => "spec/".to_owned(),
            }
        }
    }
}
