//! Integers of 128 and 256 bits in every place of a module file: what is emitted for them compiles and passes its own tests, and these
//! tests notice when it is wrong.

use super::workspace::{Ran, Workspace, run};

/// Tests of the facts crate that such numbers pass through.
const TESTS: &[&str] = &["codec", "module_file", "assembly", "wide", "wide_fields", "manual"];

/// What the module file of the tiny machine has beside its own fields. The constants are found by value, like texts; of the variants of a
/// bound, the size of a number finds one; the salt is only there with its flag.
const FIELDS: &str = r#"  { name = "numbers", shape = "list<u256>", max = 100, doc = "Numbers that ops push." },
  { name = "seeds", shape = "list<i128>", max = 100, doc = "Numbers that nothing refers to." },
  { name = "salt", shape = "i256", flag = "debug", doc = "A number of the module." },
  { name = "bounds", shape = "list<bound>", max = 100, doc = "Numbers by their size." },
  { name = "hashes", shape = "list<hash>", max = 100, doc = "Numbers by their names." },
"#;

const ENTRIES: &str = r#"
[module.flag.debug]
doc = "The module has a salt."
bit = 0

[union.bound]
doc = "A number, by its size."
variants = [
  { name = "small", code = 0, shape = "u16", doc = "A small one." },
  { name = "large", code = 1, shape = "u128", doc = "A large one." },
  { name = "huge", code = 2, shape = "i256", doc = "Any other." },
]

[record.hash]
doc = "A number with a name."
fields = [
  { name = "name", shape = "string", max = 100, doc = "Its name." },
  { name = "value", shape = "u256", doc = "The number." },
]

[operand.number]
doc = "A number of the module."
encoding = "u16"
indexes = "module.numbers"

[op.measure]
code = 0x05
group = "all"
doc = "Pushes how many bits a number has."
since = 1
operands = ["n: number"]
out = ["i32"]
waits = "The rest of the machine."
traps = ["not_implemented"]
golden = { operands = ["1"], bytes = "05 0100" }

[trap.not_implemented]
doc = "The op waits."
code = 900
catchable = false
"#;

/// Tests of this file's own, at the crate's surface.
const OWN_TEST: &str = r#"
use tiny_facts::module::Bound;
use tiny_facts::wide::{I256, U256};
use tiny_facts::{assemble, disassemble};

#[test]
fn numbers_stand_where_texts_put_them() {
    let text = "salt -1 bounds [7, 65536, 0x1_0000_0000_0000_0000_0000_0000_0000_0000, -1, huge(7)] seeds [-2] \
                hash top: 0xff00000000000000000000000000000000000000000000000000000000000000 \
                function f { result i32 code { measure 18446744073709551616 measure 5 measure 18446744073709551616 } }";
    let module = assemble(text).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(module.salt, I256::from(-1));
    assert_eq!(module.seeds, [-2]);
    assert_eq!(module.numbers, [U256::from(1 << 64), U256::from(5)], "equal numbers are one");
    let huge = I256::from_magnitude(false, U256::from_str_radix(&format!("1{}", "0".repeat(32)), 16).expect("a number"));
    assert_eq!(
        module.bounds,
        [
            Bound::Small(7),
            Bound::Large(65_536),
            Bound::Huge(huge.expect("it fits")),
            Bound::Huge(I256::from(-1)),
            Bound::Huge(I256::from(7)),
        ]
    );
    assert_eq!(module.hashes[0].value.to_le_bytes()[31], 0xFF);
    let shown = disassemble(&module);
    assert_eq!(assemble(&shown).as_ref(), Ok(&module), "{shown}");
    assert!(shown.contains("measure 18446744073709551616"), "{shown}");
    let file = module.write().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(file[8], 1, "the salt needs its flag");
    assert_eq!(tiny_facts::Module::read(&file), Ok(module));
}

#[test]
fn narrow_places_say_what_they_hold() {
    let errors = assemble("bounds [small(99999999999999999999)]").expect_err("too large").to_string();
    assert!(errors.contains("99999999999999999999 does not fit in `u16`, which holds 0 to 65535"), "{errors}");
    let errors = assemble("function f { result i32 code { const_i32 -0x1_0000_0000_0000_0000 } }").expect_err("too small");
    assert!(errors.to_string().contains("-0x10000000000000000 does not fit in `i32`"), "{errors}");
    let errors = assemble("function f { result i32 code { measure #99999999999999999999 } }").expect_err("no index").to_string();
    assert!(errors.contains("99999999999999999999 does not fit in `index`"), "{errors}");
    let errors = assemble("seeds [0xg00000000000000000000]").expect_err("no digit").to_string();
    assert!(errors.contains("`g` is no digit of a number to base 16"), "{errors}");
}
"#;

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Ran {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(workspace.command(program).args(arguments))
}

fn test(workspace: &Workspace, names: &[&str]) -> Ran {
    let names = names.iter().flat_map(|name| ["--test", name]);
    cargo(
        workspace,
        &["test", "-q", "-p", "tiny-facts"]
            .into_iter()
            .chain(names)
            .collect::<Vec<_>>(),
    )
}

#[test]
fn what_is_emitted_for_large_numbers_holds() {
    let workspace = Workspace::new();
    let last = "  { name = \"classes\", shape = \"list<class>\", max = 100, doc = \"Classes.\" },\n";
    workspace
        .edit("spec/tiny/module.toml", last, &format!("{last}{FIELDS}"))
        .append("spec/tiny/module.toml", ENTRIES);
    workspace.lathe(&["generate"]).succeeded();
    let own = workspace.root.join("generated/tiny/facts/tests/own.rs");
    std::fs::write(own, OWN_TEST).expect("a test can be added");
    test(&workspace, &[TESTS, &["own"]].concat()).succeeded();
    let clippy = ["clippy", "-q", "-p", "tiny-facts", "--all-targets", "--", "-D", "warnings"];
    cargo(&workspace, &clippy).succeeded();

    // Broken on purpose, one at a time: the number's type, the assembler, the reader.
    let facts = "generated/tiny/facts/src";
    for (file, good, bad) in [
        (
            "wide.rs",
            "(self.limbs[at / 8] >> (at % 8 * 8)) as u8",
            "(self.limbs[3 - at / 8] >> (at % 8 * 8)) as u8",
        ),
        (
            "wide.rs",
            "let bits = if negative { magnitude.negated() } else { magnitude };",
            "let bits = magnitude;",
        ),
        (
            "asm/wide.rs",
            "0_i128.checked_sub_unsigned(magnitude)",
            "0_i128.checked_add_unsigned(magnitude)",
        ),
        ("asm/wide.rs", "(!negative || number == 0).then_some(number)", "Some(number)"),
        ("asm/wide.rs", "(\"0b\", 2)", "(\"0b\", 8)"),
        ("asm/token.rs", "None => fits = false,", "None => value = u64::MAX,"),
        (
            "module/reader.rs",
            "self.array().map(U256::from_le_bytes)",
            "self.array().map(|mut of| { of.reverse(); U256::from_le_bytes(of) })",
        ),
    ] {
        let file = format!("{facts}/{file}");
        workspace.edit(&file, good, bad);
        let ran = test(&workspace, &["wide", "wide_fields", "module_file"]);
        assert!(!ran.success, "nothing notices `{bad}` in {file}");
        assert!(
            ran.output.contains("test result: FAILED"),
            "{bad} doesn't even compile:\n{}",
            ran.errors
        );
        workspace.edit(&file, bad, good);
    }
}
