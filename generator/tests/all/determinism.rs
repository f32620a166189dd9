//! The same specs give the same bytes: whatever the order in which files are read, the number of threads, and the place of the
//! workspace.

use std::path::Path;

use crate::support::copy;
use lathe::emit::Tree;
use lathe::pipeline::{self, Options};

fn emit(root: &Path, shuffle: Option<u64>, threads: usize) -> Tree {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| {
        let mut loaded = pipeline::load(
            root,
            &Options {
                shuffle,
                ..Options::default()
            },
        );
        pipeline::check(&mut loaded);
        assert!(!loaded.diagnostics.has_errors(), "the repository's specs have errors");
        pipeline::emit(&loaded).expect("emitters have no faults")
    })
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator has a parent")
}

#[test]
fn order_threads_and_place_change_no_byte() {
    let first = emit(repository(), None, 1);
    assert!(!first.files().is_empty());
    for (seed, threads) in [(1, 2), (2, 4)] {
        let other = emit(repository(), Some(seed), threads);
        assert!(first == other, "seed {seed} and {threads} threads give another tree");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&repository().join("spec"), &folder.path().join("spec"));
    copy(&repository().join("runtime"), &folder.path().join("runtime"));
    assert!(first == emit(folder.path(), None, 2), "another root gives another tree");
    let root = repository().to_str().expect("this test runs below a UTF-8 path");
    for (path, file) in first.files() {
        assert!(!file.text.contains(root), "`{path}` holds the absolute path of the workspace");
    }
}
