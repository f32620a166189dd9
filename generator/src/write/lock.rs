//! Keeps two runs from writing at once.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::FOLDER;
use super::disk::{self, Kind};

/// The root-relative path of the lock file. It stays; what counts is the lock on it, which ends with the process.
const PATH: &str = "generated/.lathe-lock";

/// Holds the lock while it lives.
#[derive(Debug)]
pub struct Lock {
    /// Closing the file gives the lock back.
    _file: Option<File>,
}

/// Waits until no other run reads or writes outputs. `wait` is told once when another run is in the way.
///
/// # Errors
///
/// When the lock file can't be made.
pub fn lock_for_writing(root: &Path, wait: &mut dyn FnMut()) -> io::Result<Lock> {
    // Where the folder can't be one, the comparison says so, and nothing else can be writing there.
    if !matches!(disk::kind(&root.join(FOLDER))?, Kind::Nothing | Kind::Directory) {
        return Ok(Lock { _file: None });
    }
    std::fs::create_dir_all(root.join(FOLDER))?;
    match disk::kind(&root.join(PATH))? {
        Kind::Nothing | Kind::File => {}
        kind => return Err(io::Error::other(format!("{} stands there", kind.describe()))),
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(root.join(PATH))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            wait();
            file.lock()?;
        }
        // A file system without locks: the journal still keeps the tree whole.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(Lock { _file: Some(file) })
}

/// Waits until no other run writes outputs. Creates nothing: without a lock file nobody is writing.
///
/// # Errors
///
/// When the lock can't be taken.
pub fn lock_for_reading(root: &Path, wait: &mut dyn FnMut()) -> io::Result<Lock> {
    let path = root.join(PATH);
    if !disk::kind(&path).is_ok_and(|kind| kind == Kind::File) {
        return Ok(Lock { _file: None });
    }
    let Ok(file) = File::open(path) else {
        return Ok(Lock { _file: None });
    };
    match file.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            wait();
            file.lock_shared()?;
        }
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(Lock { _file: Some(file) })
}
