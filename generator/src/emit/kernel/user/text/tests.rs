//! Holds the entry into the kernel against the conventions, and the header for C against the facts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use exo_facts::convention::{self, Convention};
use exo_facts::{Error, Kind, Rights, Syscall, Trap};

/// The functions of a target's file: the name of each, the instructions, and what the registers hold before and after.
struct Function {
    name: String,
    instructions: Vec<String>,
    registers: BTreeMap<String, (String, String)>,
}

fn functions(target: &str) -> Vec<Function> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/arch/{target}.rs"));
    let text = std::fs::read_to_string(&path).expect("every convention has its file");
    let mut functions = Vec::new();
    for part in text.split("pub(crate) fn ").skip(1) {
        let name = part.split('(').next().unwrap_or_default().to_owned();
        let lines = part.lines().map(str::trim);
        let instructions = lines.clone().filter_map(|line| line.strip_prefix('"')?.strip_suffix("\","));
        let mut registers = BTreeMap::new();
        // Vector registers stand several in a line.
        let operands = lines.flat_map(|line| line.split_inclusive("_, ")).map(str::trim);
        for line in operands {
            let Some((kind, rest)) = line.trim_end_matches(',').split_once("(\"") else { continue };
            let Some((register, values)) = rest.split_once("\") ") else { continue };
            let (before, after) = match kind {
                "inlateout" => values.split_once(" => ").expect("a value before and one after"),
                "lateout" => ("", values),
                _ => panic!("{name} has an operand of another kind: {line}"),
            };
            let twice = registers.insert(register.to_owned(), (before.to_owned(), after.to_owned()));
            assert!(twice.is_none(), "{name} of {target} names {register} twice");
        }
        functions.push(Function {
            name,
            instructions: instructions.map(str::to_owned).collect(),
            registers,
        });
    }
    assert!(!functions.is_empty(), "{target} has no function");
    functions
}

fn holds(function: &Function, register: &str, before: &str, after: &str) {
    let found = function.registers.get(register).map(|(before, after)| (before.as_str(), after.as_str()));
    assert_eq!(found, Some((before, after)), "{register} in {}", function.name);
}

#[test]
fn calls_use_the_registers_of_the_convention() {
    for convention in convention::ALL {
        for function in functions(convention.target) {
            let (way, count) = function.name.rsplit_once('_').expect("a way and a count");
            let count: usize = count.parse().expect("a number of arguments");
            entered(&convention, &function);
            match convention.block {
                Some(block) => {
                    holds(&function, convention.number, "number as u32", "_");
                    holds(&function, block, "block.as_mut_ptr()", "_");
                }
                None => in_registers(&convention, &function, way, count),
            }
            lost(&convention, &function, way != "plain");
            if way != "plain" {
                shown(&convention, &function);
            }
        }
    }
}

fn entered(convention: &Convention, function: &Function) {
    let entering = function.instructions.iter().filter(|line| *line == convention.instruction).count();
    assert_eq!(entering, 1, "{} enters the kernel once", function.name);
}

fn in_registers(convention: &Convention, function: &Function, way: &str, count: usize) {
    let mut results: BTreeMap<&str, String> = BTreeMap::new();
    results.insert(convention.status.expect("a status"), "status".to_owned());
    if way == "message" {
        let words = convention.message.iter().enumerate();
        results.extend(words.map(|(at, register)| (*register, format!("w{at}"))));
        results.insert(convention.page.expect("a page"), "page".to_owned());
    } else {
        results.insert(convention.value.expect("a value"), "value".to_owned());
    }
    let after = |register: &str| results.get(register).cloned().unwrap_or("_".to_owned());
    holds(function, convention.number, "number", &after(convention.number));
    for (at, register) in convention.arguments.iter().enumerate().take(count) {
        holds(function, register, &format!("a{at}"), &after(register));
    }
    for (register, result) in &results {
        assert_eq!(function.registers.get(*register).map(|(_, after)| after), Some(result), "{}", function.name);
    }
}

