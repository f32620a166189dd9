//! Laws on what a key is.

use abi_facts::storage::{Backend, StorageError, StorageMetadata};
use fastrand::Rng;

use super::fixture::{Fixture, SECRET, data, demand, done, keys};
use crate::{Law, Violation};

/// What isn't a key is refused by every call, and nothing is written anywhere.
pub fn hostile_keys<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    done("put", backend.put("good", b"good"))?;
    let mut random = Rng::with_seed(law.seed);
    for key in corpus(law.cases, &mut random) {
        let metadata = StorageMetadata::default();
        let results = [
            ("put", backend.put(&key, b"bad")),
            ("put_with_metadata", backend.put_with_metadata(&key, b"bad", &metadata)),
            ("get", backend.get(&key).map(drop)),
            ("head", backend.head(&key).map(drop)),
            ("exists", backend.exists(&key).map(drop)),
            ("delete", backend.delete(&key).map(drop)),
            ("copy from", backend.copy(&key, "good").map(drop)),
            ("copy to", backend.copy("good", &key).map(drop)),
        ];
        for (call, result) in results {
            // A backend without metadata may say that first.
            let refused = match result {
                Err(StorageError::InvalidKey { .. }) => true,
                Err(StorageError::Unsupported { .. }) => call == "put_with_metadata",
                _ => false,
            };
            let shown: String = key.chars().take(80).collect();
            demand(refused, || format!("`{call}` of {shown:?} gives {result:?}"))?;
        }
        if let Some(trespass) = fixture.trespass() {
            return Err(Violation::new(format!("after calls with {key:?}: {trespass}")));
        }
    }
    let left = keys(&backend, "")?;
    demand(left == ["good"], || format!("{left:?} is there; only `good` was put"))?;
    demand(data(&backend, "good")?.as_deref() == Some(b"good"), || {
        "the object that was there has changed".to_owned()
    })
}

fn corpus(random_keys: u32, random: &mut Rng) -> Vec<String> {
    let mut corpus: Vec<String> = [
        "",
        "/",
        "//",
        ".",
        "..",
        "../secret",
        "../../etc/passwd",
        "a/../../secret",
        "a/..",
        "a/../b",
        "./a",
        "a/.",
        "a/./b",
        "/a",
        "/etc/passwd",
        "//server/share",
        "a/",
        "a//b",
        "\\",
        "..\\secret",
        "a\\..\\..\\secret",
        "\\\\server\\share",
        "C:\\a",
        "C:/a",
        "c:",
        "a:b",
        "file:///etc/passwd",
        "%2e%2e/secret",
        "%2E%2E%2Fsecret",
        "..%2fsecret",
        "a/%2e%2e/b",
        "%252e%252e%252f",
        "%00",
        "..%c0%af",
        "a\0b",
        "\0",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "\u{7f}",
        "\u{85}",
        "a\u{1b}[2J",
        "...",
        ".. ",
        " ..",
        "../ ",
        "a ",
        " a",
        "a/ /b",
        "a.",
        "a./b",
        "a#1",
        "#",
        "a?b",
        "a*",
        "a\"b",
        "<a>",
        "a|b",
        "NUL",
        "nul.txt",
        "a/CON/b",
        "aux",
        "com1",
        "LPT9.log",
        "COM0",
        "Prn .x",
    ]
    .map(str::to_owned)
    .to_vec();
    corpus.extend([
        "x".repeat(201),
        format!("{}y", "x/".repeat(512)),
        "../".repeat(1_000),
        "x".repeat(1 << 20),
        "/".repeat(3_000),
    ]);
    // Pieces that are harmless alone, put together so that one bad one is among them.
    for _ in 0..random_keys {
        let mut key = String::new();
        for _ in 0..random.usize(..4) {
            key.push_str(random.choice(["a", "b.c", "a/", "é", "-"]).unwrap_or("a"));
        }
        key.push_str(
            random
                .choice(["/../", "\\", "\0", "%2e", "//", ":", "/./", "#", "\n"])
                .unwrap_or("\\"),
        );
        key.push_str(random.choice(["", "a", "secret", "b/c"]).unwrap_or(""));
        corpus.push(key);
    }
    corpus
}

/// Keys that look dangerous and aren't.
pub fn odd_keys<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    let mut odd: Vec<String> = [
        "...a",
        "..a/b",
        "a..b",
        ".hidden",
        "a/.hidden",
        "-rf",
        "~",
        "$HOME",
        "a b",
        "a  b",
        "a=b&c",
        "a+b",
        "'a'",
        "(a)",
        "[a]{b}",
        "a;b",
        "a,b",
        "@",
        "!",
        "^`",
        "ä",
        "日本/語",
        "👩‍👩‍👧",
        "\u{feff}x",
        "ΣΑΣ",
        "com",
        "com10",
        "console",
        "nulls",
        "lpt",
        "1",
        "0/0/0/0",
    ]
    .map(str::to_owned)
    .to_vec();
    odd.push("s".repeat(200.min(fixture.longest_key())));
    odd.push(format!("{}y", "x/".repeat(fixture.longest_key() / 2 - 1)));
    for key in &odd {
        done(&format!("put of {key:?}"), backend.put(key, key.as_bytes()))?;
    }
    odd.sort();
    let listed = keys(&backend, "")?;
    demand(listed == odd, || format!("{odd:?} were put, and {listed:?} is listed"))?;
    for key in &odd {
        let got = data(&backend, key)?;
        demand(got.as_deref() == Some(key.as_bytes()), || {
            format!("`get` of {key:?} gives {got:?}")
        })?;
        let copy = format!("copies/{}", key.len());
        done(&format!("copy of {key:?}"), backend.copy(key, &copy))?;
        let (was, still) = (done("delete", backend.delete(key))?, done("exists", backend.exists(key))?);
        demand(was && !still, || {
            format!("`delete` of {key:?} gives {was}, and `exists` then {still}")
        })?;
    }
    fixture.trespass().map_or(Ok(()), |trespass| Err(Violation::new(trespass)))
}

