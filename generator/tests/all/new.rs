//! `lathe new` makes a workspace that passes everything at once, or nothing at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lathe::new;

fn lathe(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.args(arguments).current_dir(folder);
    offline(&mut command).output().expect("lathe was built with this test")
}

fn cargo(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(folder);
    offline(&mut command).output().expect("cargo can be started")
}

/// Held by a test that builds: cargo guards the shared folder for artefacts only while it compiles, not while it runs doc tests.
fn builds_alone() -> fs::File {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("new-workspaces.lock");
    let lock = fs::File::create(path).expect("the folder for temporary files is there");
    lock.lock().expect("locks are supported");
    lock
}

/// What the macros depend on is in the registry's folder, since the repository's own workspace depends on it; new workspaces of all tests
/// share what they build.
fn offline(command: &mut Command) -> &mut Command {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("new-workspaces");
    command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", target)
}

#[track_caller]
fn succeeds(what: &str, output: &Output) {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{what}: {}\n{out}\n{err}", output.status);
}

#[test]
fn a_new_workspace_passes_everything_at_once() {
    let _lock = builds_alone();
    let place = tempfile::tempdir().expect("a temporary folder");
    succeeds("lathe new", &lathe(&["new", "demo"], place.path()));
    let root = place.path().join("demo");
    succeeds("lathe generate --check", &lathe(&["generate", "--check"], &root));
    succeeds("lathe build --plan", &lathe(&["build", "--plan"], &root));
    let ran = lathe(&["run"], &root);
    succeeds("lathe run", &ran);
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(told.contains("1 program ran as expected"), "{told}");
    assert!(!told.contains("warning"), "{told}");
    succeeds("cargo test", &cargo(&["test", "--workspace", "--quiet"], &root));
    succeeds(
        "cargo clippy",
        &cargo(
            &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
            &root,
        ),
    );
    for manifest in ["macros/Cargo.toml", "runtime/demo/Cargo.toml"] {
        succeeds(
            "cargo fmt",
            &cargo(&["fmt", "--manifest-path", manifest, "--", "--check"], &root),
        );
    }
}

#[test]
fn a_program_that_prints_something_else_is_noticed() {
    let _lock = builds_alone();
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = place.path().join("other");
    // Another set: tests run side by side, and cargo calls what it makes of packages of one name the same in the shared folder.
    new::create("other", &root).expect("the folder is free");
    fs::write(root.join("spec/other/programs/primes.expected"), "2\n3\n4\n").expect("the file can be written");
    let ran = lathe(&["run"], &root);
    assert_eq!(ran.status.code(), Some(100));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("printed something else than expected"));
}

/// The crate `lathe` of the public registry is somebody else's program, which CI mustn't fetch.
#[test]
fn nothing_installs_lathe_by_its_name_alone() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in ["template", "src", "../docs", "../.ci", "../README.md", "../.github"] {
        let files = walkdir::WalkDir::new(here.join(folder)).into_iter().filter_map(Result::ok);
        for file in files.filter(|file| file.file_type().is_file()) {
            let text = String::from_utf8_lossy(&fs::read(file.path()).expect("it can be read")).into_owned();
            for (line, asked) in text
                .lines()
                .filter_map(|line| Some((line, line.split_once("cargo install ")?.1)))
            {
                let is_named = asked
                    .split(|c: char| !(c.is_alphanumeric() || "-_".contains(c)))
                    .any(|word| word == "lathe");
                let is_placed = asked.contains("--git") || asked.contains("--path");
                assert!(!is_named || is_placed, "{}: {line}", file.path().display());
                seen += usize::from(is_placed);
            }
        }
    }
    assert!(seen >= 2, "{seen} places say how to install lathe");
}

