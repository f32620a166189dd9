//! The emitted manual: every link leads somewhere, every page is well-formed, and nothing in a spec can break out of its text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::copy;
use lathe::emit::Tree;
use lathe::pipeline::{self, Options};
use pulldown_cmark::{Event, Options as Markdown, Parser, Tag, TagEnd};

fn emit(root: &Path) -> Tree {
    let mut loaded = pipeline::load(root, &Options::default());
    pipeline::check(&mut loaded);
    let errors: Vec<&str> = loaded
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert!(!loaded.diagnostics.has_errors(), "{errors:#?}");
    pipeline::emit(&loaded).expect("emitters have no faults")
}

fn repository() -> PathBuf {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    parent.expect("the generator has a parent").to_path_buf()
}

fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bases/tiny-machine")
}

/// A page: where its links lead, and what can be linked to on it.
#[derive(Default)]
struct Seen {
    links: Vec<String>,
    anchors: BTreeSet<String>,
}

/// A tag of HTML: its name, whether it closes, and its attributes.
struct HtmlTag<'a> {
    name: &'a str,
    closes: bool,
    attributes: Vec<(&'a str, String)>,
}

/// The tags of a page as lathe writes them: attributes in double quotes, `<` nowhere else.
fn tags(text: &str) -> Vec<HtmlTag<'_>> {
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with('!') {
            continue;
        }
        // An attribute may hold a `>`.
        let mut quoted = false;
        let end = rest.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '>' && !quoted
        });
        let (inner, after) = rest.split_at(end.expect("every tag ends").0);
        rest = &after[1..];
        let closes = inner.starts_with('/');
        let inner = inner.trim_start_matches('/');
        let (name, mut given) = inner.split_once(' ').unwrap_or((inner, ""));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "`{name}` is no tag: {inner}");
        let mut attributes = Vec::new();
        while let Some((attribute, value)) = given.split_once("=\"") {
            let (value, after) = value.split_once('"').expect("every value ends");
            let bare = attribute.trim().rsplit(' ').next().unwrap_or_default();
            attributes.push((bare, unescaped(value)));
            given = after;
        }
        tags.push(HtmlTag {
            name,
            closes,
            attributes,
        });
    }
    tags
}

fn unescaped(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
    text.replace("&amp;", "&")
}

/// Reads a page of HTML; its tags must be balanced and its ids unique.
fn html(path: &str, text: &str) -> Seen {
    let mut seen = Seen::default();
    let mut open: Vec<&str> = Vec::new();
    let (_, body) = text.split_once("<!doctype html>").expect("a page states its type");
    for tag in tags(body) {
        if tag.closes {
            assert_eq!(open.pop(), Some(tag.name), "{path}: `</{}>` closes another element", tag.name);
            continue;
        }
        if !matches!(tag.name, "meta" | "link" | "input" | "wbr" | "br") {
            open.push(tag.name);
        }
        for (attribute, value) in tag.attributes {
            match attribute {
                "href" | "src" => seen.links.push(value),
                "id" => assert!(seen.anchors.insert(value.clone()), "{path} has the id `{value}` twice"),
                "aria-controls" => assert_eq!(value, "results"),
                name => assert!(!name.starts_with("on"), "{path}: the attribute `{name}`"),
            }
        }
    }
    assert_eq!(open, [""; 0], "{path} leaves elements open");
    seen
}

/// Reads a page of Markdown; none of it may be HTML but for the marker.
fn markdown(path: &str, text: &str) -> Seen {
    let mut seen = Seen::default();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Markdown::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => seen.links.push(dest_url.into_string()),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let text = heading.take().unwrap_or_default().to_lowercase();
                let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
                let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
                let taken = (1..).map(|count| format!("{slug}-{count}"));
                let slug = std::iter::once(slug.clone())
                    .chain(taken)
                    .find(|slug| !seen.anchors.contains(slug));
                seen.anchors.extend(slug);
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Html(text) | Event::InlineHtml(text) => {
                assert!(text.starts_with("<!-- @generated"), "{path} holds HTML: {text}");
            }
            _ => {}
        }
    }
    seen
}

