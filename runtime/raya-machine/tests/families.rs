//! Instructions that change while they run: what the emitted tests of families can't say.
//!
//! Those let one instruction of each family meet everything in the spec, in every order. Here a fault is planted in what an instruction
//! remembers, as a guard would leave it that always holds, and has to be seen; and modules are written against the caches.

use std::sync::Arc;

use raya_conformance::tiers::{self, Setting};
use raya_engine::TABLE;
use raya_facts::verify::verify;
use raya_facts::{Module, assemble};
use raya_machine::Fast;
use raya_machine::table::{Family, What};
use raya_runtime::{Context, Limits, Machine, Options, Output};

fn module(text: &str) -> Arc<Module> {
    Arc::new(assemble(text).unwrap_or_else(|errors| panic!("{errors}\nin\n{text}")))
}

fn options() -> Options {
    let limits = Limits {
        heap: 1 << 20,
        ..Limits::default()
    };
    Options::new(limits, Output::Capture(Vec::new()))
}

fn load(module: &Arc<Module>) -> Machine<Fast> {
    let verified = verify(module).unwrap_or_else(|error| panic!("{error}"));
    let context = Context::load(module.clone(), options()).unwrap_or_else(|error| panic!("{error}"));
    // SAFETY: the facts are those of the module, and the dispatcher is that of the table.
    let engine = unsafe { Fast::new(&context, &verified, &TABLE, raya_engine::match_loop::run) };
    Machine::with_engine(context, engine.unwrap_or_else(|error| panic!("{error}")))
}

fn ends(machine: &mut Machine<Fast>, function: &str) -> String {
    match machine.call(function, &[]) {
        Ok(value) => machine.literal(value),
        Err(failure) => failure.to_string(),
    }
}

fn family(name: &str) -> &'static Family {
    let found = TABLE.families.iter().find(|family| family.name == name);
    found.unwrap_or_else(|| panic!("there is no family `{name}`"))
}

/// The words of the one instruction of a member.
fn instructions(machine: &Machine<Fast>, member: u16) -> Vec<*mut u64> {
    let code = machine.engine().words();
    let start = code.cast::<u64>();
    // SAFETY: nothing runs, and the machine owns the words.
    let is_one = |index: &usize| unsafe { start.add(*index).cast::<u16>().read() == member };
    (0..code.len())
        .filter(is_one)
        .map(|index| start.wrapping_add(index))
        .collect()
}

/// Has the one specialised instruction remember a class that it did not meet: as if its guard had held for it.
fn plant(machine: &Machine<Fast>, family: &Family, class: u32) {
    let rows = TABLE.ops.iter().flat_map(|row| row.variants);
    let row = rows
        .into_iter()
        .find(|variant| variant.internal == family.generic)
        .expect("lowering writes it");
    let field = row
        .fields
        .iter()
        .find(|field| field.what == What::Cache(0))
        .expect("it has a cache");
    let found = instructions(machine, family.specialised);
    assert_eq!(found.len(), 1, "{}", family.name);
    // SAFETY: nothing runs, and the field lies in the instruction.
    unsafe { found[0].byte_add(usize::from(field.at)).cast::<u32>().write(class) };
}

/// `size` lies in another place in each class, and `show` is another function.
const TWO: &str = r#"
class One { fields [size: i32, weight: i32] methods [show: One_show] }
class Other { parent One fields [size: i32] methods [show: Other_show] }
function One_show { params [this: object(One)] result i32 code { const_i32 1 return } }
function Other_show { params [this: object(One)] result i32 code { const_i32 2 return } }
function one { result object(One) code { new One dup const_i32 10 store_field One.size return } }
function other { result object(One) code { new Other dup const_i32 20 store_field Other.size return } }
"#;

/// Each family with a site, what `one` gives there, and what `other` does.
const SITES: &[(&str, &str, &str, &str)] = &[
    (
        "get_property",
        r#"load_local object const_str "size" reflect_get_prop unbox i32 return"#,
        "10",
        "20",
    ),
    (
        "set_property",
        r#"load_local object const_str "size" const_i32 5 box reflect_set_prop load_local object load_field One.size return"#,
        "5",
        "0",
    ),
    ("method", "load_local object call_method One.show, 0 return", "1", "2"),
];

fn with_site(code: &str) -> Arc<Module> {
    module(&format!(
        "{TWO}
        function site {{ params [object: object(One)] result i32 code {{ {code} }} }}
        function meet_one {{ result i32 code {{ call one, 0 call site, 1 return }} }}
        function meet_other {{ result i32 code {{ call other, 0 call site, 1 return }} }}"
    ))
}

