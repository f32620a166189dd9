//! Blessing, the rules of releases, and the difference between revisions, in temporary git repositories over `tests/bases/tiny-machine`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::copy;
use tempfile::TempDir;

const OPS: &str = "spec/tiny/ops.toml";
const MODULE: &str = "spec/tiny/module.toml";
const MACHINE: &str = "spec/tiny/machine.toml";
const FEATURES: &str = "spec/features.toml";
const TARGET: &str = "spec/targets/x86_64.toml";

/// A workspace in a git repository of its own.
struct Workspace {
    folder: TempDir,
}

/// What a command printed.
struct Output {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Workspace {
    /// The tiny machine, not in a repository yet.
    fn bare() -> Workspace {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(Path::new("tests/bases/tiny-machine"), folder.path());
        fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").expect("a manifest can be written");
        Workspace { folder }
    }

    /// The tiny machine, committed.
    fn new() -> Workspace {
        let workspace = Workspace::bare();
        workspace.git(&["init", "--quiet", "--initial-branch=main"]);
        workspace.commit("first");
        workspace
    }

    /// The tiny machine, blessed and committed.
    fn released() -> Workspace {
        let workspace = Workspace::new();
        assert_eq!(workspace.lathe(&["bless"]).code, Some(0));
        workspace.commit("release");
        workspace
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=Test",
                "-c",
                "user.email=test@example.invalid",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(self.root())
            .output()
            .expect("git can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self, tag: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", tag]);
        self.git(&["tag", tag]);
    }

