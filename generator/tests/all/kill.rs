//! A run that is killed leaves the old tree, the new one, or a journal that the next run completes by itself: shown by stopping
//! runs at every step there is, and by killing a thousand processes at random points.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lathe::emit::Tree;
use lathe::write::{self, Aborted, Failure};

/// The files below `generated/` by path, without lathe's bookkeeping.
type Files = BTreeMap<String, Vec<u8>>;

fn files(root: &Path) -> Files {
    walkdir::WalkDir::new(root.join("generated"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(root).expect("the walk stays below the root");
            let path = path.to_str().expect("lathe's paths are UTF-8").to_owned();
            let own = path.starts_with("generated/.lathe-");
            (!own).then(|| (path, fs::read(entry.path()).expect("a file that was just listed")))
        })
        .collect()
}

fn tree(outputs: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in outputs {
        tree.add(*path, text, &["spec/a.toml".to_owned()])
            .expect("paths of tests are plain");
    }
    tree
}

fn generate(root: &Path, tree: &Tree) {
    let comparison = write::compare(root, tree, false).expect("paths of tests are plain");
    assert!(!comparison.diagnostics.has_errors(), "{:?}", comparison.diagnostics);
    let found = write::apply(root, &comparison).expect("nobody stops this run");
    assert!(found.iter().next().is_none(), "{found:?}");
}

fn old() -> Tree {
    tree(&[
        ("generated/a/one.rs", "old one\n"),
        ("generated/a/two.rs", "two\n"),
        ("generated/b/deep/three.rs", "old three\n"),
        ("generated/folder.rs", "a file where the new tree has a folder\n"),
    ])
}

fn new() -> Tree {
    tree(&[
        ("generated/a/one.rs", "new one\n"),
        ("generated/a/two.rs", "two\n"),
        ("generated/c/four.rs", "four\n"),
        ("generated/folder.rs/five.rs", "five\n"),
    ])
}

/// Stops at step `at`, counted from 0; `None` if the run has fewer steps.
fn apply_until(root: &Path, tree: &Tree, at: usize) -> Option<()> {
    let comparison = write::compare(root, tree, false).expect("paths of tests are plain");
    let mut step = 0;
    let result = write::apply_observed(root, &comparison, &mut |_| {
        step += 1;
        if step > at { Err(Aborted) } else { Ok(()) }
    });
    match result {
        Err(Failure::Aborted) => Some(()),
        Ok(_) => None,
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn a_run_stopped_at_any_step_is_completed_or_undone_by_the_next() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reference = |tree: &Tree| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate(folder.path(), tree);
        files(folder.path())
    };
    let (before, after) = (reference(&old()), reference(&new()));
    let (mut undone, mut completed) = (0, 0);
    for at in 0.. {
        let root = folder.path().join(at.to_string());
        fs::create_dir(&root).expect("a temporary folder");
        generate(&root, &old());
        if apply_until(&root, &new(), at).is_none() {
            break;
        }
        // The recovery is stopped at every step, too, until one gets through.
        for recovery in 0.. {
            let mut step = 0;
            let result = write::recover_observed(&root, &mut |_| {
                step += 1;
                if step > recovery { Err(Aborted) } else { Ok(()) }
            });
            match result {
                Err(Failure::Aborted) => {}
                Ok(recovered) => {
                    assert!(!recovered.diagnostics.has_errors());
                    break;
                }
                Err(failure) => panic!("{failure}"),
            }
        }
        let found = files(&root);
        if found == before {
            undone += 1;
        } else {
            assert_eq!(found, after, "stopped before step {at}");
            completed += 1;
        }
        assert!(!root.join(write::STAGING).exists());
        // Whatever was left, the next run makes the new tree of it.
        generate(&root, &new());
        assert_eq!(files(&root), after);
    }
    assert!(undone >= 5, "{undone} runs were stopped before their decision");
    assert!(completed >= 5, "{completed} runs were stopped after their decision");
}

/// A workspace with targets only, which generates within milliseconds.
fn workspace(root: &Path) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator has a parent");
    fs::create_dir_all(root.join("spec/targets")).expect("a temporary folder");
    fs::write(root.join("Cargo.toml"), "[workspace]\n").expect("a temporary file");
    for target in ["x86_64", "aarch64", "riscv64"] {
        let name = format!("spec/targets/{target}.toml");
        let text = fs::read_to_string(repository.join(&name)).expect("the repository has specs of targets");
        // What is built for a target names packages of other specs, which aren't here.
        let facts = text.split("\n[[artefact]]").next().unwrap_or_default();
        fs::write(root.join(&name), format!("{facts}\n")).expect("a temporary file");
    }
}

