//! ninja drives lathe and cargo by `build.ninja`, and builds again what an edit reaches and nothing else.

use std::fs;
use std::process::Command;

use super::workspace::{Ran, Workspace, is_host, left_out, run};

/// Whether ninja can be run; says so where the test is left out.
fn has_ninja() -> bool {
    let found = Command::new("ninja")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        left_out("ninja", "ninja is not installed");
    }
    found
}

fn ninja(workspace: &Workspace, arguments: &[&str]) -> Ran {
    run(workspace.command("ninja").args(arguments))
}

/// What ninja built: the descriptions of the edges that it ran, in order of their names.
#[track_caller]
fn built(workspace: &Workspace, arguments: &[&str]) -> Vec<String> {
    let ran = ninja(workspace, arguments).succeeded();
    let mut edges: Vec<String> = ran
        .output
        .lines()
        .filter_map(|line| Some(line.strip_prefix('[')?.split_once("] ")?.1.to_owned()))
        .collect();
    edges.sort();
    edges
}

const TARGET: &str = "spec/targets/x86_64.toml";
const OPS: &str = "spec/tiny/all ops.toml";

#[test]
fn an_edit_builds_what_depends_on_it_and_nothing_else() {
    if !has_ninja() || !is_host("x86_64-unknown-linux-gnu") {
        return;
    }
    let workspace = Workspace::new();
    // A path with a blank, and one with what ninja and make mean something by.
    fs::rename(workspace.root.join("spec/tiny/ops.toml"), workspace.root.join(OPS)).expect("the spec can be renamed");
    fs::rename(
        workspace.root.join("spec/features.toml"),
        workspace.root.join("spec/$fea#tures.toml"),
    )
    .expect("it can be renamed");
    workspace.append(
        TARGET,
        "\n[[artefact]]\npackage = \"target-facts\"\ntriple = \"x86_64-unknown-linux-gnu\"\ndoc = \"For tools.\"\nprofile = \"dev\"\n\
         symbols = [\"target_facts::target::Target::by_name\"]\n",
    );
    workspace.lathe(&["build", "--plan"]).succeeded();

    // Everything, once.
    let all = built(&workspace, &[]);
    let expected = [
        "Building feature-facts",
        "Building lathe-macros",
        "Building target-facts",
        "Building target-facts (dev) for x86_64-unknown-linux-gnu",
        "Building tiny-conformance",
        "Building tiny-facts",
        "Building tiny-macros",
        "Building tiny-oracle",
        "Building tiny-runtime",
        "Generating",
        "Planning",
    ];
    assert_eq!(all, expected);
    assert_eq!(built(&workspace, &["-d", "explain"]), [""; 0], "all is built");

    // The graph knows every file that was read.
    let missing = ninja(&workspace, &["-t", "missingdeps"]).succeeded();
    assert!(
        missing.output.contains("No missing dependencies on generated files found"),
        "{}",
        missing.output
    );

    // A doc of a target reaches the crate of targets.
    workspace.edit(TARGET, "doc = \"A processor.\"", "doc = \"A processor of many.\"");
    let of_targets = [
        "Building target-facts",
        "Building target-facts (dev) for x86_64-unknown-linux-gnu",
        "Generating",
        "Planning",
    ];
    assert_eq!(built(&workspace, &[]), of_targets);

    // A spec that is only touched reaches nothing beyond the generator.
    let text = fs::read(workspace.root.join(OPS)).expect("the spec can be read");
    fs::write(workspace.root.join(OPS), text).expect("the spec can be written");
    assert_eq!(built(&workspace, &[]), ["Generating", "Planning"]);

    // The meaning of an op reaches the oracle and its tests, not the facts, nor the crates of others.
    workspace.edit(OPS, "expr = \"a == b\"", "expr = \"b == a\"");
    let reached = built(&workspace, &[]);
    assert!(reached.contains(&"Building tiny-oracle".to_owned()), "{reached:?}");
    assert!(
        !reached
            .iter()
            .any(|edge| edge.contains("target-facts") || edge.contains("feature-facts")),
        "{reached:?}"
    );
    assert!(!reached.contains(&"Building lathe-macros".to_owned()), "{reached:?}");

    // Hand-written code is found by the compiler.
    workspace.edit("runtime/tiny/src/machine.rs", "Ref(0)", "Ref(1)");
    let reached = built(&workspace, &[]);
    assert!(reached.contains(&"Building tiny-runtime".to_owned()), "{reached:?}");
    assert!(!reached.contains(&"Building tiny-facts".to_owned()), "{reached:?}");

    // A new file is noticed by its folder.
    fs::write(
        workspace.root.join("spec/targets/other.toml"),
        fs::read_to_string(workspace.root.join(TARGET))
            .expect("the spec can be read")
            .split("\n[[artefact]]")
            .next()
            .unwrap_or_default()
            .replace("x86_64", "riscv64")
            .replace("amd64", "rv64"),
    )
    .expect("a spec can be written");
    assert_eq!(built(&workspace, &[]), of_targets);

    // An artefact that is no longer stated leaves a stamp, which ninja clears away.
    let stamp = workspace
        .root
        .join("target/ninja/x86_64-unknown-linux-gnu/dev/target-facts.stamp");
    assert!(stamp.is_file());
    let text = fs::read_to_string(workspace.root.join(TARGET)).expect("the spec can be read");
    let without = text.split("\n[[artefact]]").next().unwrap_or_default();
    fs::write(workspace.root.join(TARGET), without).expect("the spec can be written");
    built(&workspace, &[]);
    ninja(&workspace, &["-t", "cleandead"]).succeeded();
    assert!(!stamp.exists());
    assert_eq!(built(&workspace, &[]), [""; 0], "nothing that lives was cleared away");

    // A mistake stops the graph before anything is built.
    workspace.edit(OPS, "code = 0x20\n", "code = 0x21\n");
    let ran = ninja(&workspace, &[]);
    assert!(!ran.success);
    assert!(
        ran.output.contains("error[L0221]") && !ran.output.contains("Building"),
        "{}",
        ran.output
    );
}
