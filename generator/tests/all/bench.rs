//! `lathe bench` measures; that its figures are there is tested, never what they are.

use std::process::Command;

#[test]
fn every_figure_is_there() {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bases/tiny-machine");
    let output = Command::new(env!("CARGO_BIN_EXE_lathe"))
        .args([
            "bench",
            "generator",
            "--runs",
            "1",
            "--sizes",
            "20",
            "--no-peer",
            "--format",
            "json",
        ])
        .args(["--root", workspace])
        .output()
        .expect("lathe was built with this test");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: Vec<serde_json::Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    for what in [
        "from nothing: the whole tree",
        "nothing changed",
        "check",
        "one sentence of one spec changed",
        "watch: from save to written",
        "entries: emit",
        "entries: read, check, emit",
        "entries: read, check, emit, each entry",
    ] {
        let figure = figures.iter().find(|figure| {
            let found = figure["what"].as_str().unwrap_or_default();
            found == what || found.ends_with(&format!(" {what}"))
        });
        let figure = figure.unwrap_or_else(|| panic!("no figure `{what}` in {told}"));
        assert!(figure["value"].as_f64().is_some_and(|value| value > 0.0), "{figure}");
    }
}
