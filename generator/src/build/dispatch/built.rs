//! Compiles small engines in ways that lose their jumps, and has them inspected: what is refused here comes out of a compiler, as it would.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::{functions, judge};
use crate::model::artefact::{Artefact, Form, Profile};
use crate::span::{FileId, Span};

/// How many instructions the small engines have. Below some 16, LLVM gives each a jump of its own anyway.
const OPS: usize = 32;

/// No place in any spec.
const NOWHERE: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// An engine of each kind. The handler `lost` has something to drop after its last call.
fn source() -> String {
    let mut text = String::from(
        "#![allow(clippy::all)]\n#![no_std]\n\
         pub mod tail {\n\
         pub type Handler = unsafe fn(*const u16, *mut u64);\n\
         macro_rules! next { ($pc:ident, $fp:ident) => { TABLE[usize::from(*$pc) % 4]($pc.add(1), $fp) }; }\n\
         pub static TABLE: [Handler; 4] = [add, double, kept, stop];\n\
         pub unsafe fn add(pc: *const u16, fp: *mut u64) { *fp = (*fp).wrapping_add(3); next!(pc, fp) }\n\
         pub unsafe fn double(pc: *const u16, fp: *mut u64) { *fp = (*fp).wrapping_mul(2); next!(pc, fp) }\n\
         pub unsafe fn kept(pc: *const u16, fp: *mut u64) { drop(super::Note(fp)); next!(pc, fp) }\n\
         pub unsafe fn stop(_: *const u16, _: *mut u64) {}\n\
         }\n\
         pub mod broken {\n\
         pub unsafe fn lost(pc: *const u16, fp: *mut u64) {\n\
             let _note = super::Note(fp);\n\
             super::tail::TABLE[usize::from(*pc) % 4](pc.add(1), fp);\n\
         }\n\
         pub static TABLE: [super::tail::Handler; 1] = [lost];\n\
         }\n\
         pub struct Note(*mut u64);\n\
         impl Drop for Note { fn drop(&mut self) { unsafe { *self.0 ^= 1 } } }\n\
         pub mod match_loop {\n\
         #[inline(never)]\n\
         pub unsafe fn run(mut pc: *const u16, fp: *mut u64) -> u64 {\n\
             loop { let op = *pc; pc = pc.add(1); match op {\n",
    );
    for op in 0..OPS {
        // Arms that are alike would become one.
        let change = [
            "wrapping_mul",
            "wrapping_add",
            "rotate_left",
            "saturating_sub",
            "min",
            "max",
            "wrapping_pow",
            "abs_diff",
        ][op % 8];
        let (from, number) = (op + 7, 2 * op + 3);
        let _ = match op / 8 {
            0 => writeln!(text, "{op} => *fp = (*fp).{change}({number}),"),
            1 => writeln!(text, "{op} => *fp.add({from}) = (*fp.add(1)).{change}({number}) ^ *fp,"),
            2 => writeln!(
                text,
                "{op} => {{ let v = *fp.add({from}); *fp = v; *fp.add(1) = v.{change}({number}); }}"
            ),
            _ => writeln!(text, "{op} => pc = pc.add((*fp).{change}({number}) as usize & 3),"),
        };
    }
    // Nothing is checked before the jump: with a comparison in front of it there is nothing to put into each arm.
    let _ = writeln!(
        text,
        "{OPS} => return *fp, _ => core::hint::unreachable_unchecked() }} }} }}\n}}"
    );
    text
}

/// The small engines, compiled.
struct Built {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

fn build(flags: &[&str]) -> Built {
    let folder = tempfile::tempdir().expect("a folder");
    let (source_file, file) = (folder.path().join("small.rs"), folder.path().join("small.o"));
    std::fs::write(&source_file, source()).expect("a file in it");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args([
            "--crate-name",
            "small",
            "--crate-type",
            "lib",
            "--edition",
            "2021",
            "--emit",
            "obj",
        ])
        .args(["-C", "codegen-units=1", "-C", "overflow-checks=off", "-C", "panic=abort"])
        .args(flags)
        .arg("-o")
        .args([&file, &source_file])
        .output()
        .expect("rustc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Built { file, _folder: folder }
}

/// What is said about an artefact of which this is demanded.
fn told(built: &Built, threaded: Option<&str>, replicated: Option<usize>) -> Vec<String> {
    let name = |name: &str| (name.to_owned(), NOWHERE);
    let artefact = Artefact {
        package: name("small"),
        triple: name("here"),
        doc: name("for a test"),
        form: Form::Library,
        profile: Profile::Release,
        required: true,
        text: None,
        data: None,
        symbols: Vec::new(),
        threaded: threaded.map(name),
        replicated: replicated
            .map(|least| ("small::match_loop::run".to_owned(), least, NOWHERE))
            .into_iter()
            .collect(),
    };
    let found = judge(&artefact, &built.file).expect("lathe reads what was compiled");
    assert!(found.iter().all(|diagnostic| diagnostic.code == "L0967"), "{found:?}");
    found.into_iter().map(|diagnostic| diagnostic.message).collect()
}

#[test]
fn handlers_that_jump_are_accepted() {
    let built = build(&["-C", "opt-level=2"]);
    let found = functions(&built.file, &|path| path.starts_with("small::tail::")).expect("lathe reads it");
    assert!(found.len() >= 4, "{found:?}");
    assert_eq!(told(&built, Some("small::tail"), None), Vec::<String>::new());
}

#[test]
fn a_sibling_call_that_was_lost_is_refused() {
    // By something that is dropped behind it.
    let built = build(&["-C", "opt-level=2"]);
    let told_of = told(&built, Some("small::broken"), None);
    assert_eq!(told_of.len(), 1, "{told_of:?}");
    assert!(
        told_of[0].contains("`small::broken::lost` calls the next handler"),
        "{told_of:?}"
    );
    // By a compiler that wasn't asked to optimise.
    let built = build(&["-C", "opt-level=0"]);
    let told_of = told(&built, Some("small::tail"), None);
    for handler in ["add", "double", "kept"] {
        let start = format!("`small::tail::{handler}` calls the next handler");
        assert!(
            told_of.iter().any(|message| message.contains(&start)),
            "{handler}: {told_of:?}"
        );
    }
}

#[test]
fn a_dispatch_that_was_folded_is_refused() {
    let least = OPS / 2;
    let folded = build(&["-C", "opt-level=2"]);
    let told_of = told(&folded, None, Some(least));
    assert_eq!(told_of.len(), 1, "{told_of:?}");
    assert!(told_of[0].contains("has 1 jumps to computed places"), "{told_of:?}");
    let replicated = build(&["-C", "opt-level=2", "-C", "llvm-args=-tail-dup-pred-size=4096"]);
    assert_eq!(told(&replicated, None, Some(least)), Vec::<String>::new());
}

#[test]
fn a_module_that_is_not_there_is_refused() {
    let built = build(&["-C", "opt-level=2"]);
    let told_of = told(&built, Some("small::tails"), None);
    assert_eq!(told_of.len(), 1, "{told_of:?}");
    assert!(told_of[0].contains("has no functions in `small::tails`"), "{told_of:?}");
}