    fn lathe_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
        command
            .arg("--root")
            .arg(self.root())
            .args(arguments)
            .current_dir(self.root());
        command
    }

    fn lathe(&self, arguments: &[&str]) -> Output {
        run(self.lathe_command(arguments))
    }

    fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.root().join(file);
        let text = fs::read_to_string(&path).expect("the spec can be read");
        assert_eq!(text.matches(old).count(), 1, "`{old}` stands once in {file}");
        fs::write(&path, text.replacen(old, new, 1)).expect("the spec can be written");
    }

    fn append(&self, file: &str, addition: &str) {
        let path = self.root().join(file);
        let text = fs::read_to_string(&path).expect("the spec can be read");
        fs::write(&path, text + addition).expect("the spec can be written");
    }

    /// Takes an entry away, from its header to the next empty line.
    fn remove(&self, file: &str, header: &str) {
        let path = self.root().join(file);
        let text = fs::read_to_string(&path).expect("the spec can be read");
        let start = text.find(header).expect("the entry stands in the file");
        let end = text[start..].find("\n\n").map_or(text.len(), |at| start + at + 2);
        fs::write(&path, format!("{}{}", &text[..start], &text[end..])).expect("the spec can be written");
    }

    fn blessed(&self) -> String {
        fs::read_to_string(self.root().join("spec/tiny/blessed.toml")).expect("there is a blessed file")
    }

    /// The codes that the checker reports.
    fn codes(&self) -> Vec<String> {
        let output = self.lathe(&["check", "--format", "json"]);
        let mut codes: Vec<String> = objects(&output.stdout)
            .iter()
            .filter_map(|object| object["code"].as_str().map(str::to_owned))
            .collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

fn run(mut command: Command) -> Output {
    let output = command.output().expect("lathe can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("lathe prints UTF-8");
    Output {
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        code: output.status.code(),
    }
}

fn objects(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// A new op in the style of the tiny machine.
const IMUL: &str = "\n[op.imul]\ncode = 0x23\ngroup = \"all\"\ndoc = \"Multiplies; wraps at 32 bits.\"\nsince = 1\n\
    in = [\"a: i32\", \"b: i32\"]\nout = [\"i32\"]\nexpr = \"a.wrapping_mul(b)\"\npure = true\ncommutes = true\n\
    examples = [\"2, 3 -> 6\"]\ngolden = \"23\"\n";

#[test]
fn blessing_records_once_and_changes_no_output() {
    let workspace = Workspace::new();
    assert_eq!(workspace.lathe(&["generate"]).code, Some(0));
    let listed = workspace.lathe(&["list"]).stdout;
    let first = workspace.lathe(&["bless"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(
        first.stderr.contains("spec/tiny/blessed.toml") && first.stderr.contains("spec/blessed.toml"),
        "{}",
        first.stderr
    );
    assert_eq!(
        workspace.lathe(&["generate", "--check"]).code,
        Some(0),
        "outputs don't depend on it"
    );
    assert_eq!(workspace.lathe(&["list"]).stdout, listed);
    assert_eq!(workspace.codes(), [""; 0]);
    let again = workspace.lathe(&["bless"]);
    assert!(again.stderr.contains("Fresh"), "{}", again.stderr);
    let text = workspace.blessed();
    assert!(
        text.contains("\niadd = { code = \"0x20\", in = \"a: i32, b: i32\", out = \"i32\""),
        "{text}"
    );
    assert!(
        text.contains("\nlocal = { fields = { name = \"string (at most 100)\", type = \"type\" } }"),
        "{text}"
    );
}

#[test]
fn an_addition_is_one_line() {
    let workspace = Workspace::released();
    let before = workspace.blessed();
    workspace.append(OPS, IMUL);
    workspace.edit(OPS, "Adds; wraps at 32 bits.", "Adds two numbers; wraps at 32 bits.");
    assert_eq!(workspace.codes(), [""; 0], "additions and docs are fine");
    let blessed = workspace.lathe(&["bless"]);
    assert_eq!(blessed.code, Some(0), "{}", blessed.stderr);
    assert!(blessed.stdout.contains("added op.imul"), "{}", blessed.stdout);
    assert!(!blessed.stdout.contains("iadd"), "docs are not recorded: {}", blessed.stdout);
    let after = workspace.blessed();
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!(before.lines().filter(|line| !after.contains(line)).count(), 0);
}

/// Every kind of breaking change, and the code that refuses it.
const BREAKS: &[(&str, &str, &str, &str)] = &[
    (OPS, "code = 0x20", "code = 0x22", "L1021"),
    (MACHINE, "code = 1\ncatchable", "code = 9\ncatchable", "L1021"),
    (MACHINE, "code = 4\n", "code = 40\n", "L1021"),
    (MODULE, "version = 2", "version = 3", "L1021"),
    (MODULE, "magic = \"TINY\"", "magic = \"TINX\"", "L1021"),
    (OPS, "[op.fadd]\ncode = 0x30", "[op.other]\ncode = 0x30", "L1025"),
    (
        OPS,
        "in = [\"a: f64\", \"b: f64\"]\nout = [\"f64\"]",
        "in = [\"a: f64\", \"b: f64\"]\nout = [\"i32\"]",
        "L1023",
    ),
    (OPS, "operands = [\"value: i32\"]", "operands = [\"number: i32\"]", "L1023"),
    (
        OPS,
        "operands = [\"value: i32\"]",
        "operands = [\"value: i32\", \"more: i32\"]",
        "L1023",
    ),
    (
        OPS,
        "traps = [\"divide_by_zero\"]",
        "traps = [\"divide_by_zero\", \"null_reference\"]",
        "L1024",
    ),
    (
        OPS,
        "effects = [\"heap.read\"]",
        "effects = [\"heap.read\", \"call\"]",
        "L1024",
    ),
    (OPS, "expr = \"a + b\"\npure = true\n", "expr = \"a + b\"\n", "L1024"),
    (
        OPS,
        "expr = \"a == b\"\npure = true\ncommutes = true",
        "expr = \"a == b\"\npure = true",
        "L1024",
    ),
    (OPS, "sem = \"idiv\"", "sem = \"idiv\"\ncost = 5", "L1024"),
    (OPS, "sem = \"idiv\"", "sem = \"idiv\"\nfeature = \"net\"", "L1024"),
    (OPS, "control = \"return\"", "control = \"throw\"", "L1024"),
    (MACHINE, "endian = \"little\"", "endian = \"big\"", "L1023"),
    (MACHINE, "prefix = 0xFF", "prefix = 0xFE", "L1023"),
    (MACHINE, "rust = \"f64\"", "rust = \"u64\"", "L1023"),
    (MACHINE, "code = 5\nslot = \"ref\"", "code = 5\nslot = \"i32\"", "L1023"),
    (
        MACHINE,
        "parameters = [\"class: class\"]",
        "parameters = [\"of: class\"]",
        "L1023",
    ),
    (
        MACHINE,
        "encoding = \"u16\"\nindexes = \"function.locals\"",
        "encoding = \"u8\"\nindexes = \"function.locals\"",
        "L1023",
    ),
    (MACHINE, "context = \"shared\"", "context = \"mutable\"", "L1024"),
    (MACHINE, "code = 1\ncatchable = true", "code = 1\ncatchable = false", "L1024"),
    (MODULE, "extension = \"tiny\"", "extension = \"tin\"", "L1023"),
    (
        MODULE,
        "name = \"parent\", shape = \"class?\"",
        "name = \"parent\", shape = \"type?\"",
        "L1023",
    ),
    (MODULE, "name = \"function\"", "name = \"body\"", "L1023"),
    (MODULE, "\"list<method>\", max = 100", "\"list<method>\", max = 99", "L1023"),
    (
        MODULE,
        "doc = \"Its type.\" },\n",
        "doc = \"Its type.\" },\n  { name = \"more\", shape = \"type?\", doc = \"More.\" },\n",
        "L1023",
    ),
    (FEATURES, "default = true", "default = false", "L1024"),
    (FEATURES, "default = true", "default = true\ntargets = [\"x86_64\"]", "L1024"),
    (FEATURES, "[feature.net]", "[feature.network]", "L1025"),
    (TARGET, "cache_line = 64", "cache_line = 128", "L1023"),
    (TARGET, "atomic_width = 64", "atomic_width = 32", "L1023"),
    (
        TARGET,
        "\"x86_64-unknown-linux-gnu\"",
        "\"x86_64-unknown-linux-musl\"",
        "L1024",
    ),
];

#[test]
fn every_kind_of_breaking_change_is_caught() {
    use lathe::pipeline::{self, Options};
    let workspace = Workspace::released();
    for (file, old, new, code) in BREAKS {
        let path = workspace.root().join(file);
        let text = fs::read_to_string(&path).expect("the spec can be read");
        workspace.edit(file, old, new);
        let mut loaded = pipeline::load(workspace.root(), &Options::default());
        pipeline::check(&mut loaded);
        let found = loaded.diagnostics.sorted();
        let broken = found.iter().find(|diagnostic| diagnostic.code == *code);
        let broken = broken.unwrap_or_else(|| panic!("{file}: {old} → {new}: {found:#?}"));
        let paths: Vec<&str> = broken
            .labels
            .iter()
            .map(|label| loaded.sources.file(label.span.file).path.as_str())
            .collect();
        assert!(paths.iter().any(|path| path.ends_with("blessed.toml")), "{paths:?}");
        assert!(*file == FEATURES || paths.contains(file), "both places of {old}: {paths:?}");
        fs::write(&path, text).expect("the spec can be restored");
    }
}

/// Changes after which everything that was built on the release works.
const FITS: &[(&str, &str, &str)] = &[
    (OPS, "traps = [\"null_reference\"]\n", ""),
    (OPS, "in = [\"a: f64\", \"b: f64\"]", "in = [\"x: f64\", \"y: f64\"]"),
    (OPS, "out = [\"local(slot)\"]", "out = [\"local( slot )\"]"),
    (MACHINE, "frame = \"shared\"", ""),
    (MODULE, "\"list<method>\", max = 100", "\"list<method>\", max = 101"),
    (
        MODULE,
        "[record.module]",
        "[module.flag.debug]\ndoc = \"Debug.\"\nbit = 0\n\n[record.module]",
    ),
    (
        MODULE,
        "[record.local]\ndoc = \"A variable.\"\nfields = [\n",
        "[module.flag.debug]\ndoc = \"Debug.\"\nbit = 0\n\n[record.local]\ndoc = \"A variable.\"\nfields = [\n  { name = \"at\", shape = \"u32\", flag = \"debug\", doc = \"Line.\" },\n",
    ),
    (
        FEATURES,
        "[feature.net]",
        "[feature.disk]\ndoc = \"Files.\"\ndefault = false\n\n[feature.net]",
    ),
    (TARGET, "atomic_width = 64", "atomic_width = 128"),
    (
        TARGET,
        "\"x86_64-unknown-linux-gnu\"",
        "\"x86_64-unknown-linux-gnu\", \"x86_64-unknown-linux-musl\"",
    ),
    (
        TARGET,
        "atomic_width = 64",
        "atomic_width = 64\n\n[[level]]\nname = \"v1\"\ndoc = \"The first.\"\nfeatures = [\"sse\"]\nvector_width = 128",
    ),
];

#[test]
fn what_only_widens_is_accepted() {
    use lathe::check::blessed::RULES;
    use lathe::pipeline::{self, Options};
    let workspace = Workspace::released();
    for (file, old, new) in FITS {
        let path = workspace.root().join(file);
        let text = fs::read_to_string(&path).expect("the spec can be read");
        workspace.edit(file, old, new);
        let mut loaded = pipeline::load(workspace.root(), &Options::default());
        assert!(!loaded.diagnostics.has_errors(), "{old} → {new}: {:#?}", loaded.diagnostics);
        pipeline::check(&mut loaded);
        let found = loaded.diagnostics.sorted();
        assert!(
            found
                .iter()
                .all(|diagnostic| RULES.iter().all(|rule| rule.code != diagnostic.code)),
            "{file}: {old} → {new}: {found:#?}"
        );
        fs::write(&path, text).expect("the spec can be restored");
    }
}

#[test]
fn a_broken_entry_is_not_taken_for_a_removed_one() {
    let workspace = Workspace::released();
    workspace.edit(OPS, "[op.iadd]\ncode = 0x20", "[op.iadd]\ncode = \"0x20\"");
    assert_eq!(workspace.codes(), ["L0106"]);
}

#[test]
fn breaking_needs_the_flag() {
    let workspace = Workspace::released();
    let before = workspace.blessed();
    workspace.edit(OPS, "sem = \"idiv\"", "sem = \"idiv\"\ncost = 5");
    let refused = workspace.lathe(&["bless"]);
    assert_eq!(refused.code, Some(100));
    assert!(
        refused.stderr.contains("L1024") && refused.stderr.contains("bless --breaking"),
        "{}",
        refused.stderr
    );
    assert_eq!(workspace.blessed(), before);
    let json = workspace.lathe(&["bless", "--format", "json"]);
    let last = objects(&json.stdout).pop().expect("an object");
    assert_eq!(last["result"], "refused", "{}", json.stdout);
    let done = workspace.lathe(&["bless", "--breaking"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stderr.contains("Breaking") && done.stdout.contains("cost: 1 → 5"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    assert_eq!(workspace.codes(), [""; 0]);
}

#[test]
fn a_version_that_stayed_is_not_blessed() {
    let workspace = Workspace::released();
    let before = workspace.blessed();
    workspace.edit(MODULE, "\"list<method>\", max = 100", "\"list<method>\", max = 99");
    workspace.edit(OPS, "since = 2", "since = 1");
    for version in ["version = 2", "version = 1"] {
        workspace.edit(MODULE, "version = 2", version);
        let refused = workspace.lathe(&["bless", "--breaking"]);
        assert_eq!(
            (refused.code, workspace.blessed()),
            (Some(100), before.clone()),
            "{}",
            refused.stderr
        );
        let place = "raise `version` under `[module]` (spec/tiny/module.toml:";
        assert!(refused.stderr.contains(place), "{}", refused.stderr);
    }
    workspace.edit(MODULE, "version = 1", "version = 3");
    let raised = workspace.lathe(&["bless", "--breaking"]);
    assert_eq!(raised.code, Some(0), "{}", raised.stderr);
    assert_eq!(workspace.codes(), [""; 0]);
}

#[test]
fn a_name_that_is_gone_is_not_blessed_while_a_law_calls_it() {
    let workspace = Workspace::released();
    workspace.edit(OPS, "[op.iadd]", "[op.iaddd]");
    assert_eq!(workspace.codes(), ["L1025"]);
    let before = workspace.blessed();
    let refused = workspace.lathe(&["bless", "--breaking"]);
    assert_eq!((refused.code, workspace.blessed()), (Some(100), before), "{}", refused.stderr);
    assert!(refused.stderr.contains("L0341"), "{}", refused.stderr);
}

#[test]
fn an_effect_is_in_no_file_and_needs_no_version() {
    let workspace = Workspace::released();
    workspace.edit(OPS, "sem = \"idiv\"", "sem = \"idiv\"\ncost = 5");
    assert_eq!(workspace.lathe(&["bless", "--breaking"]).code, Some(0));
}

#[test]
fn a_spec_that_is_gone_is_refused_and_then_forgotten() {
    let workspace = Workspace::released();
    let text = workspace.blessed().replace("name = \"tiny\"", "name = \"huge\"");
    fs::write(workspace.root().join("spec/tiny/other.toml"), text).expect("a file can be written");
    assert_eq!(workspace.codes(), ["L1026"]);
    assert_eq!(workspace.lathe(&["bless"]).code, Some(100));
    let done = workspace.lathe(&["bless", "--breaking"]);
    assert!(done.stderr.contains("Deleted spec/tiny/other.toml"), "{}", done.stderr);
    assert_eq!(workspace.codes(), [""; 0]);
}

#[test]
fn specs_with_mistakes_are_not_blessed() {
    let workspace = Workspace::new();
    workspace.edit(OPS, "code = 0x20", "code = 0x21");
    let refused = workspace.lathe(&["bless"]);
    assert_eq!(refused.code, Some(100));
    assert!(!workspace.root().join("spec/tiny/blessed.toml").exists());
}

#[test]
fn a_difference_names_everything_that_changed() {
    let workspace = Workspace::released();
    workspace.append(OPS, IMUL);
    workspace.remove(OPS, "[op.fadd]");
    workspace.edit(OPS, "[op.ieq]\ncode = 0x50", "[op.equals]\ncode = 0x50");
    workspace.edit(OPS, "code = 0x20", "code = 0x24");
    workspace.edit(OPS, "traps = [\"null_reference\"]\n", "");
    workspace.edit(OPS, "expr = \"condition\"", "expr = \"condition == true\"");
    workspace.edit(OPS, "doc = \"Calls a function.\"", "doc = \"Calls another function.\"");
    workspace.edit(
        OPS,
        "doc = \"Divides, towards zero.\"",
        "doc = \"Divides, towards zero.\"\ndeprecated = \"Use `imul` instead.\"",
    );
    workspace.edit(
        MODULE,
        "name = \"parent\", shape = \"class?\"",
        "name = \"parent\", shape = \"type?\"",
    );
    workspace.edit(FEATURES, "default = true", "default = false");
    workspace.edit(TARGET, "doc = \"A processor.\"", "doc = \"The processor.\"");
    let text = workspace.lathe(&["diff", "release"]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    for part in [
        "tiny: major",
        "features: major",
        "targets: patch",
        "added op.imul",
        "removed op.fadd",
        "renamed op.ieq → op.equals",
        "renumbered op.iadd",
        "code: 0x20 → 0x24",
        "effect op.load_field",
        "traps: null_reference → –",
        "meaning op.jump_if",
        "docs op.call",
        "shape record.class",
        "fields.parent: class? → type?",
        "default: true → false",
        "docs target.x86_64",
        "## Unreleased",
        "### tiny: major version",
        "- Op `fadd` is gone.",
        "- Op `imul` (`0x23`): Multiplies; wraps at 32 bits.",
        "- Op `ieq` is called `equals` now.",
        "- Op `idiv`: Use `imul` instead.",
        "- Reworded: Op `call`.",
    ] {
        assert!(text.stdout.contains(part), "{part} is not in\n{}", text.stdout);
    }
    let section = workspace.lathe(&["diff", "release", "--changelog"]).stdout;
    assert!(
        section.starts_with("## Unreleased\n") && text.stdout.ends_with(&section),
        "{section}"
    );

    // Between two revisions the same is told, and the working tree is left alone.
    workspace.commit("next");
    workspace.append(OPS, "broken");
    let between = workspace.lathe(&["diff", "release", "next"]);
    assert_eq!(between.stdout, text.stdout);
    assert_eq!(workspace.lathe(&["diff", "release..next"]).stdout, text.stdout);

    let json = objects(&workspace.lathe(&["diff", "release", "next", "--format", "json"]).stdout);
    let renamed = json
        .iter()
        .find(|object| object["item"] == "op.equals")
        .expect("the renamed op");
    assert_eq!((&renamed["old_name"], &renamed["change"]), (&"ieq".into(), &"renamed".into()));
    // Its laws call it by its new name, which is no change of its meaning.
    assert_eq!(renamed["facts"], serde_json::Value::Array(Vec::new()));
    let last = json.last().expect("an object that closes");
    assert_eq!((&last["result"], &last["moves"]), (&"different".into(), &"major".into()));
    assert_eq!(last["changelog"], section);
}

#[test]
fn versions_move_by_what_changed() {
    let moves = |edit: &dyn Fn(&Workspace)| {
        let workspace = Workspace::new();
        edit(&workspace);
        let objects = objects(&workspace.lathe(&["diff", "first", "--format", "json"]).stdout);
        objects.last().map(|last| last["moves"].clone()).unwrap_or_default()
    };
    assert_eq!(moves(&|_| {}), serde_json::Value::Null);
    assert_eq!(
        moves(&|workspace| workspace.edit(OPS, "\"Calls a function.\"", "\"Calls.\"")),
        "patch"
    );
    assert_eq!(moves(&|workspace| workspace.append(OPS, IMUL)), "minor");
    assert_eq!(
        moves(&|workspace| workspace.edit(OPS, "traps = [\"divide_by_zero\"]\n", "")),
        "minor"
    );
    assert_eq!(moves(&|workspace| workspace.remove(OPS, "[op.fadd]")), "major");
}

#[test]
fn a_workspace_below_the_repository_is_read_at_its_place() {
    let workspace = Workspace::bare();
    let inner = workspace.root().join("inner");
    fs::create_dir(&inner).expect("a folder can be made");
    for name in ["spec", "runtime", "Cargo.toml"] {
        fs::rename(workspace.root().join(name), inner.join(name)).expect("it can be moved");
    }
    workspace.git(&["init", "--quiet"]);
    workspace.commit("first");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.args(["diff", "first"]).current_dir(&inner);
    let output = run(command);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("Same"), "{}", output.stderr);
}

#[test]
fn what_git_lacks_is_said() {
    let bare = Workspace::bare();
    let mut outside = bare.lathe_command(&["diff", "HEAD"]);
    outside.env("GIT_CEILING_DIRECTORIES", bare.root().parent().expect("a folder above"));
    let outside = run(outside);
    assert_eq!(outside.code, Some(100));
    assert!(outside.stderr.contains("is not in a git repository"), "{}", outside.stderr);

    let workspace = Workspace::new();
    for revision in ["nothing", "--upload-pack=x", "HEAD~99", "a b", "", "HEAD:spec/features.toml"] {
        let unknown = workspace.lathe(&["diff", "--", revision]);
        assert_eq!(unknown.code, Some(100), "{revision}: {}", unknown.stdout);
        assert!(unknown.stderr.contains("is not a revision"), "{revision}: {}", unknown.stderr);
    }
    let mut without_git = workspace.lathe_command(&["diff", "first"]);
    without_git.env("PATH", workspace.root());
    let without_git = run(without_git);
    assert_eq!(without_git.code, Some(100));
    assert!(without_git.stderr.contains("git can't be run"), "{}", without_git.stderr);
}

#[test]
fn a_revision_that_cannot_be_read_is_reported_with_its_mistakes() {
    let workspace = Workspace::new();
    workspace.edit(OPS, "[op.iadd]", "[op.iadd");
    workspace.commit("broken");
    workspace.edit(OPS, "[op.iadd", "[op.iadd]");
    let output = workspace.lathe(&["diff", "broken"]);
    assert_eq!(output.code, Some(100));
    assert!(
        output.stderr.contains("L0006") && output.stderr.contains("revision `broken`"),
        "{}",
        output.stderr
    );
    fs::remove_dir_all(workspace.root().join("spec")).expect("a folder can be removed");
    fs::write(workspace.root().join("README.md"), "").expect("a file can be written");
    workspace.commit("empty");
    let output = workspace.lathe(&["diff", "empty", "first"]);
    assert_eq!(output.code, Some(100));
    assert!(output.stderr.contains("there are no specs in `empty`"), "{}", output.stderr);
}
