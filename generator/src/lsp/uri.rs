//! File URIs and paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a file URI; `None` for any other.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host may stand before the path; only this machine can be meant.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if !path.starts_with('/') {
        return None;
    }
    let decoded = decode(path)?;
    // `/C:/folder` on Windows.
    let mut letters = decoded.chars().skip(1);
    let is_drive =
        cfg!(windows) && letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':');
    Some(PathBuf::from(if is_drive { &decoded[1..] } else { decoded.as_str() }))
}

/// The URI of a path.
pub fn from_path(path: &Path) -> Option<Uri> {
    let text = path.to_str()?.replace('\\', "/");
    let mut uri = String::from("file://");
    if !text.starts_with('/') {
        uri.push('/');
    }
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    Uri::from_str(&uri).ok()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    // No path has a zero byte.
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for path in ["/a/b.toml", "/with space/ä/%41.toml", "/a:b/c#d?e"] {
            let uri = from_path(Path::new(path)).expect("it has a URI");
            assert_eq!(to_path(uri.as_str()), Some(PathBuf::from(path)), "{}", uri.as_str());
        }
        let drive = if cfg!(windows) { "C:/x.toml" } else { "/C:/x.toml" };
        assert_eq!(to_path("file:///C%3A/x.toml"), Some(PathBuf::from(drive)));
        assert_eq!(to_path("file://localhost/x"), Some(PathBuf::from("/x")));
        for none in [
            "untitled:Untitled-1",
            "file://host",
            "file:///a%",
            "file:///a%zz",
            "file:///a%00",
            "file:///%ff",
            "",
        ] {
            assert_eq!(to_path(none), None, "{none}");
        }
    }
}
