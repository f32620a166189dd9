//! What the macros say about mistakes, and that they accept what is right.
//!
//! Each `tests/macros/NAME.rs` is compiled, and what the compiler says must be `tests/macros/NAME.stderr`. The line of a spec entry
//! changes whenever something is written above it, so `PLACE(idiv)` stands there for the file and line of the entry of `idiv`, and
//! `DIR` for the folder of the copies that are compiled. With `TRYBUILD=overwrite` in the environment the files are written anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use raya_facts::asm::disassemble;
use raya_facts::module::Module;
use raya_facts::signature::SIGNATURES;

/// Where the cases are, and where they are copied to with places filled in.
struct Folders {
    cases: PathBuf,
    copies: PathBuf,
}

impl Folders {
    fn new() -> Folders {
        Folders {
            cases: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/macros"),
            copies: Path::new(env!("CARGO_TARGET_TMPDIR")).join("macros"),
        }
    }

    fn copy(&self) {
        let _ = fs::remove_dir_all(&self.copies);
        fs::create_dir_all(&self.copies).expect("a folder for the copies");
        for (name, text) in files(&self.cases) {
            fs::write(self.copies.join(name), self.with_places(text)).expect("a writable copy");
        }
    }

    /// Takes over what was written into the copies.
    fn take_over(&self) {
        for (name, text) in files(&self.copies) {
            if name.ends_with(".stderr") {
                fs::write(self.cases.join(name), self.without_places(&text)).expect("a writable case");
            }
        }
    }

    fn with_places(&self, text: String) -> String {
        let mut text = text.replace("DIR/", &format!("{}/", self.copies.display()));
        for signature in SIGNATURES {
            let place = format!("{}:{}", signature.place.file, signature.place.line);
            text = text.replace(&format!("PLACE({})", signature.op), &place);
        }
        text
    }

    fn without_places(&self, text: &str) -> String {
        let mut out = String::new();
        for line in text.replace(&format!("{}/", self.copies.display()), "DIR/").lines() {
            match line
                .split_once("stated by `op.")
                .and_then(|(before, after)| Some((before, after.split_once('`')?.0)))
            {
                Some((before, op)) => out.push_str(&format!("{before}stated by `op.{op}` in PLACE({op})")),
                None => out.push_str(line),
            }
            out.push('\n');
        }
        out
    }
}

/// The names and texts of the files in a folder.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("a file").path());
    paths
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a readable file"))
        })
        .collect()
}

#[test]
fn mistakes_are_errors_at_the_offending_token() {
    let folders = Folders::new();
    folders.copy();
    let cases = trybuild::TestCases::new();
    cases.compile_fail(folders.copies.join("*.rs"));
    // The cases are run when this is dropped.
    drop(cases);
    if env::var("TRYBUILD").is_ok_and(|mode| mode == "overwrite") {
        folders.take_over();
    }
}

/// Adds two numbers, as text and as bytes that were made at compile time.
const SUM: &[u8] = raya_macros::assemble! {
    name "sum"
    /// Doc comments are comments here.
    function main { result i32 code { const_i32 2 const_i32 -3 call add, 2 return } }
    function add { params [a: i32, b: i32] result i32 code { load_local a load_local b iadd return } }
};

#[test]
fn a_program_is_assembled_at_compile_time() {
    let module = Module::read(SUM).expect("a module file");
    assert_eq!(module.name, "sum");
    assert_eq!(module.functions.len(), 2);
    assert!(disassemble(&module).contains("const_i32 -3"));
}
