//! Modules that are made to cost the verifier and the lowering as much as possible for their size: what each takes is counted, not measured,
//! and grows with the size of the module and with nothing else.

use std::fmt::Write as _;
use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::Module;
use raya_facts::limits::VERIFIER_STEPS;
use raya_facts::verify::{VerifyErrorKind, verify};
use raya_machine::code::Statistics;
use raya_runtime::Options;

/// The size of the larger ones: a megabyte, and less where nothing is optimised.
const LARGE: usize = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };

/// A text of about so many bytes of code.
type Case = fn(usize) -> String;

const CASES: &[(&str, Case)] = &[
    ("raises", raises),
    ("calls", calls),
    ("joins", joins),
    ("climbs", climbs),
    ("subclasses", subclasses),
    ("ancestors", ancestors),
    ("overrides", overrides),
    ("hierarchy", hierarchy),
    ("handlers", handlers),
    ("texts", texts),
    ("captures", captures),
    ("stores", stores),
    ("references", references),
    ("functions", functions),
    ("natives", natives),
    ("types", types),
];

fn main_of(head: &str, locals: &str, code: &str) -> String {
    format!("{head}\nfunction main {{ result i32 locals [{locals}] code {{ {code} }} }}")
}

/// A deep stack above a handler, and blocks each of which can raise an exception.
fn raises(size: usize) -> String {
    let deep = "const_true ".repeat(1000);
    let mut code = format!("try caught, _ {deep}");
    for block in 0..size / 7 {
        let _ = write!(code, "jmp l{block} l{block}: yield ");
    }
    main_of("", "", &format!("{code} const_i32 0 return caught: pop const_i32 0 return"))
}

/// One deep stack, and many blocks each of which takes all of it.
fn calls(size: usize) -> String {
    let params: Vec<String> = (0..1000).map(|param| format!("p{param}: bool")).collect();
    let head = format!(
        "function wide {{ params [{}] result i32 code {{ const_i32 0 return }} }}",
        params.join(", ")
    );
    let (mut code, mut blocks) = ("const_true ".repeat(1000), String::new());
    for block in 0..size / 14 {
        let _ = write!(code, "const_true jmp_if_true l{block} ");
        let _ = write!(blocks, "l{block}: call wide, 1000 return ");
    }
    main_of(&head, "", &format!("{code} call wide, 1000 return {blocks}"))
}

/// Deep stacks that differ at the bottom, any two of which meet somewhere.
fn joins(size: usize) -> String {
    let stacks = size / 3 / 1000;
    let mut head = String::new();
    let mut code = String::new();
    for stack in 0..stacks {
        let _ = write!(head, "class C{stack} {{ }} ");
        let _ = write!(code, "const_true jmp_if_true s{stack} ");
    }
    code.push_str("const_i32 0 return ");
    let mut targets = vec![Vec::new(); stacks];
    let mut count = 0;
    'all: for distance in 1..stacks {
        for one in 0..stacks - distance {
            if count == size / 20 {
                break 'all;
            }
            targets[one].push(count);
            targets[one + distance].push(count);
            count += 1;
        }
    }
    for (stack, targets) in targets.iter().enumerate() {
        let _ = write!(code, "s{stack}: new C{stack} {} ", "const_true ".repeat(1000));
        for target in targets {
            let _ = write!(code, "const_true jmp_if_true t{target} ");
        }
        code.push_str("const_i32 0 return ");
    }
    for target in 0..count {
        let _ = write!(code, "t{target}: const_i32 0 return ");
    }
    main_of(&head, "", &code)
}

/// A chain of classes as long as it may be.
fn chain(name: &str, length: usize, parent: &str) -> String {
    let mut head = format!("class {name}0 {{ {parent} }} ");
    for class in 1..length {
        let _ = write!(head, "class {name}{class} {{ parent {name}{} }} ", class - 1);
    }
    head
}

/// A loop that makes the type of one value after the other larger, each as often as its class has ancestors.
fn climbs(size: usize) -> String {
    let depth = 250;
    let mut code = format!("{} jmp start start: ", format!("new C{} ", depth - 1).repeat(200));
    for class in (0..depth).rev() {
        let _ = write!(code, "const_true jmp_if_true up{class} jmp on{class} up{class}: ");
        let _ = write!(code, "pop new C{class} jmp start on{class}: ");
    }
    code.push_str(&"const_true pop ".repeat(size.saturating_sub(code.len() / 2) / 2));
    main_of(&chain("C", depth, ""), "", &format!("{code} const_i32 0 return"))
}

/// Objects of the lowest class of a long chain go where the highest is wanted.
fn subclasses(size: usize) -> String {
    let code = "load_local low store_local high ".repeat(size / 6);
    main_of(
        &chain("C", 250, ""),
        "low: object(C249), high: object(C0)",
        &format!("{code} const_i32 0 return"),
    )
}

