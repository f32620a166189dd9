//! What a directory of files needs beside a store: links that aren't followed, names that are in the way, and a list of its own.
//!
//! object_store's own list follows symbolic links, out of the directory too.

use std::fs::{self, DirEntry, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use abi_facts::storage::{StorageEntry, StorageError};

use crate::key;

/// How long a value that is being written is left alone: another handle, or another process, may be writing it.
const ABANDONED_AFTER: Duration = Duration::from_secs(3_600);

/// The directory of a store.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
}

/// What a call does to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It looks at what is there.
    Read,
    /// It puts something there.
    Write,
}

impl Directory {
    /// A directory that is there.
    pub fn new(root: &str) -> Result<Self, StorageError> {
        let invalid = |reason| StorageError::InvalidConfig { field: "root", reason };
        let path = fs::canonicalize(root).map_err(|error| {
            invalid(format!(
                "names `{root}`, which can't be opened; make the directory first: {error}"
            ))
        })?;
        if !path.is_dir() {
            return Err(invalid(format!("names `{root}`, which isn't a directory")));
        }
        Ok(Directory { root: path })
    }

    /// Deletes what writes left that were interrupted: object_store writes a value beside its key, to `key#number`, and renames it then. What
    /// can't be deleted stays, and is no object.
    pub fn sweep(&self, now: SystemTime) {
        let mut waiting = vec![self.root.clone()];
        while let Some(directory) = waiting.pop() {
            for file in fs::read_dir(&directory).into_iter().flatten().flatten() {
                // Of the file itself: links aren't followed.
                let Ok(metadata) = file.metadata() else { continue };
                let is_old = || {
                    let age = metadata
                        .modified()
                        .ok()
                        .and_then(|modified| now.duration_since(modified).ok());
                    age.is_some_and(|age| age >= ABANDONED_AFTER)
                };
                if metadata.is_dir() {
                    waiting.push(file.path());
                } else if metadata.is_file() && file.file_name().to_str().is_some_and(is_leftover) && is_old() {
                    let _ = fs::remove_file(file.path());
                }
            }
        }
    }

    /// Whether a key, which is valid, is a file or may become one, with nothing but directories before it.
    pub fn admit(&self, key: &str, access: Access) -> Result<(), StorageError> {
        self.root_is_there()?;
        let mut path = self.root.clone();
        let mut shown = String::new();
        let mut segments = key.split('/').peekable();
        while let Some(segment) = segments.next() {
            path.push(segment);
            if !shown.is_empty() {
                shown.push('/');
            }
            shown.push_str(segment);
            let last = segments.peek().is_none();
            let metadata = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(failed(&shown, &error)),
            };
            let kind = metadata.file_type();
            if kind.is_symlink() || (last && !kind.is_file() && !kind.is_dir()) {
                let what = if kind.is_symlink() {
                    "a symbolic link, which isn't followed"
                } else {
                    "neither a file nor a directory"
                };
                return Err(StorageError::InvalidKey {
                    key: key.to_owned(),
                    reason: format!("`{shown}` is {what}"),
                });
            }
            if kind.is_dir() != last {
                continue;
            }
            return match access {
                Access::Read => Err(StorageError::NotFound { key: key.to_owned() }),
                Access::Write => {
                    let other = if last { format!("{shown}/") } else { shown };
                    Err(StorageError::Conflict {
                        key: key.to_owned(),
                        other,
                    })
                }
            };
        }
        Ok(())
    }

    /// The objects below a key, or all of them.
    pub fn list(&self, below: Option<&str>) -> Result<Vec<StorageEntry>, StorageError> {
        self.root_is_there()?;
        let mut start = self.root.clone();
        for segment in below.into_iter().flat_map(|below| below.split('/')) {
            start.push(segment);
            match fs::symlink_metadata(&start) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Ok(Vec::new()),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(failed(segment, &error)),
            }
        }
        let mut entries = Vec::new();
        let mut waiting = vec![(start, below.map(|below| format!("{below}/")).unwrap_or_default())];
        while let Some((directory, prefix)) = waiting.pop() {
            let files = match fs::read_dir(&directory) {
                Ok(files) => files,
                // It was deleted since it was seen.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(&prefix, &error)),
            };
            for file in files {
                let file = file.map_err(|error| failed(&prefix, &error))?;
                let Some((key, metadata)) = described(&file, &prefix)? else {
                    continue;
                };
                if metadata.is_dir() {
                    waiting.push((file.path(), format!("{key}/")));
                } else if metadata.is_file() && key::parse(&key).is_ok() {
                    // Values that are being written have a `#` in their names, and no key has.
                    entries.push(StorageEntry {
                        key,
                        bytes: metadata.len(),
                        modified_ms: modified_ms(&metadata),
                    });
                }
            }
        }
        Ok(entries)
    }

    /// Without its directory the store is broken, and not empty.
    fn root_is_there(&self) -> Result<(), StorageError> {
        match fs::metadata(&self.root) {
            Ok(metadata) if metadata.is_dir() => Ok(()),
            Ok(_) => Err(StorageError::Failed {
                reason: format!("`{}` isn't a directory any more", self.root.display()),
            }),
            Err(error) => Err(failed(&shown(&self.root), &error)),
        }
    }
}

/// Whether a name is that of a value that was being written: no key has a `#`.
fn is_leftover(name: &str) -> bool {
    let digits = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    name.rsplit_once('#')
        .is_some_and(|(key, number)| !key.is_empty() && digits(number))
}

/// The key of a file and what it is, without following links; nothing if its name isn't text or it is gone.
fn described(file: &DirEntry, prefix: &str) -> Result<Option<(String, Metadata)>, StorageError> {
    let Ok(name) = file.file_name().into_string() else {
        return Ok(None);
    };
    match file.metadata() {
        Ok(metadata) => Ok(Some((format!("{prefix}{name}"), metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&name, &error)),
    }
}

fn modified_ms(metadata: &Metadata) -> u64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn failed(what: &str, error: &io::Error) -> StorageError {
    let reason = format!("`{what}` can't be looked at: {error}");
    if error.kind() == ErrorKind::PermissionDenied {
        StorageError::Denied { reason }
    } else {
        StorageError::Failed { reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_interrupted_writes_left_is_swept() {
        let root = tempfile::tempdir().expect("a directory for the test");
        let inner = root.path().join("a");
        fs::create_dir(&inner).expect("a directory in it");
        let files = ["key", "key#1", "#1", "key#", "key#1b", "a/b#22", "a/b", "a/c#1#2"];
        for name in files {
            fs::write(root.path().join(name), name).expect("a file");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.path().join("key"), root.path().join("link#1")).expect("a link");
        let directory = Directory::new(root.path().to_str().expect("a name")).expect("it is there");
        let there = |name: &&&str| root.path().join(name).exists();

        // Somebody may still be writing them.
        directory.sweep(SystemTime::now());
        assert_eq!(files.iter().filter(there).count(), files.len());

        directory.sweep(SystemTime::now() + ABANDONED_AFTER + Duration::from_secs(1));
        let left: Vec<&&str> = files.iter().filter(there).collect();
        assert_eq!(left, [&"key", &"#1", &"key#", &"key#1b", &"a/b"]);
        #[cfg(unix)]
        assert!(root.path().join("link#1").is_symlink(), "links stay");
        // A clock that went back deletes nothing.
        fs::write(root.path().join("key#1"), "").expect("a file");
        directory.sweep(UNIX_EPOCH);
        assert!(root.path().join("key#1").exists());
    }
}