#[test]
fn a_guard_that_always_holds_is_seen() {
    const OTHER: u32 = 1;
    for (name, code, one, other) in SITES {
        let module = with_site(code);
        let mut sound = load(&module);
        assert_eq!(ends(&mut sound, "meet_one"), *one, "{name}");
        assert_eq!(ends(&mut sound, "meet_other"), *other, "{name}");
        let mut planted = load(&module);
        assert_eq!(ends(&mut planted, "meet_one"), *one, "{name}");
        plant(&planted, family(name), OTHER);
        assert_ne!(ends(&mut planted, "meet_other"), *other, "the fault in `{name}` isn't seen");
    }
}

#[test]
fn an_instruction_becomes_one_member_after_another() {
    for (name, code, one, other) in SITES {
        let mut machine = load(&with_site(code));
        let family = family(name);
        let is = |machine: &Machine<Fast>, member| instructions(machine, member).len() == 1;
        assert!(is(&machine, family.generic), "{name}");
        for _ in 0..2 {
            assert_eq!(ends(&mut machine, "meet_one"), *one);
            assert!(is(&machine, family.specialised), "{name}");
        }
        for expected in [other, one] {
            let function = if expected == other { "meet_other" } else { "meet_one" };
            assert_eq!(ends(&mut machine, function), **expected);
            assert!(is(&machine, family.on_miss), "{name}");
        }
    }
}

/// What one context remembers lies in its own code.
#[test]
fn contexts_with_one_module_remember_apart() {
    for (name, code, one, other) in SITES {
        let module = with_site(code);
        let (mut first, mut second) = (load(&module), load(&module));
        for _ in 0..3 {
            assert_eq!(ends(&mut first, "meet_one"), *one, "{name}");
            assert_eq!(ends(&mut second, "meet_other"), *other, "{name}");
        }
        for machine in [&first, &second] {
            assert_eq!(instructions(machine, family(name).specialised).len(), 1, "{name}");
        }
    }
}

/// A name that the program made may be freed, and another text put in its place: it is never remembered.
#[test]
fn only_texts_of_the_module_are_remembered() {
    let text = r#"
class Two { fields [aa: i32, bb: i32] }
function site { params [object: object(Two), name: str] result i32 code {
    load_local object load_local name reflect_get_prop unbox i32 return
} }
function two { result object(Two) code {
    new Two dup const_i32 1 store_field Two.aa dup const_i32 2 store_field Two.bb return
} }
function main { result i32 locals [i: i32, sum: i32] code {
again:
    load_local i const_i32 50 ilt jmp_if_false done
    load_local sum
    call two, 0 const_str "a" const_str "a" sconcat call site, 2 iadd
    call two, 0 const_str "b" const_str "b" sconcat call site, 2 iadd
    store_local sum
    load_local i const_i32 1 iadd store_local i
    jmp again
done:
    load_local sum return
} }
"#;
    let module = module(text);
    for stress in [false, true] {
        let setting = Setting {
            stress,
            ..Setting::default()
        };
        let seen = tiers::run(&module, setting);
        assert_eq!(seen.ending.contradiction(), None, "stress: {stress}");
        assert_eq!(format!("{:?}", seen.ending), "Value(Integer(150))", "stress: {stress}");
    }
    let mut machine = load(&module);
    assert_eq!(ends(&mut machine, "main"), "150");
    let family = family("get_property");
    assert!(instructions(&machine, family.specialised).is_empty());
}

/// As many names, fields and instructions as make every look-up costly: each instruction looks once, and the texts are put in order once.
#[test]
fn a_module_full_of_names_is_run_in_bounded_time() {
    const MANY: usize = if cfg!(miri) { 20 } else { 2000 };
    let fields: Vec<String> = (0..MANY).map(|index| format!("f{index}: i32")).collect();
    let reads: String = (0..MANY)
        .map(|index| format!("load_local object const_str \"f{index}\" reflect_get_prop unbox i32 iadd\n"))
        .collect();
    let text = format!(
        "class Wide {{ fields [{}] }}
        function main {{ result i32 locals [object: object(Wide)] code {{
            new Wide store_local object
            load_local object const_str \"f{}\" const_i32 7 box reflect_set_prop
            const_i32 0 {reads} return
        }} }}",
        fields.join(", "),
        MANY - 1
    );
    let mut machine = load(&module(&text));
    for _ in 0..3 {
        assert_eq!(ends(&mut machine, "main"), "7");
    }
    assert_eq!(instructions(&machine, family("get_property").specialised).len(), MANY);
}
