//! What the compiler says about emitted code is shown at the entry that the code came from.

use super::workspace::{Workspace, expect};

const OPS: &str = "spec/tiny/ops.toml";

/// Type errors that lathe, which is no compiler, lets pass: in strings of every form, and at a function.
fn broken() -> Workspace {
    let workspace = Workspace::new();
    workspace
        .edit(OPS, "expr = \"a == b\"", "expr = \"\"\"\\\n  a \\\n  == (\\u0062 > 0)\"\"\"")
        .edit(
            "runtime/tiny/src/semantics.rs",
            "object: Ref, f: FieldId",
            "_: crate::other::Ref, f: FieldId",
        )
        .edit(
            "runtime/tiny/src/semantics.rs",
            "context.field(object, f)",
            "context.field(Ref(0), f)",
        )
        .edit(
            "runtime/tiny/src/lib.rs",
            "pub mod frame;",
            "pub mod frame;\npub mod other { pub struct Ref; }",
        )
        .edit(OPS, "expr = \"condition\"", "expr = '( condition ==  1 )'");
    workspace
}

#[test]
fn errors_stand_at_the_characters_of_the_spec_and_at_the_function() {
    let workspace = broken();
    let ran = workspace.lathe(&["build"]);
    assert!(!ran.success, "{}", ran.errors);
    expect("errors", ran.errors_from("error[L0961]"));

    // Tools read the same places, also when cargo only repeats what it knows.
    let ran = workspace.lathe(&["build", "--format", "json"]);
    assert!(!ran.success, "{}", ran.errors);
    let objects: Vec<serde_json::Value> = ran
        .output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}")))
        .collect();
    let places: Vec<String> = objects
        .iter()
        .filter(|object| object["code"] == "L0961")
        .map(|object| {
            let place = &object["labels"][0];
            format!(
                "{}:{}:{}",
                place["path"].as_str().unwrap_or("?"),
                place["line"],
                place["column"]
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "spec/tiny/ops.toml:101:25",
            "spec/tiny/ops.toml:114:6",
            "runtime/tiny/src/semantics.rs:20:12"
        ]
    );
    assert_eq!(objects.last().map(|object| &object["result"]), Some(&"failure".into()));
}

#[test]
fn warnings_stand_at_the_spec_and_the_build_goes_on() {
    let workspace = Workspace::new();
    workspace.edit(OPS, "expr = \"a.wrapping_add(b)\"", "expr = \"a.wrapping_add((b))\"");
    let ran = workspace.lathe(&["build"]);
    let report = ran.errors_from("warning[L0962]");
    assert!(
        report.contains("what `tiny.op.iadd` gives: unnecessary parentheses around method argument"),
        "{}",
        ran.errors
    );
    assert!(report.contains("spec/tiny/ops.toml:61:24"), "{report}");
    ran.succeeded();
}

#[test]
fn what_is_not_emitted_is_shown_as_the_compiler_says_it() {
    let workspace = Workspace::new();
    workspace.edit(
        "runtime/tiny/src/semantics.rs",
        "Ok(a.wrapping_div(b))",
        "Ok(a.wrapping_div(true))",
    );
    let ran = workspace.lathe(&["build"]);
    assert!(!ran.success);
    assert!(!ran.errors.contains("L0961"), "{}", ran.errors);
    assert!(ran.errors.contains("error[E0308]"), "{}", ran.errors);
    assert!(ran.errors.contains("runtime/tiny/src/semantics.rs:"), "{}", ran.errors);
}
