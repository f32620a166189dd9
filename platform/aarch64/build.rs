//! Hands the linker script to the linker, so that a plain `cargo build` makes a bootable image.

fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo names the package's directory");
    println!("cargo:rustc-link-arg-bins=-T{here}/linker.ld");
    println!("cargo:rustc-link-arg-bins=-zmax-page-size=4096");
    println!("cargo:rerun-if-changed=linker.ld");
}
