//! Emits the conformance programs of a kernel: all that its calls must refuse, its laws, a fuzzer, and these over the hosted kernel.
//!
//! The programs read the types of parameters, the rights and the errors from the facts crate, so that an entry of the spec is tried as
//! soon as it is there. What they print is emitted here, from the spec itself: a program that lost a call would be noticed.

mod laws;

use std::fmt::Write;

use crate::emit::Tree;
use crate::emit::crate_builder::CrateBuilder;
use crate::model::kernel::Kernel;

/// The files that are the same for every kernel, but for its name.
const FILES: &[(&str, &str)] = &[
    ("src/lib.rs", include_str!("text/lib.rs")),
    ("src/refusals.rs", include_str!("text/refusals.rs")),
    ("src/fixture.rs", include_str!("text/fixture.rs")),
    ("src/handles.rs", include_str!("text/handles.rs")),
    ("src/others.rs", include_str!("text/others.rs")),
    ("src/pointers.rs", include_str!("text/pointers.rs")),
    ("src/trial.rs", include_str!("text/trial.rs")),
    ("src/fuzzer.rs", include_str!("text/fuzzer.rs")),
    ("src/random.rs", include_str!("text/random.rs")),
    ("src/laws/mod.rs", include_str!("text/laws/mod.rs")),
    ("src/laws/case.rs", include_str!("text/laws/case.rs")),
    ("src/laws/list.rs", include_str!("text/laws/list.rs")),
    ("src/laws/wild.rs", include_str!("text/laws/wild.rs")),
    ("src/hosted/mod.rs", include_str!("text/hosted/mod.rs")),
    ("src/hosted/processes.rs", include_str!("text/hosted/processes.rs")),
    ("tests/hosted.rs", include_str!("text/tests.rs")),
];

/// Adds the crate.
pub fn emit(kernel: &Kernel, tree: &mut Tree) -> anyhow::Result<()> {
    let package = |part: &str| kernel.package(part);
    let mut builder = CrateBuilder::new(
        kernel.folder("conformance"),
        package("conformance"),
        format!(
            "Conformance programs of the kernel {}: refusals, laws and a fuzzer",
            kernel.name
        ),
    );
    builder.because_of(&kernel.files);
    builder.depend(&package("facts"), &kernel.folder("facts"));
    builder.depend_if_asked(&package("gate"), &kernel.folder("gate"));
    builder.depend_if_asked(&package("kernel"), &kernel.runtime);
    let hosted = [
        format!("dep:{}", package("gate")),
        format!("dep:{}", package("kernel")),
        format!("{}/halt", package("kernel")),
        format!("{}/hosted", package("kernel")),
    ];
    builder.feature("default", &["hosted".to_owned()], &[]);
    builder.feature("hosted", &hosted, &[]);
    for (path, text) in FILES {
        let mut text = (*text).to_owned();
        for part in ["facts", "gate", "kernel", "conformance"] {
            text = text.replace(&format!("exo_{part}"), &format!("{}_{part}", kernel.name));
        }
        builder.file(path, text.replace("kernel exo", &format!("kernel {}", kernel.name)), &[]);
    }
    laws::files(kernel, &mut builder)?;
    builder.file("src/transcript.rs", transcript(kernel)?, &[]);
    builder.finish(tree)
}

/// What the programs print over a kernel that conforms.
fn transcript(kernel: &Kernel) -> anyhow::Result<String> {
    let mut text =
        "//! What the programs print.\n\n/// The lines of [`refusals`](crate::refusals) over a kernel that conforms.\n\
                    pub const TRANSCRIPT: &[&str] = &[\n"
            .to_owned();
    for name in kernel.calls.iter().map(|call| call.name.as_str()).chain(["unknown_numbers"]) {
        writeln!(text, "    \"pass refuses_{name}\",")?;
    }
    text.push_str("];\n\n/// The lines of [`laws`](crate::laws::laws) over it.\npub const LAW_TRANSCRIPT: &[&str] = &[\n");
    for law in &kernel.laws {
        writeln!(text, "    \"pass law_{}\",", law.name)?;
    }
    text.push_str("];\n");
    Ok(text)
}
