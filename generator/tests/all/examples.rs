//! The example workspaces are whole: no mistakes, no warnings, and `generated/` is what their specs give.

use std::fs;
use std::path::Path;

use lathe::{pipeline, report, write};

#[test]
fn examples_are_what_their_specs_give() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut count = 0;
    for entry in fs::read_dir(&examples).expect("there are examples") {
        let root = entry.expect("an entry").path();
        if !root.join("spec").is_dir() {
            continue;
        }
        count += 1;
        let mut loaded = pipeline::load(&root, &pipeline::Options::default());
        pipeline::check(&mut loaded);
        let found = std::mem::take(&mut loaded.diagnostics).sorted();
        let found = report::diagnostics::text(&found, &loaded.sources, false);
        let found = if found.contains("error") || found.contains("warning") {
            found
        } else {
            String::new()
        };
        assert!(found.is_empty(), "{}:\n{found}", root.display());
        let tree = pipeline::emit(&loaded).expect("every emitter knows the set");
        let comparison = write::compare(&root, &tree, false).expect("the outputs can be read");
        let changed = comparison
            .outputs
            .iter()
            .filter(|output| output.status != write::Status::Fresh);
        let changed: Vec<&str> = changed.map(|output| output.path.as_str()).collect();
        assert!(
            comparison.is_fresh(),
            "{} needs `cargo lathe --root {} generate`: {changed:?}",
            root.display(),
            root.display()
        );
    }
    assert!(count > 0, "no example was found");
}
