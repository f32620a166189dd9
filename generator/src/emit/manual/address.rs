//! Writes destinations as addresses relative to a page, so that the manual works wherever its folder lies, also without a server.

use super::page::Destination;

/// One form in which the manual is emitted.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its folder, root-relative: `generated/manual/html`.
    pub folder: &'static str,
    /// The extension of its pages.
    pub extension: &'static str,
    /// What the first page of a folder is called; pages call it `index`.
    pub index: &'static str,
}

/// For browsers.
pub const HTML: Form = Form {
    folder: "generated/manual/html",
    extension: "html",
    index: "index",
};

/// For editors, terminals, and hosts of repositories, which show the file `README.md` of a folder.
pub const MARKDOWN: Form = Form {
    folder: "generated/manual/markdown",
    extension: "md",
    index: "README",
};

impl Form {
    /// The file of a page, below the folder of the form.
    pub fn file(&self, page: &str) -> String {
        let (folder, name) = match page.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), page),
        };
        let name = if name == "index" { self.index } else { name };
        format!("{folder}{name}.{}", self.extension)
    }

    /// The address of a destination on a page.
    pub fn address(&self, page: &str, to: &Destination) -> String {
        match to {
            Destination::Page { path, anchor } => {
                let mut address = match anchor {
                    Some(_) if path == page => String::new(),
                    _ => encoded(&relative(page, &self.file(path))),
                };
                if let Some(anchor) = anchor {
                    address.push('#');
                    address.push_str(&encoded(anchor));
                }
                address
            }
            Destination::File(path) => encoded(&relative(&format!("{}/{page}", self.folder), path)),
            Destination::Web(address) => address.replace(' ', "%20"),
        }
    }
}

/// The way from one file to another: `../types.html`.
pub fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len() - 1;
    let shared = from[..folders]
        .iter()
        .zip(&to)
        .take_while(|(a, b)| a == b)
        .count()
        .min(to.len() - 1);
    let mut way = "../".repeat(folders - shared);
    way.push_str(&to[shared..].join("/"));
    way
}

/// A path as a part of an address: what isn't plain is written as `%20`.
fn encoded(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    if path.as_bytes().iter().all(plain) {
        return path.to_owned();
    }
    let mut text = String::with_capacity(path.len());
    for byte in path.as_bytes() {
        if plain(byte) {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_up_and_down() {
        assert_eq!(relative("index", "style.css"), "style.css");
        assert_eq!(relative("sets/raya/op/iadd", "sets/raya/types.html"), "../types.html");
        assert_eq!(relative("sets/raya/op/iadd", "sets/raya/op/isub.html"), "isub.html");
        assert_eq!(relative("a/b", "a/b/c.html"), "b/c.html");
        assert_eq!(relative("targets/index", "index.html"), "../index.html");
    }

    #[test]
    fn addresses_are_encoded() {
        let to = Destination::File("spec/raya set/a#b.toml".to_owned());
        assert_eq!(HTML.address("index", &to), "../../../spec/raya%20set/a%23b.toml");
        let to = Destination::section("index", "One more");
        assert_eq!(HTML.address("index", &to), "#one-more");
        assert_eq!(MARKDOWN.address("a/index", &to), "../README.md#one-more");
    }
}
