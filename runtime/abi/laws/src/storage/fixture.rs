//! What the laws open backends with: a directory, a server, nothing.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use abi_facts::clock::ManualClock;
use abi_facts::storage::{Backend, StorageBackend, StorageConfig, StorageError};
use tempfile::TempDir;

use super::server::{KEYS, Server};
use crate::Violation;

/// What stands outside the stores, where no call may reach.
pub const SECRET: &str = "secret of the neighbour";

/// Places for a backend to keep objects in.
#[derive(Debug)]
pub struct Fixture {
    backend: StorageBackend,
    /// Everything that the fixture has on disk. It goes after the server, which works in it.
    server: Option<Server>,
    directory: TempDir,
    places: AtomicU32,
}

impl Fixture {
    /// The fixture of a backend; that of `s3` starts a server.
    pub fn new(backend: StorageBackend) -> Fixture {
        let directory = tempfile::tempdir().expect("a directory for the stores");
        fs::write(directory.path().join("secret"), SECRET).expect("a file beside the stores");
        let server = (backend == StorageBackend::S3).then(|| {
            let root = directory.path().join("server");
            fs::create_dir(&root).expect("a directory for the server");
            Server::start(&root)
        });
        Fixture {
            backend,
            server,
            directory,
            places: AtomicU32::new(0),
        }
    }

    /// The backend.
    pub fn backend(&self) -> StorageBackend {
        self.backend
    }

    /// Whether a server keeps the objects.
    pub fn has_server(&self) -> bool {
        self.server.is_some()
    }

    /// An empty place.
    pub fn config(&self) -> StorageConfig {
        let name = format!("place-{}", self.places.fetch_add(1, Ordering::SeqCst));
        let mut config = StorageConfig {
            timeout: Duration::from_secs(5),
            retries: 0,
            ..StorageConfig::default()
        };
        match (&self.server, self.backend) {
            (Some(server), _) => {
                server.make_bucket(&name);
                config.endpoint = Some(server.endpoint());
                config.access_key = Some(KEYS.0.to_owned());
                config.secret_key = Some(KEYS.1.to_owned());
                config.bucket = Some(name);
            }
            (None, StorageBackend::Local) => {
                let root = self.directory.path().join(name);
                fs::create_dir(&root).expect("a new directory for the store");
                config.root = root.to_str().map(str::to_owned);
            }
            (None, _) => {}
        }
        config
    }

    /// A backend on an empty place.
    pub fn open<B: Backend>(&self) -> Result<B, Violation> {
        self.open_with(&self.config())
    }

    /// A backend on a place.
    pub fn open_with<B: Backend>(&self, config: &StorageConfig) -> Result<B, Violation> {
        done("open", B::open(config, Arc::new(ManualClock::new())))
    }

    /// How many bytes a key may have here: the server that stands in for S3 makes a file name of it, which takes fewer.
    pub fn longest_key(&self) -> usize {
        if self.has_server() { 120 } else { 1_024 }
    }

    /// What has changed outside the stores.
    pub fn trespass(&self) -> Option<String> {
        let secret = fs::read_to_string(self.directory.path().join("secret")).unwrap_or_default();
        if secret != SECRET {
            return Some(format!("the file beside the store now has {secret:?}"));
        }
        let known = |name: &str| name == "secret" || name == "server" || name.starts_with("place-");
        let files = fs::read_dir(self.directory.path()).into_iter().flatten().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        names
            .into_iter()
            .find(|name| !known(name))
            .map(|name| format!("`{name}` was written beside the store"))
    }

    /// Makes every call on a place fail.
    pub fn break_store(&self, config: &StorageConfig) {
        match (&self.server, away(config)) {
            (Some(server), _) => server.set_broken(true),
            (None, Some((root, away))) => {
                fs::rename(&root, away).expect("the directory of the store can be moved");
                fs::write(&root, "not a directory").expect("a file in its place");
            }
            (None, None) => {}
        }
    }

    /// Ends that.
    pub fn mend_store(&self, config: &StorageConfig) {
        match (&self.server, away(config)) {
            (Some(server), _) => server.set_broken(false),
            (None, Some((root, away))) => {
                fs::remove_file(&root).expect("the file in the place of the directory");
                fs::rename(away, root).expect("the directory of the store can be moved back");
            }
            (None, None) => {}
        }
    }
}

fn away(config: &StorageConfig) -> Option<(PathBuf, PathBuf)> {
    let root = config.root.as_ref()?;
    Some((PathBuf::from(root), PathBuf::from(format!("{root}-away"))))
}

/// The value of a call that has to succeed.
pub fn done<T>(call: &str, result: Result<T, StorageError>) -> Result<T, Violation> {
    result.map_err(|error| Violation::new(format!("`{call}` has to succeed, and gave: {error}")))
}

/// A violation unless a condition holds.
pub fn demand(holds: bool, text: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation::new(text())) }
}

/// The data of an object, or nothing if there is none.
pub fn data<B: Backend>(backend: &B, key: &str) -> Result<Option<Vec<u8>>, Violation> {
    match backend.get(key) {
        Ok(object) => Ok(Some(object.data.to_vec())),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(Violation::new(format!("`get` of {key:?} gives: {error}"))),
    }
}

/// The keys of a list.
pub fn keys<B: Backend>(backend: &B, prefix: &str) -> Result<Vec<String>, Violation> {
    let entries = done("list", backend.list(prefix))?;
    Ok(entries.into_iter().map(|entry| entry.key).collect())
}
