//! Looks at the disk without following links and without trusting what is found there.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::FOLDER;
use crate::emit::tree::MARKER;

/// The longest first line that is searched for the marker.
const FIRST_LINE: u64 = 4096;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing, or a parent is missing.
    Nothing,
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, socket or device, which mustn't even be opened.
    Special,
}

impl Kind {
    /// In words, with the article.
    pub fn describe(self) -> &'static str {
        match self {
            Kind::Nothing => "nothing",
            Kind::File => "a file",
            Kind::Directory => "a directory",
            Kind::Link => "a symbolic link",
            Kind::Special => "a pipe, socket or device",
        }
    }
}

/// What stands at a path, links not followed.
pub fn kind(path: &Path) -> io::Result<Kind> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => {
            let kind = metadata.file_type();
            Ok(match () {
                () if kind.is_symlink() => Kind::Link,
                () if kind.is_file() => Kind::File,
                () if kind.is_dir() => Kind::Directory,
                () => Kind::Special,
            })
        }
        Err(error) if is_absence(&error) => Ok(Kind::Nothing),
        Err(error) => Err(error),
    }
}

/// Whether an error says that there is nothing at a path (a parent that is a file counts).
pub fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a root-relative path may be an output: below the folder that lathe owns, in plain components, not lathe's own bookkeeping.
/// Paths from manifests and journals pass through here too, since anyone may have edited those.
pub fn is_output_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    !rest.starts_with(".lathe-")
        && !path.contains(['\\', '\0', ':'])
        && rest.split('/').all(|component| !matches!(component, "" | "." | ".."))
}

/// Whether the first line of a text carries the ownership marker.
pub fn is_marked(text: &[u8]) -> bool {
    let end = text.len().min(FIRST_LINE as usize);
    let line = text[..end].split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.windows(MARKER.len()).any(|window| window == MARKER.as_bytes())
}

/// Whether lathe may replace or delete a regular file: its first line carries the marker, or it is empty, so that nothing can be lost.
pub fn is_owned(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(FIRST_LINE).read_to_end(&mut start)?;
    Ok(start.is_empty() || is_marked(&start))
}

/// Whether lathe may put a file of its own at a path: nothing stands there, or a regular file that is lathe's.
///
/// # Errors
///
/// When what stands there can't be looked at.
pub fn is_replaceable(path: &Path) -> io::Result<bool> {
    match kind(path)? {
        Kind::Nothing => Ok(true),
        Kind::File => is_owned(path),
        Kind::Directory | Kind::Link | Kind::Special => Ok(false),
    }
}

/// Puts a text at a path as a whole or not at all, with the permissions of the file that stood there.
pub fn replace(place: &Path, text: &str) -> io::Result<()> {
    let staged = stage(place.parent().unwrap_or(place), text)?;
    match fs::metadata(place) {
        Ok(before) => staged.as_file().set_permissions(before.permissions())?,
        Err(error) if is_absence(&error) => {}
        Err(error) => return Err(error),
    }
    staged.as_file().sync_all()?;
    staged.persist(place)?;
    Ok(())
}

/// Puts a text beside where it belongs, under a name that is never read as a spec because it begins with a dot.
pub fn stage(folder: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lathe-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As open to others as files are that are made without more ado; a temporary one would be its owner's alone.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut staged = builder.tempfile_in(folder)?;
    staged.write_all(text.as_bytes())?;
    Ok(staged)
}

/// The hash of a regular file, read piece by piece.
pub fn hash_file(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// The hash of a text.
pub fn hash(text: &[u8]) -> String {
    blake3::hash(text).to_hex().to_string()
}

/// Whether a regular file holds exactly a text. Its length is compared first, so that an absurdly long one isn't read.
pub fn holds(path: &Path, text: &str) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != text.len() as u64 {
        return Ok(false);
    }
    let mut found = Vec::with_capacity(text.len());
    file.read_to_end(&mut found)?;
    Ok(found == text.as_bytes())
}

/// The root-relative paths of the folders above an output, outermost first: `generated`, `generated/raya`, …
pub fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The place of a root-relative path on this machine.
pub fn locate(root: &Path, path: &str) -> PathBuf {
    path.split('/')
        .fold(root.to_path_buf(), |place, component| place.join(component))
}
