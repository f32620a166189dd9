//! A workspace of the tiny machine in a temporary folder, with a runtime that compiles.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::copy;

/// The workspace; deleted when it is dropped.
pub struct Workspace {
    folder: tempfile::TempDir,
    /// Its root. There is a blank in its name: nothing may stumble over that.
    pub root: PathBuf,
}

/// What a command left.
pub struct Ran {
    /// Whether it succeeded.
    pub success: bool,
    /// What it wrote to standard output.
    pub output: String,
    /// What it wrote to standard error.
    pub errors: String,
}

impl Ran {
    /// Standard error from a line on that begins with `start`.
    pub fn errors_from(&self, start: &str) -> &str {
        let at = self.errors.match_indices(start).map(|(at, _)| at);
        let begins = |at: &usize| *at == 0 || self.errors.as_bytes()[at - 1] == b'\n';
        at.into_iter().find(begins).map_or("", |at| &self.errors[at..])
    }

    /// Itself, if it succeeded.
    #[track_caller]
    pub fn succeeded(self) -> Ran {
        assert!(self.success, "{}{}", self.output, self.errors);
        self
    }
}

impl Workspace {
    /// The tiny machine, not generated yet.
    pub fn new() -> Workspace {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join("a workspace");
        for base in ["tiny-machine", "tiny-workspace"] {
            let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bases").join(base);
            copy(&base, &root);
        }
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../build.ninja.tmpl");
        fs::copy(template, root.join("build.ninja.tmpl")).expect("the template can be copied");
        Workspace { folder, root }
    }

    /// Changes a text that stands in a file once.
    pub fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).expect("the file can be read");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        fs::write(&path, text.replacen(from, to, 1)).expect("the file can be written");
        self
    }

    /// Adds to a file.
    pub fn append(&self, file: &str, text: &str) -> &Self {
        let path = self.root.join(file);
        let before = fs::read_to_string(&path).expect("the file can be read");
        fs::write(&path, before + text).expect("the file can be written");
        self
    }

    /// A command in the workspace that doesn't see what cargo says to the tests.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            // Of its own: cargo tells workspaces apart by nothing but their place, and files by their time.
            .env("CARGO_TARGET_DIR", self.target())
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET");
        command
    }

    /// Runs lathe.
    pub fn lathe(&self, arguments: &[&str]) -> Ran {
        run(self.command(env!("CARGO_BIN_EXE_lathe")).args(arguments))
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> PathBuf {
        self.folder.path().join("target")
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output = command.output().expect("the command can be started");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran {
        success: output.status.success(),
        output: text(output.stdout),
        errors: text(output.stderr),
    }
}

/// Whether the compiler makes code for this machine unless told otherwise; says so where the test is left out.
pub fn is_host(triple: &str) -> bool {
    let version = run(Command::new("rustc").arg("-vV")).output;
    let is_host = version.lines().any(|line| line.strip_prefix("host: ") == Some(triple));
    if !is_host {
        left_out("host", &format!("the host isn't {triple}"));
    }
    is_host
}

/// Holds a text against `tests/all/build/<name>.txt`; with `UPDATE_EXPECT=1` in the environment, it becomes that.
#[track_caller]
pub fn expect(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/all/build/{name}.txt"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, found).expect("the expectation can be written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let difference = lathe::report::lines::plain(&expected, found, ["expected", "found"], 3);
    assert!(expected == found, "{difference}");
}

/// Says that a test is left out. `LATHE_REQUIRE=ninja,browser,host` names what has to be there: then it is a failure.
pub fn left_out(what: &str, why: &str) {
    let required = std::env::var("LATHE_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name == what),
        "LATHE_REQUIRE names `{what}`, but {why}"
    );
    eprintln!("skipped: {why}");
}
