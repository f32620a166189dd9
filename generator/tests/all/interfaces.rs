//! What is emitted around the façade of a module: its C interface says what it leaves out and why, and its tests say what they skip.

use std::fs;
use std::path::Path;
use std::process::Command;

use lathe::emit::Tree;
use lathe::pipeline;

/// What comes out of the smallest package, with `added` at the end of its module `counter`.
fn emitted(added: &str) -> Tree {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bases/tiny-modules");
    let folder = tempfile::tempdir().expect("a temporary folder");
    crate::support::copy(&base, folder.path());
    let spec = folder.path().join("spec/abi/counter.toml");
    let text = fs::read_to_string(&spec).expect("the module can be read");
    fs::write(&spec, text + added).expect("the module can be written");
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/targets/x86_64.toml");
    fs::create_dir(folder.path().join("spec/targets")).expect("a folder can be made");
    fs::copy(target, folder.path().join("spec/targets/x86_64.toml")).expect("a target can be copied");
    let loaded = pipeline::load(folder.path(), &pipeline::Options::default());
    let mistakes: Vec<String> = loaded.diagnostics.iter().map(|mistake| mistake.message.clone()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    pipeline::emit(&loaded).expect("it can be emitted")
}

fn text<'a>(tree: &'a Tree, path: &str) -> &'a str {
    let path = format!("generated/abi/{path}");
    match tree.files().get(&path) {
        Some(file) => &file.text,
        None => panic!("no `{path}`"),
    }
}

/// Headers and C programs compile without a warning, also those of a module without backends.
#[test]
fn what_c_sees_compiles() {
    let tree = emitted("");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["include/abi.h", "include/abi_counter.h", "include/abi_switch.h"] {
        let name = file.trim_start_matches("include/");
        fs::write(folder.path().join(name), text(&tree, &format!("c/{file}"))).expect("a header can be written");
    }
    for module in ["counter", "switch"] {
        let program = folder.path().join(format!("{module}.c"));
        fs::write(&program, text(&tree, &format!("c/tests/{module}.c"))).expect("a program can be written");
        let output = Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I"])
            .arg(folder.path())
            .arg(&program)
            .output()
            .expect("there is a C compiler");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What has no form in C is left out, and the header says why.
#[test]
fn what_has_no_form_in_c_is_listed_with_the_reason() {
    let tree = emitted(
        "\n[fn.tables]\ndoc = \"Tables.\"\nreturns = \"Vec<Vec<u32>>\"\n\n[fn.maybe]\ndoc = \"Perhaps.\"\nparams = [\"value: \
         Option<Option<u32>>\"]\n\n[fn.free]\ndoc = \"Sets free.\"\n",
    );
    let header = text(&tree, "c/include/abi_counter.h");
    for row in [
        "- tables: a `Vec` in a `Vec` has no form in C",
        "- maybe: an `Option` in an `Option` has no form in C",
        "- free: every module has a function of this name in C",
    ] {
        assert!(header.contains(row), "no `{row}` in {header}");
    }
    assert!(!header.contains("abi_counter_tables"), "{header}");
    let manual = &tree.files()["generated/manual/markdown/packages/abi/counter.md"].text;
    assert!(manual.contains("a `Vec` in a `Vec` has no form in C"), "{manual}");
}

/// A law is run for each backend, and each variant, that has what it needs; the others are ignored with the reason.
#[test]
fn laws_are_chosen_by_what_backends_can_do() {
    let tree = emitted("");
    let tests = text(&tree, "conformance/tests/counter.rs");
    let fast = tests.split("mod fast {").nth(1).and_then(|rest| rest.split("\nmod ").next());
    let fast = fast.expect("the backend has tests");
    assert!(
        fast.contains("#[test]\n    #[ignore = \"needs reset exactly; fast says none\"]\n    fn reset_clears()"),
        "{fast}"
    );
    assert!(fast.contains("#[test]\n    fn limit_holds_wrap()"), "{fast}");
    assert!(
        fast.contains("laws::limit_holds::<Subject>(&LIMIT_HOLDS, &fixture, Rounding::Wrap)"),
        "{fast}"
    );
    let exact = tests.split("mod exact {").nth(1).expect("the other backend has tests");
    assert!(exact.contains("#[test]\n    fn reset_clears()"), "{exact}");
    let table = text(&tree, "conformance/src/lib.rs");
    let row = "\"counter\", \"fast\", \"reset_clears\", \"\", Some(\"needs reset exactly; fast says none\")";
    let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(row), "{table}");
}

/// What can't be built together, or not here, is refused by the compiler with the reason.
#[test]
fn features_that_exclude_each_other_do_not_compile() {
    let tree = emitted(
        "\n[backend.local]\ndoc = \"Counts here.\"\nadapter = \"runtime/abi/counter-exact\"\npriority = 1\nconflicts = \
         [\"counter-fast\"]\ntargets = [\"x86_64\"]\n",
    );
    let root = text(&tree, "facade/src/lib.rs");
    let guards = &root[root.find("#[cfg").expect("a guard")..root.find("mod choice").expect("modules")];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("guards.rs");
    fs::write(&path, guards).expect("the guards can be written");
    let compile = |features: &[&str]| {
        let mut rustc = Command::new("rustc");
        rustc.args(["--crate-type=lib", "--emit=metadata", "--edition=2024", "--target"]);
        rustc.arg("x86_64-unknown-linux-gnu").arg("--out-dir").arg(folder.path());
        for feature in features {
            rustc.arg("--cfg").arg(format!("feature=\"{feature}\""));
        }
        let output = rustc.arg(&path).output().expect("rustc can be started");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(!compile(&["counter-local"]).contains("turn"), "{guards}");
    let told = compile(&["counter-fast", "counter-local"]);
    assert!(
        told.contains("the features `counter-fast` and `counter-local` exclude each other: turn one of them off"),
        "{told}"
    );
    let elsewhere = guards.replace("target_arch = \"x86_64\"", "target_arch = \"none such\"");
    fs::write(&path, elsewhere).expect("the guards can be written");
    let told = compile(&["counter-local"]);
    assert!(
        told.contains("the feature `counter-local` exists only on `x86_64`: turn it off"),
        "{told}"
    );
}
