//! What has to hold for the module files, the assembly and the code of an emitted machine: whatever comes is read or refused; what was
//! read is written as it was, and shown as text that means the same; what the verifier accepts it accepts again.

use raya_facts::module::Module;
use raya_facts::verify::verify;
use raya_facts::{assemble, disassemble};

/// Programs that are in order.
pub const PROGRAMS: &[&str] = &[
    include_str!("../../../spec/raya/programs/closures.rasm"),
    include_str!("../../../spec/raya/programs/exceptions.rasm"),
    include_str!("../../../spec/raya/programs/fibonacci.rasm"),
    include_str!("../../../spec/raya/programs/shapes.rasm"),
    include_str!("../../../spec/raya/programs/tasks.rasm"),
];

/// Where the checksum of a module file stands.
const CHECKSUM: std::ops::Range<usize> = 12..16;

/// Words of assembly, for whoever makes some.
#[allow(dead_code, reason = "the targets of libfuzzer find words by themselves")]
pub const WORDS: &[&str] = &[
    "function",
    "class",
    "native",
    "global",
    "static",
    "params",
    "locals",
    "result",
    "code",
    "fields",
    "methods",
    "parent",
    "i32",
    "f64",
    "str",
    "any",
    "array(i32)",
    "object(A)",
    "func([i32], _, i32)",
    "tuple([i32, str])",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ",",
    "_",
    "again:",
    "jmp again",
    "jmp_if_true again",
    "try a, b",
    "const_i32 1",
    "const_str \"x\"",
    "load_local x",
    "call f, 1",
    "return",
    "throw",
    "\"\\u{1F600}\"",
    "\"",
    "-2147483648",
    "99999999999999999999",
    "1e999",
    "nan",
    "#",
    "//",
    "\u{0}",
    "é",
    ".byte 1",
];

/// Seeds of module files.
#[allow(dead_code, reason = "only the tests need seeds")]
pub fn modules() -> Vec<Vec<u8>> {
    let modules = PROGRAMS.iter().filter_map(|text| assemble(text).ok()?.write().ok());
    modules.collect()
}

/// A module file, as it is and with the checksum that it should have, which bytes by chance have not.
pub fn module(data: &[u8]) {
    read(data);
    if data.len() >= CHECKSUM.end {
        let mut data = data.to_vec();
        let checksum = raya_facts::crc32::crc32(&data[CHECKSUM.end..]);
        data[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        read(&data);
    }
}

fn read(data: &[u8]) {
    let module = match Module::read(data) {
        Ok(module) => module,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let written = module.write().expect("what was read can be written");
    assert_eq!(written, data, "what was read is written as it was");
    assert!(Module::read(&written).as_ref() == Ok(&module));
    judge(&module);
}

/// Shows and verifies a module; `true` if it is in order.
fn judge(module: &Module) -> bool {
    let shown = disassemble(module);
    let verified = match verify(module) {
        Ok(_) => true,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    };
    // Text has no word for what refers to nothing, so that only what is in order has to come back.
    if verified {
        let again = match assemble(&shown) {
            Ok(again) => again,
            Err(errors) => panic!("what was shown can't be read: {errors}\n{shown}"),
        };
        assert_eq!(disassemble(&again), shown);
        assert!(verify(&again).is_ok(), "what was shown is not in order:\n{shown}");
    }
    verified
}

/// Assembly.
pub fn assembler(data: &[u8]) {
    match assemble(&String::from_utf8_lossy(data)) {
        Ok(module) => {
            if let Ok(written) = module.write() {
                assert!(Module::read(&written).as_ref() == Ok(&module));
            }
            judge(&module);
        }
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
}

/// A program with other code in places; the module if it is in order.
pub fn verifier(data: &[u8]) -> Option<Module> {
    let (program, changes) = data.split_first()?;
    let mut module = assemble(PROGRAMS[usize::from(*program) % PROGRAMS.len()]).expect("the programs are in order");
    for change in changes.chunks_exact(4).take(64) {
        let (function, count) = (usize::from(change[0]), module.functions.len());
        let function = &mut module.functions[function % count];
        let at = usize::from(u16::from_le_bytes([change[1], change[2]])) % function.code.len().max(1);
        let value = change[3];
        match change[2] % 4 {
            0 => function.code.insert(at, value),
            1 if !function.code.is_empty() => drop(function.code.remove(at)),
            2 if change[1] % 8 == 0 => declare(function, value),
            _ => {
                if let Some(byte) = function.code.get_mut(at) {
                    *byte = value;
                }
            }
        }
    }
    judge(&module).then_some(module)
}

/// Changes what a function declares.
fn declare(function: &mut raya_facts::module::Function, value: u8) {
    match value % 4 {
        0 => drop(function.params.pop()),
        1 => drop(function.locals.pop()),
        2 => drop(function.captures.pop()),
        _ => function.rest = None,
    }
}
