//! Compiles the emitted stubs of a kernel for a processor that no image is built for, down to its instructions.

use std::path::Path;
use std::process::Command;

use lathe::build::artefact;

/// Has a standard library for 32-bit x86.
const TRIPLE: &str = "i686-unknown-linux-gnu";
/// `int 0x80`.
const ENTRY: [u8; 2] = [0xcd, 0x80];

#[test]
fn the_stubs_for_i686_enter_the_kernel() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let libraries = artefact::standard_libraries(root);
    if !artefact::is_installed(libraries.as_deref(), TRIPLE) {
        let why = format!("there is no library for {TRIPLE}: {}", artefact::how_to_add(TRIPLE));
        let required = std::env::var("LATHE_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name == "i686"),
            "LATHE_REQUIRE names `i686`, but {why}"
        );
        eprintln!("skipped: {why}");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    // `link-dead-code` compiles the functions that are inlined into programs, though there is no program here.
    let output = Command::new(env!("CARGO"))
        .args([
            "rustc",
            "--package",
            "exo-user",
            "--lib",
            "--features",
            "native",
            "--target",
            TRIPLE,
        ])
        .arg("--target-dir")
        .arg(folder.path())
        .args(["--", "-C", "link-dead-code", "-D", "warnings"])
        .current_dir(root)
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let library = folder.path().join(TRIPLE).join("debug/libexo_user.rlib");
    let library = std::fs::read(library).expect("the library was made");
    let source = std::fs::read_to_string(root.join("generated/exo/user/src/arch/i686.rs")).expect("the stubs are there");
    let stubs = source.matches("\"int 0x80\"").count();
    let entries = library.windows(2).filter(|bytes| *bytes == ENTRY).count();
    assert!(stubs > 0 && entries >= stubs, "{entries} entries of {stubs} stubs");
}
