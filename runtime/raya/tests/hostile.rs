//! Code that nobody verified: the machine reports a contradiction or runs it, and never panics.

mod support;

use raya_facts::Module;
use raya_runtime::Limits;
use support::{module, run_unverified};

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below.max(1) as u64).unwrap_or(0)
    }
}

fn limits() -> Limits {
    Limits {
        fuel: Some(20_000),
        heap: 1 << 20,
        depth: 200,
        tasks: 50,
        ..Limits::default()
    }
}

/// The programs of the spec.
fn programs() -> Vec<Module> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/raya/programs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the programs are there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rasm"));
    assert!(!files.is_empty());
    files
        .iter()
        .map(|path| module(&std::fs::read_to_string(path).expect("a program can be read")))
        .collect()
}

/// Bytes of code are exchanged for others; whatever comes out must end in an orderly way.
#[test]
fn mutated_programs_never_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for program in programs() {
        for _ in 0..150 {
            let mut mutant = program.clone();
            for _ in 0..=random.next(4) {
                let function = random.next(mutant.functions.len());
                let code = &mut mutant.functions[function].code;
                if !code.is_empty() {
                    let at = random.next(code.len());
                    code[at] = u8::try_from(random.next(256)).unwrap_or(0);
                }
            }
            run_unverified(mutant, limits());
        }
    }
}

/// Functions, classes and types are exchanged too.
#[test]
fn mutated_declarations_never_panic() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for program in programs() {
        for _ in 0..100 {
            let mut mutant = program.clone();
            let function = random.next(mutant.functions.len());
            let declared = &mut mutant.functions[function];
            match random.next(5) {
                0 => declared.params.truncate(random.next(3)),
                1 => declared.locals.truncate(random.next(3)),
                2 => declared.captures.clear(),
                3 => declared.result = raya_facts::TypeId(u32::try_from(random.next(80)).unwrap_or(0)),
                _ => {
                    for class in &mut mutant.classes {
                        class.fields.truncate(random.next(2));
                        class.methods.truncate(random.next(2));
                    }
                }
            }
            run_unverified(mutant, limits());
        }
    }
}

/// Code of nothing but random bytes.
#[test]
fn random_code_never_panics() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    let program = module("function main { result i32 params [] locals [a: i32, b: any, c: str] code { const_i32 0 return } }");
    for _ in 0..2000 {
        let mut mutant = program.clone();
        let length = random.next(40);
        mutant.functions[0].code = (0..length).map(|_| u8::try_from(random.next(256)).unwrap_or(0)).collect();
        run_unverified(mutant, limits());
    }
}

/// What the verifier would refuse is found when it happens.
#[test]
fn contradictions_are_trips() {
    for code in [
        "iadd return",
        "const_f64 1.5 return",
        "const_i32 1 const_f64 1.0 iadd return",
        "end_try const_i32 1 return",
        "const_i32 1",
    ] {
        let run = run_unverified(module(&format!("function main {{ result i32 code {{ {code} }} }}")), limits());
        assert!(run.is_some_and(|run| run.tripped()), "{code}");
    }
}

/// A loop that only pushes ends without taking the host's memory.
#[test]
fn an_operand_stack_without_end_is_a_trip() {
    let limits = Limits {
        fuel: Some(1_000_000),
        ..limits()
    };
    let run = run_unverified(
        module("function main { result i32 code { again: const_i32 1 jmp again } }"),
        limits,
    );
    assert!(run.is_some_and(|run| run.tripped()));
}