/// Objects whose nearest common ancestor is far from both.
fn ancestors(size: usize) -> String {
    let head = format!(
        "class Root {{ }} {}{}",
        chain("A", 250, "parent Root"),
        chain("B", 250, "parent Root")
    );
    let mut code = String::new();
    for block in 0..size / 24 {
        let _ = write!(
            code,
            "const_true jmp_if_true b{block} load_local a{} jmp j{block} ",
            block % 40
        );
        let _ = write!(code, "b{block}: load_local b{} j{block}: pop ", block / 40 % 40);
    }
    let locals: Vec<String> = (0..40)
        .map(|local| format!("a{local}: object(A{}), b{local}: object(B{})", 249 - local, 249 - local))
        .collect();
    main_of(&head, &locals.join(", "), &format!("{code} const_i32 0 return"))
}

/// Methods with long names, inherited by many classes each of which overrides one.
fn overrides(size: usize) -> String {
    let mut text =
        String::from("function body { params [this: object(Root)] result null code { return_void } } class Root { methods [");
    let names: Vec<String> = (0..size / 2 / 4000)
        .map(|name| format!("{}{name:04}", "n".repeat(3990)))
        .collect();
    for name in &names {
        let _ = write!(text, "{name}: body, ");
    }
    text.push_str("last: body] } ");
    for class in 0..size / 2 / 40 {
        let _ = write!(text, "class C{class} {{ parent Root methods [last: body] }} ");
    }
    main_of(&text, "", "const_i32 0 return")
}

/// Methods with many parameters, overridden in a long chain of classes again and again, and fields that all of them inherit.
fn hierarchy(size: usize) -> String {
    let params: Vec<String> = (0..size / 20).map(|param| format!("p{param}: bool")).collect();
    let params = params.join(", ");
    let fields: Vec<String> = (0..200).map(|field| format!("f{field}: i32")).collect();
    let mut text = String::new();
    for name in ["one", "other"] {
        let _ = write!(
            text,
            "function {name} {{ params [this: object(Root), {params}] result null code {{ return_void }} }} "
        );
    }
    let _ = write!(text, "class Root {{ fields [{}] methods [m: one] }} ", fields.join(", "));
    for class in 0..size / 100 {
        let body = ["one", "other"][class % 2];
        let parent = match class % 200 {
            0 => "Root".to_owned(),
            _ => format!("C{}", class - 1),
        };
        let _ = write!(text, "class C{class} {{ parent {parent} methods [m: {body}] }} ");
    }
    main_of(&text, "", "const_i32 0 return")
}

/// Handlers nested as deep as they may be, around many blocks that can raise exceptions.
fn handlers(size: usize) -> String {
    let mut code: String = (0..250).map(|level| format!("try h{level}, f{level} ")).collect();
    for block in 0..size / 7 {
        let _ = write!(code, "jmp l{block} l{block}: yield ");
    }
    code.push_str(&"end_try ".repeat(250));
    code.push_str("const_i32 0 return ");
    for level in 0..250 {
        let _ = write!(code, "h{level}: rethrow f{level}: rethrow ");
    }
    main_of("", "", &code)
}

/// One long text in many constants.
fn texts(size: usize) -> String {
    let text = "x".repeat(size / 2);
    let constants: String = (0..size / 20).map(|_| "text(\"!\"), ".to_owned()).collect();
    let head = format!("strings [\"{text}\", \"!\"] constants [{constants}]");
    main_of(
        &head,
        "",
        &format!("{} const_i32 0 return", "const_str #0 pop ".repeat(size / 12)),
    )
}

/// Many locals, and closures that capture the last of them.
fn captures(size: usize) -> String {
    let count = (size / 20).min(60_000);
    let locals: Vec<String> = (0..count).map(|local| format!("l{local}: cell(i32)")).collect();
    let head = "function inner { result i32 captures [c: cell(i32)] code { const_i32 0 return } }";
    let close = format!("close_var {} ", count - 1);
    let code = format!(
        "load_local {} make_closure inner, 1 {} pop const_i32 0 return",
        count - 1,
        close.repeat(size / 2 / 5)
    );
    main_of(head, &locals.join(", "), &code)
}

/// Values that lie in locals, each of which is then stored into, the topmost first, with safepoints between.
fn stores(size: usize) -> String {
    let locals: Vec<String> = (0..1000).map(|local| format!("l{local}: any")).collect();
    let loads: String = (0..1000).map(|local| format!("load_local l{local} ")).collect();
    let stores: String = (0..1000)
        .rev()
        .map(|local| format!("const_true box store_local l{local} "))
        .collect();
    let pops = "pop ".repeat(1000);
    main_of(
        "",
        &locals.join(", "),
        &format!(
            "{} const_i32 0 return",
            format!("{loads} {stores} {pops}").repeat(size / 9000 + 1)
        ),
    )
}