/// Every register that a call loses is named or saved; none that it keeps is.
fn lost(convention: &Convention, function: &Function, switches: bool) {
    let is_saved = |register: &str| {
        let saves = |line: &&String| ["push ", "pop ", "st", "ld"].iter().any(|start| line.starts_with(start));
        let named = |line: &&String| line.split([' ', ',']).any(|word| word == register);
        function.instructions.iter().filter(saves).filter(named).count() == 2
    };
    let gone = [convention.destroyed, convention.clobbered, convention.vectors, convention.arguments].concat();
    for register in gone {
        assert!(function.registers.contains_key(register), "{} forgets that it loses {register}", function.name);
    }
    for register in convention.kept {
        let told = function.registers.contains_key(*register) || is_saved(register);
        assert_eq!(told, switches, "{register} in {}", function.name);
    }
}

/// A fast path leaves the registers to the next process: those without an argument are cleared first, behind where they are saved.
fn shown(convention: &Convention, function: &Function) {
    let enters = |line: &String| line == convention.instruction;
    let call = function.instructions.iter().position(enters).expect("it enters the kernel");
    let cleared: Vec<&str> = function.instructions[..call].iter().flat_map(|line| line.split("; ")).collect();
    let vectors = if convention.hands_on_vectors { convention.vectors } else { &[] };
    let all = [convention.clobbered, convention.kept, convention.arguments, vectors].concat();
    for register in all {
        let is_argument = function.registers.get(register).is_some_and(|(before, _)| !before.is_empty());
        let low = match register.strip_prefix('r') {
            Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => format!("{register}d"),
            Some(rest) => format!("e{rest}"),
            None => register.to_owned(),
        };
        let ways = [format!("mov {register}, xzr"), format!("xor {low}, {low}"), format!("movi {register}.2d, #0")];
        let is_cleared = ways.iter().any(|way| cleared.contains(&way.as_str()));
        assert_ne!(is_argument, is_cleared, "{register} in {}", function.name);
    }
}

/// The values that the header has to state.
fn constants() -> Vec<(String, u64)> {
    let named = |group: &str, name: &str, value: u64| (format!("EXO_{group}_{}", name.to_uppercase()), value);
    let mut all = Vec::new();
    all.extend(Syscall::ALL.map(|call| named("CALL", call.name(), call.number())));
    all.extend(Error::ALL.map(|error| named("ERROR", error.name(), error.code())));
    all.extend(Kind::ALL.map(|kind| named("KIND", kind.name(), kind.code().into())));
    all.extend(Rights::EACH.map(|(right, name, _)| named("RIGHT", name, right.bits().into())));
    all.extend(Trap::ALL.map(|trap| named("TRAP", trap.name(), trap.code())));
    all.extend(exo_facts::initial::ALL.map(|of| named("INITIAL", of.name, of.index.into())));
    all
}

#[test]
fn a_program_in_c_sees_the_same_numbers() {
    let mut text = "#include \"exo.h\"\n".to_owned();
    for (name, value) in constants() {
        writeln!(text, "_Static_assert({name} == {value}, \"{name}\");").expect("a text takes all");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("numbers.c");
    std::fs::write(&program, text).expect("the folder for tests can be written");
    let output = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-c", "-o"])
        .arg(program.with_extension("o"))
        .arg("-I")
        .arg(folder.join("include"))
        .arg(&program)
        .output()
        .expect("a C compiler is called `cc`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_header_states_nothing_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/exo.h");
    let header = std::fs::read_to_string(path).expect("the header is there");
    let stated = header.lines().filter_map(|line| line.strip_prefix("#define EXO_")?.split(' ').next());
    let groups = ["CALL_", "ERROR_", "KIND_", "RIGHT_", "TRAP_", "INITIAL_"];
    let stated: Vec<String> = stated
        .filter(|name| groups.iter().any(|group| name.starts_with(group)))
        .map(|name| format!("EXO_{name}"))
        .collect();
    let expected: Vec<String> = constants().into_iter().map(|(name, _)| name).collect();
    assert_eq!(stated.len(), expected.len());
    for name in expected {
        assert!(stated.contains(&name), "{name} is missing in the header");
    }
}
