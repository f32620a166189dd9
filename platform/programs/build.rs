//! Hands the linker script to the linker. Everything else about the build stands in `.cargo/config.toml` and the profile.

fn main() {
    let directory = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    println!("cargo::rerun-if-changed=linker.ld");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-link-arg-bins=-T{directory}/linker.ld");
    // A target without a system is linked by the linker itself, that of a host by its C compiler.
    let hosted = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system != "none");
    let arguments: &[&str] = if hosted {
        &[
            "-nostartfiles",
            "-nostdlib",
            "-static",
            "-no-pie",
            "-Wl,-zmax-page-size=4096,--build-id=none",
        ]
    } else {
        &["-zmax-page-size=4096", "--no-pie", "--build-id=none"]
    };
    for argument in arguments {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