/// Two lines of blocks in turns, with deep stacks of references that differ at the bottom.
fn references(size: usize) -> String {
    let deep = "const_null ".repeat(1000);
    let mut code = format!("const_true jmp_if_true other const_i32 1 {deep} jmp a0 other: const_str \"\" {deep} jmp b0 ");
    let blocks = size / 14;
    for block in 0..blocks {
        let next = block + 1;
        let _ = write!(code, "a{block}: nop yield jmp a{next} b{block}: nop yield jmp b{next} ");
    }
    let _ = write!(code, "a{blocks}: const_i32 0 return b{blocks}: const_i32 0 return");
    main_of("", "", &code)
}

/// Many small functions.
fn functions(size: usize) -> String {
    let mut text = String::new();
    for function in 0..size / 40 {
        let _ = write!(
            text,
            "function f{function} {{ params [a: i32] result i32 code {{ load_local a return }} }} "
        );
    }
    main_of(&text, "", "const_i32 0 return")
}

/// A native that takes anything, called with ever other numbers and kinds of values.
fn natives(size: usize) -> String {
    let mut code = String::new();
    let kinds = ["const_true", "const_null", "const_i32 1", "const_f64 1.0"];
    let mut noise = 1_u32;
    while code.len() < size * 3 {
        for _ in 0..1000 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let _ = write!(code, "{} box ", kinds[(noise >> 20) as usize % 4]);
        }
        code.push_str("native_call all, 1000 pop ");
    }
    main_of(
        "native all { rest any result null }",
        "",
        &format!("{code} const_i32 0 return"),
    )
}

/// Types that differ at the end.
fn types(size: usize) -> String {
    let many = "i32, ".repeat(1000);
    let types: Vec<String> = (0..size / 4000)
        .map(|of| {
            format!(
                "tuple([{many} {}])",
                ["str", "bool", "f64"][of % 3].to_owned() + &", i32".repeat(of / 3)
            )
        })
        .collect();
    main_of(&format!("types [{}]", types.join(", ")), "", "const_i32 0 return")
}

/// What the verifier says: how many steps it took, or that they were too many.
#[derive(Debug, PartialEq)]
enum Verdict {
    Steps(u64),
    TooComplex,
}

/// The size of the code of a case, what the verifier says about it, and what lowering made of it. It comes out of a module file.
fn judge(name: &str, text: &str) -> (u64, Verdict) {
    let module = raya_facts::asm::assemble(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let file = module.write().unwrap_or_else(|error| panic!("{name}: {error}"));
    let module = Arc::new(Module::read(&file).unwrap_or_else(|error| panic!("{name}: {error}")));
    let bytes = module.functions.iter().map(|function| function.code.len() as u64).sum();
    let steps = match verify(&module) {
        Ok(verified) => verified.steps,
        Err(error) if error.kind == VerifyErrorKind::TooComplex => return (bytes, Verdict::TooComplex),
        Err(error) => panic!("{name}: {error}"),
    };
    let machine =
        raya_engine::load(module, Options::default(), Dispatch::best()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let Statistics {
        words,
        references,
        safepoints,
        ..
    } = machine.engine().statistics();
    for (what, count) in [("words", words), ("references", references), ("safepoints", safepoints)] {
        assert!(
            count <= 4 * file.len() as u64,
            "{name}: {count} {what} of {} bytes",
            file.len()
        );
    }
    (bytes, Verdict::Steps(steps))
}

/// Bytes of code and steps of the smaller ones.
const EXPECTED: &str = "\
raises: 18164 Steps(29579)
calls: 21006 TooComplex
joins: 6378 Steps(246420)
climbs: 16377 Steps(769979)
subclasses: 20004 Steps(10002)
ancestors: 15000 Steps(19995)
overrides: 7 Steps(4)
hierarchy: 8 Steps(5)
handlers: 20148 Steps(7716)
texts: 10002 Steps(5001)
captures: 6023 Steps(4011)
stores: 27006 Steps(24003)
references: 22030 Steps(10581)
functions: 2006 Steps(1503)
natives: 20302 Steps(16015)
types: 6 Steps(3)
";

/// Every step is counted, so that these numbers are the same everywhere. Most cases take few for each byte; two run into the limit, which
/// is stated for each byte too.
#[test]
fn steps_grow_with_the_size_and_with_nothing_else() {
    let mut table = String::new();
    for (name, case) in CASES {
        let (small, verdict) = judge(name, &case(20_000));
        let (large, again) = judge(name, &case(LARGE));
        let _ = writeln!(table, "{name}: {small} {verdict:?}");
        match (verdict, again) {
            (Verdict::Steps(few), Verdict::Steps(many)) => {
                assert!(
                    many <= u64::from(VERIFIER_STEPS) + 8 * large,
                    "{name}: {many} steps for {large} bytes of code, {few} for {small}"
                );
            }
            // What has more than there is at all costs no more than there is.
            (_, Verdict::TooComplex) => {}
            (Verdict::TooComplex, more) => panic!("{name}: {more:?} of {large} bytes"),
        }
    }
    assert_eq!(table, EXPECTED, "{table}");
}
