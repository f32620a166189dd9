//! `lathe boot` judges what a machine does. The machines here are scripts that stand in for QEMU, so that they can do what a kernel
//! should never do.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LATHE: &str = env!("CARGO_BIN_EXE_lathe");

/// A log without a fault.
const WHOLE: &str = "boot: entry\nmeasure null 20\npass derivation\nexo: done\n";

/// A workspace with a kernel that does nothing, and a folder for programs that stand in for others.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// `None` where the compiler can't build for the target.
    fn new() -> Option<Bench> {
        let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim());
        if !sysroot.join("lib/rustlib/x86_64-unknown-none/lib").is_dir() {
            eprintln!(
                "skipped: the compiler has no library for x86_64-unknown-none; add it with: rustup target add x86_64-unknown-none"
            );
            return None;
        }
        let bench = Bench {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        crate::support::copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bases/tiny-machine"),
            &bench.root(),
        );
        for package in ["x86_64", "programs"] {
            let folder = bench.root().join("platform").join(package);
            fs::create_dir_all(folder.join("src")).expect("a folder");
            let manifest = format!(
                "[package]\nname = \"{package}\"\nedition = \"2024\"\n[features]\nself-tests = []\n[workspace]\n[profile.release]\npanic = \"abort\"\n"
            );
            fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
            let source = "#![no_std]\n#![no_main]\n#[unsafe(no_mangle)]\nextern \"C\" fn _start() -> ! {\n    loop {}\n}\n\
                          #[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}\n";
            fs::write(folder.join("src/main.rs"), source).expect("a source");
        }
        fs::create_dir(bench.path().join("bin")).expect("a folder");
        Some(bench)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn root(&self) -> PathBuf {
        self.path().join("workspace")
    }

    /// Puts a script in the place of QEMU.
    fn machine(&self, script: &str) {
        let path = self.path().join("bin/qemu-system-x86_64");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a script can be run");
    }

    /// Boots with the stand-in before everything else on the path.
    fn boot(&self, arguments: &[&str]) -> Output {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.path().join("bin")].into_iter().chain(std::env::split_paths(&rest));
        self.boot_on(&std::env::join_paths(folders).expect("a path"), arguments)
    }

    fn boot_on(&self, path: &std::ffi::OsStr, arguments: &[&str]) -> Output {
        Command::new(LATHE)
            .arg("boot")
            .args(arguments)
            .arg("--root")
            .arg(self.root())
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", self.path().join("target"))
            .output()
            .expect("lathe was built with this test")
    }
}

/// What was reported, and the exit code.
fn told(output: &Output) -> (String, Option<i32>) {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (text, output.status.code())
}

#[track_caller]
fn says(output: &Output, code: i32, expected: &[&str]) {
    let (text, found) = told(output);
    assert_eq!(found, Some(code), "{text}");
    for expected in expected {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
}

#[test]
fn what_a_machine_does_wrong_is_said() {
    let Some(bench) = Bench::new() else { return };
    let print = |log: &str, status: i32| format!("printf '{}'\nexit {status}", log.replace('\n', "\\n"));

    bench.machine(&print(WHOLE, 33));
    says(
        &bench.boot(&["--twice"]),
        0,
        &["measure null 20", "image ", "assembly ", "twice the same: 1 check passed"],
    );

    // Everything but the marker, with each status that could be taken for success.
    let cut = WHOLE.replace("exo: done\n", "");
    bench.machine(&print(&cut, 33));
    says(
        &bench.boot(&[]),
        100,
        &[
            "the end marker `exo: done` wasn't printed",
            "cargo lathe boot --target x86_64",
        ],
    );
    bench.machine(&print(&cut, 0));
    says(&bench.boot(&[]), 100, &["triple fault", "-d int,cpu_reset"]);

    // The marker, and another status.
    bench.machine(&print(WHOLE, 57));
    says(&bench.boot(&[]), 100, &["ended with status 57, not with 33"]);
    bench.machine(&print(WHOLE, 0));
    says(&bench.boot(&[]), 100, &["ended with status 0, not with 33"]);

    bench.machine(&print(
        &WHOLE.replace("pass derivation", "fail derivation: it added rights"),
        33,
    ));
    says(&bench.boot(&[]), 100, &["the check `derivation` failed: it added rights"]);
    bench.machine(&print(&WHOLE.replace(" 20", " many"), 33));
    says(
        &bench.boot(&[]),
        100,
        &["line 2 of the log can't be read: a measure is `measure NAME COUNT`"],
    );

    // QEMU itself refuses.
    bench.machine("echo 'no such machine' >&2\nexit 1");
    says(&bench.boot(&[]), 100, &["QEMU could not run the machine: no such machine"]);

    // A second run differs.
    bench.machine(&format!("echo process $$\n{}", print(WHOLE, 33)));
    says(
        &bench.boot(&["--twice"]),
        100,
        &["--- first\n", "-process ", "+process ", "a second run printed something else"],
    );

    // For tools.
    bench.machine(&print(WHOLE, 33));
    let output = bench.boot(&["--format", "json"]);
    let lines: Vec<serde_json::Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    let of = |kind: &str| {
        lines
            .iter()
            .find(|line| line["kind"] == kind)
            .unwrap_or_else(|| panic!("no {kind}"))
    };
    assert_eq!(of("serial")["line"], "boot: entry");
    assert_eq!(of("count")["name"], "null");
    assert_eq!(of("count")["measured"], 20);
    assert_eq!(of("boot")["status"], 33);
    assert_eq!(of("closing")["result"], "booted");
}

#[test]
fn a_machine_that_never_ends_is_stopped() {
    let Some(bench) = Bench::new() else { return };
    bench.machine("echo 'boot: entry'\nexec sleep 600");
    says(
        &bench.boot(&["--timeout", "1"]),
        100,
        &["boot: entry", "the machine was still running after 1 s", "--timeout"],
    );
    // One that closes its output and goes on.
    bench.machine("exec >&- 2>&-\nexec sleep 600");
    says(&bench.boot(&["--timeout", "1"]), 100, &["still running after 1 s"]);
    bench.machine("exec yes 'a line that is printed for ever, and with it many more of the same kind'");
    says(
        &bench.boot(&["--timeout", "60", "--format", "json"]),
        100,
        &["printed 16 MiB and was stopped"],
    );
}

#[test]
fn what_is_missing_is_said() {
    let Some(bench) = Bench::new() else { return };
    let nothing = bench.path().join("bin");
    let output = bench.boot_on(nothing.as_os_str(), &[]);
    // Without a compiler on the path nothing is known of its libraries; what isn't there in any case is the emulator.
    says(
        &output,
        3,
        &[
            "`qemu-system-x86_64` isn't installed",
            "apt-get update && apt-get install -y --no-install-recommends qemu-system-x86",
        ],
    );
    says(
        &bench.boot(&["--target", "aarch64"]),
        100,
        &["no kernel for aarch64", "platform/aarch64/Cargo.toml"],
    );
    says(
        &bench.boot(&["--machine", "virt"]),
        100,
        &["the machine `virt` has no x86_64 processor", "--target aarch64"],
    );
    fs::write(bench.root().join("platform/x86_64/src/main.rs"), "fn main( {}\n").expect("a source");
    bench.machine("exit 33");
    says(&bench.boot(&[]), 100, &["cargo could not build `platform/x86_64`"]);
}
