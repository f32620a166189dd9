//! What stands in manifests of three kinds is one thing, and tests compile no library anew.

use std::fs;
use std::path::Path;
use std::process::Command;

fn manifest(path: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The root's manifest speaks for what is written by hand, the generator's for itself, and emitted ones for themselves, since others
/// use these without the workspace. They agree.
#[test]
fn manifests_agree_on_version_edition_compiler_and_licence() {
    let root = manifest("Cargo.toml");
    let expected = &root["workspace"]["package"];
    for path in [
        "generator/Cargo.toml",
        "generated/raya/facts/Cargo.toml",
        "generated/targets/facts/Cargo.toml",
    ] {
        let found = manifest(path);
        for key in ["version", "edition", "rust-version", "license"] {
            assert_eq!(found["package"].get(key), expected.get(key), "`{key}` of {path}");
        }
    }
}

/// A package needs a description and a licence, and what it depends on by path needs a version.
#[test]
fn emitted_manifests_have_what_packages_need() {
    let generated = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated");
    let manifests = walkdir::WalkDir::new(&generated).sort_by_file_name().into_iter();
    let mut count = 0;
    for entry in manifests
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == "Cargo.toml")
    {
        let text = fs::read_to_string(entry.path()).expect("an output can be read");
        let manifest: toml::Table = text.parse().expect("an emitted manifest is TOML");
        let shown = entry.path().display();
        for key in ["description", "license"] {
            assert!(
                manifest["package"].get(key).is_some_and(toml::Value::is_str),
                "`{key}` of {shown}"
            );
        }
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for (name, dependency) in dependencies.into_iter().flatten() {
            assert!(
                dependency.is_str() || dependency.get("version").is_some(),
                "`{name}` in {shown}"
            );
        }
        count += 1;
    }
    assert!(count >= 6, "{count} emitted manifests");
}

/// What `lathe test` runs beside the tests of the root's workspace stands in the root's manifest; no workspace of the repository is left out.
#[test]
fn every_workspace_beside_the_root_is_tested() {
    let root = manifest("Cargo.toml");
    let steps = root["workspace"]["metadata"]["lathe"]["test"]
        .as_array()
        .expect("a list of steps");
    let arguments: Vec<&str> = steps
        .iter()
        .flat_map(|step| step["cargo"].as_array().expect("arguments"))
        .map(|argument| argument.as_str().expect("a text"))
        .collect();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut expected = ["generator", "generator/tests/consumer", "generator/tests/validator"]
        .map(str::to_owned)
        .to_vec();
    for entry in fs::read_dir(examples).expect("there are examples") {
        let name = entry.expect("the examples can be read").file_name();
        expected.push(format!("generator/examples/{}", name.to_str().expect("UTF-8")));
    }
    for folder in &expected {
        let manifest = format!("{folder}/Cargo.toml");
        assert!(arguments.contains(&manifest.as_str()), "{manifest} is tested by no step");
    }
    for manifest in arguments.iter().filter(|argument| argument.ends_with("Cargo.toml")) {
        assert!(Path::new("..").join(manifest).is_file(), "{manifest} is not there");
    }
}

/// Libraries of lathe with their versions and features, one a line.
fn libraries(edges: &str) -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p} {f}",
            "--edges",
            edges,
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// A library of the tests that turns on a feature of one that lathe is made of would have lathe compiled twice: minutes. Such tests are a
/// package of their own, as `validator` is.
#[test]
fn tests_change_no_library_of_lathe() {
    let tested = libraries("normal,build,dev");
    let released = libraries("normal,build");
    assert!(released.len() > 50, "{} libraries", released.len());
    let changed: Vec<&String> = released.iter().filter(|line| !tested.contains(line)).collect();
    assert!(
        changed.is_empty(),
        "the tests compile these with other features: {changed:#?}"
    );
}
