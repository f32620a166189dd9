//! Hands the linker script to the linker. Everything else about the build stands in `.cargo/config.toml` and the profile.

fn main() {
    let directory = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    println!("cargo::rerun-if-changed=linker.ld");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-link-arg-bins=-T{directory}/linker.ld");
    println!("cargo::rustc-link-arg-bins=-zmax-page-size=4096");
    println!("cargo::rustc-link-arg-bins=--no-pie");
    println!("cargo::rustc-link-arg-bins=--build-id=none");
}