/// Switches the specs between two versions: one has a target less.
fn switch(root: &Path, second: bool) {
    let extra = root.join("spec/targets/riscv64.toml");
    let aside = root.join("riscv64.toml");
    match (second, extra.exists()) {
        (true, true) => fs::rename(&extra, &aside).expect("a temporary file"),
        (false, false) => fs::rename(&aside, &extra).expect("a temporary file"),
        _ => {}
    }
}

fn lathe(root: &Path, verb: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.args([verb, "--jobs", "1", "--root"]).arg(root);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A linear congruential generator: the delays differ, the test doesn't.
struct Delays(u64);

impl Delays {
    fn next(&mut self, below: Duration) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        below.mul_f64((self.0 >> 11) as f64 / (1u64 << 53) as f64)
    }
}

/// Kills `wanted` processes and returns how many left the old tree, the new tree, and a journal. Runs that ended before the kill reached
/// them are held to the same demands, but don't count.
fn kill_runs(seed: u64, wanted: usize) -> (usize, usize, usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    workspace(root);
    let mut versions = Vec::new();
    let mut longest = Duration::ZERO;
    for second in [true, false] {
        switch(root, second);
        let started = Instant::now();
        assert!(lathe(root, "generate").status().expect("lathe runs").success());
        longest = started.elapsed();
        versions.push(files(root));
    }
    versions.reverse();
    assert_ne!(versions[0], versions[1]);
    let mut delays = Delays(seed);
    let mut now = 0;
    let (mut old, mut new, mut journals) = (0, 0, 0);
    for run in 0.. {
        if old + new == wanted {
            break;
        }
        assert!(
            run < 20 * wanted,
            "only {} of {run} runs were still there to be killed",
            old + new
        );
        let next = 1 - now;
        switch(root, next == 1);
        let mut child = lathe(root, "generate").spawn().expect("lathe runs");
        if run % 2 == 0 {
            // Half of the kills come at any time, the other half while the run writes.
            std::thread::sleep(delays.next(longest));
        } else {
            let patience = Instant::now();
            while !root.join(write::STAGING).exists() && patience.elapsed() < longest * 2 {
                // Not by looking all the time, which would take the processor from the run.
                std::thread::sleep(Duration::from_micros(50));
            }
            std::thread::sleep(delays.next(Duration::from_millis(8)));
        }
        // SIGKILL; the run may have ended by itself before, which its exit status tells.
        let _ = child.kill();
        let status = child.wait().expect("a child can be waited for");
        assert_ne!(status.code(), Some(100), "run {run} failed by itself");
        let killed = !status.success();
        journals += usize::from(killed && root.join(write::STAGING).join("journal").exists());
        // Any verb completes it; the process is started for some, the rest saves the time.
        if run % 25 == 0 {
            assert!(lathe(root, "check").status().expect("lathe runs").success());
        } else {
            let recovered = write::recover(root).expect("the disk works");
            assert!(!recovered.diagnostics.has_errors(), "{:?}", recovered.diagnostics);
        }
        let found = files(root);
        if found == versions[next] {
            new += usize::from(killed);
            now = next;
        } else {
            assert!(found == versions[now], "run {run} left neither the old tree nor the new one");
            assert!(killed, "run {run} ended by itself and left the old tree");
            old += 1;
        }
        assert!(!root.join(write::STAGING).exists());
    }
    (old, new, journals)
}

#[test]
fn a_thousand_killed_runs_leave_the_old_tree_or_the_new_one() {
    let workers: Vec<_> = (0..2).map(|seed| std::thread::spawn(move || kill_runs(seed, 500))).collect();
    let mut sum = (0, 0, 0);
    for worker in workers {
        let (old, new, journals) = worker.join().expect("no run left a broken tree");
        sum = (sum.0 + old, sum.1 + new, sum.2 + journals);
    }
    println!(
        "{} left the old tree, {} the new one, {} a journal on the way",
        sum.0, sum.1, sum.2
    );
    assert_eq!(sum.0 + sum.1, 1000);
    assert!(sum.0 > 0, "{} runs were killed before their decision", sum.0);
    assert!(sum.1 > 0, "{} runs came through or were completed", sum.1);
}