/// No call follows a symbolic link.
pub fn symbolic_links<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = fixture.config();
    let backend = fixture.open_with::<B>(&config)?;
    done("put", backend.put("good/one", b"good"))?;
    let Some(root) = config.root.as_deref().map(std::path::Path::new) else {
        return Err(Violation::new("the fixture has no directory"));
    };
    let outside = root.parent().unwrap_or(root);
    let links = [
        ("file", outside.join("secret")),
        ("up", outside.to_owned()),
        ("loop", root.to_owned()),
        ("inside", root.join("good")),
    ];
    for (name, target) in &links {
        link(target, &root.join(name));
    }
    link(&outside.join("none"), &root.join("good/dangling"));
    for key in [
        "file",
        "up",
        "up/secret",
        "up/new",
        "loop/good/one",
        "loop/new",
        "inside/one",
        "inside/new",
        "good/dangling",
    ] {
        let results = [
            ("put", backend.put(key, b"bad")),
            ("get", backend.get(key).map(drop)),
            ("head", backend.head(key).map(drop)),
            ("exists", backend.exists(key).map(drop)),
            ("delete", backend.delete(key).map(drop)),
            ("copy from", backend.copy(key, "good/two").map(drop)),
            ("copy to", backend.copy("good/one", key).map(drop)),
        ];
        for (call, result) in results {
            demand(matches!(result, Err(StorageError::InvalidKey { .. })), || {
                format!("`{call}` of `{key}` by a link gives {result:?}")
            })?;
        }
        if let Some(trespass) = fixture.trespass() {
            return Err(Violation::new(format!("by `{key}`: {trespass}")));
        }
    }
    for (prefix, expected) in [
        ("", vec!["good/one"]),
        ("up/", vec![]),
        ("loop/good/", vec![]),
        ("inside/", vec![]),
        ("f", vec![]),
    ] {
        let listed = keys(&backend, prefix)?;
        demand(listed == expected, || {
            format!("`list` of {prefix:?} gives {listed:?} by links; {expected:?} was expected")
        })?;
    }
    let secret = std::fs::read_to_string(outside.join("secret")).unwrap_or_default();
    demand(secret == SECRET, || "the file outside has changed".to_owned())
}

#[cfg(unix)]
fn link(target: &std::path::Path, name: &std::path::Path) {
    std::os::unix::fs::symlink(target, name).expect("a symbolic link in the directory of the store");
}

#[cfg(not(unix))]
fn link(_target: &std::path::Path, _name: &std::path::Path) {
    // Making one needs a privilege elsewhere; the law then holds of nothing.
}

/// `a` and `a/b`: both, or the first and an error.
pub fn conflicting_keys<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for (first, second) in [("a", "a/b"), ("a/b", "a"), ("a/b/c/d", "a/b"), ("a", "a/b/c")] {
        for copies in [false, true] {
            let backend = fixture.open::<B>()?;
            done("put", backend.put("source", b"second"))?;
            done("put", backend.put(first, b"first"))?;
            let result = if copies {
                backend.copy("source", second)
            } else {
                backend.put(second, b"second")
            };
            let expected = match &result {
                Ok(()) => Some(&b"second"[..]),
                Err(StorageError::Conflict { .. } | StorageError::Failed { .. }) => None,
                Err(error) => return Err(Violation::new(format!("`{second}` beside `{first}` gives {error}"))),
            };
            let (one, two) = (
                data(&backend, first)?,
                backend.get(second).map(|object| object.data.to_vec()).ok(),
            );
            demand(one.as_deref() == Some(b"first"), || {
                format!("after `{second}`, which gave {result:?}, `{first}` is {one:?}")
            })?;
            demand(two.as_deref() == expected, || {
                format!("`{second}` gave {result:?} beside `{first}`, and is {two:?}")
            })?;
            let mut there = vec![first, "source"];
            there.extend(expected.map(|_| second));
            there.sort_unstable();
            let listed = keys(&backend, "")?;
            demand(listed == there, || {
                format!("`{second}` gave {result:?} beside `{first}`, and {listed:?} is listed")
            })?;
            // What was in the way goes with its object. The server that stands in for S3 keeps empty directories, though.
            done("delete", backend.delete(first))?;
            if !fixture.has_server() {
                done("put where nothing is in the way any more", backend.put(second, b"again"))?;
            }
        }
    }
    Ok(())
}

/// `a` and `a/b` are two objects.
pub fn flat_keys<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    let all = ["a", "a/b", "a/b/c", "a/b/c/d"];
    for key in all {
        done("put", backend.put(key, key.as_bytes()))?;
    }
    let listed = keys(&backend, "a")?;
    demand(listed == all, || format!("{all:?} were put, and {listed:?} is listed"))?;
    done("delete", backend.delete("a/b"))?;
    for key in all {
        let (got, expected) = (data(&backend, key)?, (key != "a/b").then(|| key.as_bytes().to_vec()));
        demand(got == expected, || format!("after deleting `a/b`, `{key}` is {got:?}"))?;
    }
    Ok(())
}