#[cfg(unix)]
#[test]
fn ci_that_does_not_know_where_lathe_is_says_so() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = place.path().join("demo");
    new::create("demo", &root).expect("the folder is free");
    // A cargo that only says what it was asked for.
    let tools = place.path().join("tools");
    fs::create_dir(&tools).expect("it can be made");
    fs::write(tools.join("cargo"), "#!/bin/sh\necho cargo \"$@\"\n").expect("it can be written");
    succeeds(
        "chmod",
        &Command::new("chmod")
            .arg("+x")
            .arg(tools.join("cargo"))
            .output()
            .expect("chmod is there"),
    );
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let install = |variables: &[(&str, &str)]| {
        let mut command = Command::new(root.join(".ci/install-lathe"));
        command
            .env_remove("LATHE_REPOSITORY")
            .env_remove("LATHE_REVISION")
            .env("PATH", &path);
        command.envs(variables.iter().copied()).output().expect("bash is there")
    };
    for variables in [&[][..], &[("LATHE_REPOSITORY", "r")], &[("LATHE_REVISION", "v")]] {
        let output = install(variables);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("problem:") && told.contains("fix: fill in"), "{told}");
        assert!(output.stdout.is_empty(), "nothing is installed");
    }
    let output = install(&[("LATHE_REPOSITORY", "file:///r"), ("LATHE_REVISION", "v")]);
    let asked = String::from_utf8_lossy(&output.stdout);
    assert_eq!(asked.trim(), "cargo install --locked --git file:///r --rev v lathe");
}

/// `build.ninja` is a name that others use, too.
#[test]
fn a_graph_that_somebody_wrote_is_left_alone() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = place.path().join("demo");
    new::create("demo", &root).expect("the folder is free");
    let graph = root.join("build.ninja");
    succeeds("the first plan", &lathe(&["build", "--plan"], &root));
    succeeds("a plan in the place of an older one", &lathe(&["build", "--plan"], &root));
    let own = "rule mine\n  command = true\n";
    fs::write(&graph, own).expect("the file can be written");
    for arguments in [&["build", "--plan"][..], &["build"]] {
        let output = lathe(arguments, &root);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(100), "{told}");
        assert!(
            told.contains("`build.ninja` doesn't carry lathe's marker") && told.contains("fix:"),
            "{told}"
        );
        assert_eq!(fs::read_to_string(&graph).expect("it is still there"), own);
    }
}

#[test]
fn what_is_there_is_left_alone() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let listed = || {
        let mut names: Vec<_> = fs::read_dir(place.path())
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        names
    };
    fs::write(place.path().join("demo"), "mine").expect("the file can be written");
    for (arguments, says) in [
        (vec!["new", "demo"], "exists already"),
        (vec!["new", "Demo"], "can't be the name"),
        (vec!["new", "match"], "keyword"),
        (
            vec!["new", "vm", "--path", "demo/vm"],
            "the folder `demo`, in which the workspace belongs",
        ),
    ] {
        let output = lathe(&arguments, place.path());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(100), "{told}");
        assert!(told.contains(says), "{arguments:?}: {told}");
        assert_eq!(listed(), ["demo"], "{arguments:?}");
    }
    assert_eq!(fs::read(place.path().join("demo")).expect("it is still there"), b"mine");
}

/// What a new workspace has of this repository as it is: the macros, and templates. `UPDATE_EXPECT=1` copies them anew.
#[test]
fn copies_are_those_of_the_repository() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = here.join("../macros");
    let mut pairs = vec![
        (own.join("Cargo.toml"), here.join("template/macros/Cargo.toml.tmpl")),
        (here.join("../build.ninja.tmpl"), here.join("template/build.ninja.tmpl")),
        (here.join("../rustfmt.toml"), here.join("template/rustfmt.toml")),
    ];
    let sources = fs::read_dir(own.join("src")).expect("the macros have sources");
    for source in sources {
        let name = source.expect("an entry").file_name();
        pairs.push((own.join("src").join(&name), here.join("template/macros/src").join(&name)));
    }
    for (from, to) in pairs {
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::copy(&from, &to).expect("the copy can be written");
        }
        let (original, copy) = (fs::read_to_string(&from), fs::read_to_string(&to));
        assert_eq!(
            copy.expect("there is a copy, which src/new/files.rs lists too"),
            original.expect("the original is there"),
            "{} differs from {}; UPDATE_EXPECT=1 copies it",
            to.display(),
            from.display()
        );
    }
}
