//! Compiles C against the headers, and runs it with the library.

// Each test file uses a part of it.
#![allow(dead_code)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every compiler must accept without a word.
const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Werror", "-pedantic"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of this run below the folder of artefacts.
fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("PACKAGE-c-{name}"))
}

/// The C compiler: what `CC` says, or `cc`.
fn compiler() -> Command {
    let mut command = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()));
    command
        .args(["-std=c11"])
        .args(WARNINGS)
        .arg("-I")
        .arg(folder().join("include"));
    command
}

/// The C++ compiler, if there is one: headers must be fit for it too.
fn other_compiler() -> Option<Command> {
    let name = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    Command::new(&name).arg("--version").output().ok()?;
    let mut command = Command::new(name);
    command
        .args(["-std=c++17", "-x", "c++"])
        .args(WARNINGS)
        .arg("-I")
        .arg(folder().join("include"));
    Some(command)
}

/// What a command says, and whether it succeeded.
fn outcome(mut command: Command) -> (bool, String) {
    let shown = format!("{command:?}");
    let output = command.output().unwrap_or_else(|error| {
        panic!("can't run {shown}: {error}; a C compiler is needed, under the name `cc` or as `CC` says")
    });
    let text = format!(
        "{shown}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.success(), text)
}

/// Has C compilers prove that each expression has the value that it has in Rust.
#[track_caller]
pub fn layout(header: &str, rows: &[(&str, usize)]) {
    for (is_other, compiler) in [(false, Some(compiler())), (true, other_compiler())] {
        let Some(mut compiler) = compiler else {
            println!("no C++ compiler: {header} wasn't compiled as C++");
            continue;
        };
        let name = format!("{header}-{is_other}.c");
        compiler
            .arg("-fsyntax-only")
            .arg(source(&name, &assertions(header, rows, 0), is_other));
        let (success, text) = outcome(compiler);
        assert!(success, "{text}");
    }
    // A compiler that doesn't look at the assertions would prove nothing.
    let mut compiler = compiler();
    compiler
        .arg("-fsyntax-only")
        .arg(source(&format!("{header}-wrong.c"), &assertions(header, rows, 1), false));
    let (success, text) = outcome(compiler);
    assert!(!success && text.contains("static assertion failed"), "{text}");
}

fn assertions(header: &str, rows: &[(&str, usize)], off_by: usize) -> String {
    let mut text = format!("#include \"{header}\"\n");
    for (expression, value) in rows {
        let value = value + off_by;
        writeln!(text, "ASSERT({expression} == {value}, \"{expression} is {value}\");").expect("a text takes anything");
    }
    text
}

fn source(name: &str, text: &str, is_other: bool) -> PathBuf {
    let words = match is_other {
        true => "#define ASSERT static_assert\n#define ALIGNOF alignof\n",
        false => "#define ASSERT _Static_assert\n#define ALIGNOF _Alignof\n",
    };
    let path = temporary(name);
    std::fs::write(&path, format!("#include <stddef.h>\n{words}{text}")).expect("the folder for temporary files can be written");
    path
}

/// Compiles a program, links it with the library, and runs it. It must end with 0.
#[track_caller]
pub fn run(program: &str) {
    let program = folder().join(program);
    let name = program
        .file_stem()
        .expect("a program has a name")
        .to_string_lossy()
        .into_owned();
    let executable = temporary(&name).with_extension(std::env::consts::EXE_EXTENSION);
    let library = library();
    let mut compiler = compiler();
    compiler
        .arg(&program)
        .arg("-o")
        .arg(&executable)
        .arg("-L")
        .arg(&library)
        .arg("-lPACKAGE_c");
    let (success, text) = outcome(compiler);
    assert!(success, "{text}");
    let mut command = Command::new(&executable);
    // Where the loader of each system looks for libraries.
    for variable in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH"] {
        let before = std::env::var_os(variable).unwrap_or_default();
        let folders = std::iter::once(library.clone()).chain(std::env::split_paths(&before));
        command.env(
            variable,
            std::env::join_paths(folders).expect("paths of folders can be joined"),
        );
    }
    let (success, text) = outcome(command);
    std::fs::remove_file(&executable).ok();
    assert!(success, "{name} failed\n{text}");
    println!("{text}");
}

/// Runs every program of a folder, if there is one.
#[track_caller]
pub fn run_all(programs: &str) {
    let Ok(entries) = std::fs::read_dir(folder().join(programs)) else {
        println!("there is no folder {programs}");
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
    paths.sort();
    for path in paths {
        println!("{}", path.display());
        run(&path.to_string_lossy());
    }
}

/// The folder with the library that cargo built for this very test: it stands beside the test.
fn library() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test.parent().map(Path::to_path_buf).expect("a test stands in a folder");
    let name = format!("{}PACKAGE_c{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    assert!(folder.join(&name).exists(), "{name} isn't in {}", folder.display());
    folder
}
