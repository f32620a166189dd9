//! What a target demands of an artefact is held against what was built.

use super::workspace::{Workspace, is_host};

const TARGET: &str = "spec/targets/x86_64.toml";
const HOST: &str = "x86_64-unknown-linux-gnu";

/// The tiny machine with entries about what is built from it.
fn with(artefacts: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.edit(
        TARGET,
        "triples = [\"x86_64-unknown-linux-gnu\"]",
        "triples = [\"x86_64-unknown-linux-gnu\", \"x86_64-unlikely-none\"]",
    );
    workspace.append(TARGET, artefacts);
    workspace
}

#[test]
fn overruns_and_missing_symbols_stand_where_they_were_stated() {
    if !is_host(HOST) {
        return;
    }
    let workspace = with(
        r#"
[[artefact]]
package = "tiny-facts"
triple = "x86_64-unknown-linux-gnu"
doc = "A library."
profile = "dev"
text = 100
data = 10_000_000
symbols = ["tiny_facts::verify::verify", "tiny_facts::no_such::verify"]

[[artefact]]
package = "tiny-oracle"
triple = "x86_64-unknown-linux-gnu"
doc = "A program."
profile = "dev"
form = "program"
text = 100_000_000
symbols = ["tiny_oracle::step::step"]

[[artefact]]
package = "target-facts"
triple = "x86_64-unknown-linux-gnu"
doc = "A program that isn't there."
profile = "dev"
form = "program"

[[artefact]]
package = "tiny-facts"
triple = "x86_64-unlikely-none"
doc = "For a machine that nobody has."
"#,
    );
    let ran = workspace.lathe(&["build"]);
    assert!(!ran.success, "{}", ran.errors);
    for (code, place) in [
        ("L0963", "x86_64.toml:18:8"),
        ("L0964", "x86_64.toml:20:42"),
        ("L0966", "x86_64.toml:32:11"),
    ] {
        let report = ran.errors_from(&format!("error[{code}]"));
        let report = report.split("\n\n").next().unwrap_or_default();
        assert!(report.contains(&format!("spec/targets/{place}")), "{code}: {}", ran.errors);
    }
    assert!(ran.errors.contains("the largest of it, in bytes:\n"), "{}", ran.errors);
    assert!(ran.errors.contains(" tiny_facts::"), "{}", ran.errors);
    assert!(
        ran.errors.contains("mend the path if one of these is meant: "),
        "{}",
        ran.errors
    );
    assert!(ran.errors.contains("tiny_facts::verify::verify"), "{}", ran.errors);
    let skipped =
        "Skipped x86_64-unlikely-none: its standard library isn't installed; add it with: rustup target add x86_64-unlikely-none";
    assert!(ran.errors.contains(skipped), "{}", ran.errors);
    assert_eq!(ran.errors.matches("error[").count(), 3, "{}", ran.errors);

    // Mended, it passes, and tools read the sizes.
    workspace
        .edit(TARGET, "text = 100\n", "text = 10_000_000\n")
        .edit(TARGET, "\"tiny_facts::no_such::verify\"", "\"tiny_facts::asm::assemble\"")
        .edit(
            TARGET,
            "doc = \"A program that isn't there.\"\nprofile = \"dev\"\nform = \"program\"",
            "doc = \"For drivers.\"\nprofile = \"dev\"",
        );
    let ran = workspace.lathe(&["build", "--format", "json"]).succeeded();
    let objects: Vec<serde_json::Value> = ran
        .output
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let sizes: Vec<(&str, bool)> = objects
        .iter()
        .filter_map(|object| Some((object["artefact"].as_str()?, object["text"].as_u64()? > 1000)))
        .collect();
    assert_eq!(sizes, [("tiny-facts", true), ("tiny-oracle", true), ("target-facts", true)]);
    assert!(objects.iter().any(|object| object["skipped"] == "x86_64-unlikely-none"));
}

#[test]
fn a_required_artefact_is_not_left_out() {
    let workspace = with(
        "\n[[artefact]]\npackage = \"tiny-facts\"\ntriple = \"x86_64-unlikely-none\"\ndoc = \"For a machine that nobody has.\"\nrequired = true\n",
    );
    let ran = workspace.lathe(&["build"]);
    assert!(!ran.success);
    let report = ran.errors_from("error[L0965]");
    assert!(report.contains("spec/targets/x86_64.toml:15:10"), "{}", ran.errors);
    assert!(
        report.contains("= help: rustup target add x86_64-unlikely-none"),
        "{}",
        ran.errors
    );
}