/// Resolves a relative address.
fn resolved(page: &str, address: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "`{address}` on {page} leaves the workspace"),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().expect("two digits"), rest.next().expect("two digits")];
            let digits = std::str::from_utf8(&digits).expect("digits are ASCII");
            bytes.push(u8::from_str_radix(digits, 16).expect("two digits follow the sign"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("addresses are UTF-8")
}

/// The pages of a tree, read.
fn pages(tree: &Tree) -> BTreeMap<&str, Seen> {
    let in_manual = tree.files().iter().filter(|(path, _)| path.starts_with("generated/manual/"));
    let read = in_manual.filter_map(|(path, file)| match path.rsplit('.').next() {
        Some("html") => Some((path.as_str(), html(path, &file.text))),
        Some("md") => Some((path.as_str(), markdown(path, &file.text))),
        _ => None,
    });
    read.collect()
}

/// What is wrong with the links of the manual in a tree.
fn broken(tree: &Tree, root: &Path) -> Vec<String> {
    let pages = pages(tree);
    assert!(pages.len() > 20, "there is a manual");
    let mut broken = Vec::new();
    for (page, seen) in &pages {
        for link in &seen.links {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (address, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match address {
                "" => (*page).to_owned(),
                address => resolved(page, &decoded(address)),
            };
            let exists = match pages.get(target.as_str()) {
                Some(to) => anchor.is_empty() || to.anchors.contains(&decoded(anchor)),
                None => anchor.is_empty() && (tree.files().contains_key(&target) || root.join(&target).exists()),
            };
            if !exists {
                broken.push(format!("{page}: `{link}`"));
            }
        }
    }
    broken
}

#[test]
fn every_link_leads_somewhere() {
    let examples = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("there are examples");
    let examples = examples.map(|entry| entry.expect("the examples can be read").path());
    for root in examples.filter(|path| path.is_dir()).chain([repository(), tiny()]) {
        assert_eq!(broken(&emit(&root), &root), [""; 0], "{}", root.display());
    }
}

#[test]
fn a_broken_link_is_found() {
    let mut tree = emit(&tiny());
    let before = broken(&tree, &tiny());
    let page = "<p><a href=\"sets/tiny/op/iad.html\">x</a> <a href=\"index.html#nowhere\">y</a></p>";
    tree.add("generated/manual/html/x.html", &format!("<!doctype html>{page}"), &[])
        .expect("the path is free");
    assert_eq!(broken(&tree, &tiny()).len(), before.len() + 2);
}

#[test]
fn every_page_exists_in_both_forms() {
    let tree = emit(&repository());
    let pages = |form: &str, extension: &str| -> BTreeSet<String> {
        let folder = format!("generated/manual/{form}/");
        let files = tree
            .files()
            .keys()
            .filter_map(|path| path.strip_prefix(&folder)?.strip_suffix(extension));
        files.map(|page| page.replace("README", "index")).collect()
    };
    let html = pages("html", ".html");
    assert_eq!(html, pages("markdown", ".md"));
    for page in [
        "index",
        "sets/raya/op/iadd",
        "sets/raya/module-file",
        "targets/x86_64",
        "features/index",
        "diagnostics/L02",
    ] {
        assert!(html.contains(page), "{page}");
    }
}

/// Each op says which test runs its examples; that test must be there.
#[test]
fn the_tests_that_pages_name_exist() {
    let tree = emit(&repository());
    let mut found = 0;
    for (path, file) in tree.files() {
        if !path.starts_with("generated/manual/markdown/sets/raya/op/") {
            continue;
        }
        for (before, in_test) in [("The emitted test `", "` in [`")].iter().flat_map(|(before, between)| {
            file.text
                .match_indices(before)
                .map(move |(at, _)| (file.text[at + before.len()..].to_owned(), between))
        }) {
            let (test, rest) = before.split_once(in_test).expect("a test and its file");
            let (target, _) = rest.split_once('`').expect("the file ends");
            let (_, name) = test.split_once("::").expect("a test stands in a module");
            let text = &tree
                .files()
                .get(target)
                .unwrap_or_else(|| panic!("{path} names `{target}`"))
                .text;
            assert!(
                text.contains(&format!("fn {name}()")),
                "{path} names `{test}`, which isn't in `{target}`"
            );
            found += 1;
        }
    }
    assert!(found > 150, "only {found} tests are named");
}

/// A copy of the tiny machine after an edit of one of its files.
fn edited(file: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&tiny(), folder.path());
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).expect("the file is part of the base");
    assert!(text.contains(from), "{file} holds `{from}`");
    fs::write(path, text.replacen(from, to, 1)).expect("a temporary file");
    folder
}

#[test]
fn text_of_specs_stays_text() {
    let doc = r#"doc = "Adds; </p><script>alert(1)</script> [x](javascript:alert(2)) | `a | b` <img src=x onerror=y> & \"q\".""#;
    let root = edited("spec/tiny/ops.toml", "doc = \"Adds; wraps at 32 bits.\"", doc);
    let tree = emit(root.path());
    assert_eq!(broken(&tree, root.path()), [""; 0]);
    for (path, file) in tree.files().iter().filter(|(path, _)| path.starts_with("generated/manual/")) {
        let text = &file.text;
        // Pages of Markdown were read when their links were; they may hold it behind a backslash.
        if path.ends_with(".html") {
            assert!(!text.contains("<script>") && !text.contains("<img"), "{path}");
        }
        assert!(!text.contains("](javascript:"), "{path}");
    }
    let page = &tree.files()["generated/manual/html/sets/tiny/op/iadd.html"].text;
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt; x | <code>a | b</code> &lt;img"),
        "{page}"
    );
}

#[test]
fn there_is_no_page_for_what_a_set_lacks() {
    let tree = emit(&tiny());
    let page = |name: &str| tree.files().get(&format!("generated/manual/html/sets/tiny/{name}.html"));
    assert!(page("traps").is_some());
    let waiting = page("waiting").expect("the page says that nothing waits");
    assert!(waiting.text.contains("None: the behaviour of every op is built."));
    let features_alone = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(features_alone.path().join("spec")).expect("a temporary folder");
    let text = "kind = \"feature\"\n\n[feature.a]\ndoc = \"An `a`.\"\ndefault = true\n";
    fs::write(features_alone.path().join("spec/a.toml"), text).expect("a temporary file");
    let tree = emit(features_alone.path());
    assert_eq!(broken(&tree, features_alone.path()), [""; 0]);
    assert!(tree.files().contains_key("generated/manual/html/features/index.html"));
    assert!(
        !tree
            .files()
            .keys()
            .any(|path| path.contains("/sets/") || path.contains("/targets/"))
    );
}
