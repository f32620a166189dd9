//! Faults that another implementation of the language had, each by its cause. All engines are held to every one of them.

use std::sync::Arc;

use raya_conformance::run::Ending;
use raya_conformance::tiers::{self, Setting, Tiers};
use raya_engine::{Dispatch, load};
use raya_facts::asm::{assemble, disassemble};
use raya_facts::verify::verify;
use raya_facts::{Module, TextId};
use raya_runtime::{Limits, Options, Value};

#[track_caller]
fn module(text: &str) -> Module {
    assemble(text).unwrap_or_else(|errors| panic!("{errors}\nin\n{text}"))
}

/// How `main` ends in all engines, which must agree: a value as a literal, or the name of a trap.
#[track_caller]
fn ends(text: &str) -> String {
    match seen(text, Setting::default()).ending {
        Ending::Value(value) => value.to_string(),
        Ending::Trap(name) => name,
        other => panic!("{other:?}\nin\n{text}"),
    }
}

#[track_caller]
fn seen(text: &str, setting: Setting) -> tiers::Seen {
    tiers::run(&Arc::new(module(text)), setting)
}

/// The programs beside the set, each with what it prints.
fn programs() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/raya/programs");
    let files = std::fs::read_dir(folder).expect("the programs are there").flatten();
    let mut paths: Vec<_> = files.map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rasm"));
    paths.sort();
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).expect("the program can be read");
    paths
        .into_iter()
        .map(|path| (read(path.clone()), read(path.with_extension("expected"))))
        .collect()
}

/// Compiler, verifier and interpreter each had an encoding of their own.
#[test]
fn text_file_and_engines_share_one_encoding() {
    for (text, expected) in programs() {
        let first = module(&text);
        let file = first.write().expect("it fits into a file");
        let second = Module::read(&file).expect("it was written so");
        assert!(first == second);
        assert!(module(&disassemble(&second)) == second);
        let seen = tiers::run(&Arc::new(second), Setting::default());
        assert_eq!(seen.ending.contradiction(), None, "{text}");
        assert_eq!(seen.printed, expected, "{text}");
    }
}

/// The depth of the stack was summed up along the text, as if no jump were taken.
#[test]
fn the_verifier_follows_jumps() {
    let fine = "function main { result i32 code {
        const_true jmp_if_false other  const_i32 1 jmp join
        other: const_i32 2
        join: return } }";
    assert_eq!(ends(fine), "1");
    let unbalanced = "function main { result i32 code {
        const_true jmp_if_false join  const_i32 1 const_i32 1 jmp join
        join: return } }";
    assert!(verify(&module(unbalanced)).is_err());
}

/// A call was counted as if it took nothing from the stack.
#[test]
fn the_verifier_counts_what_a_call_takes() {
    let add = "function add { params [a: i32, b: i32] result i32 code { load_local a load_local b iadd return } }";
    let fine = format!("{add} function main {{ result i32 code {{ const_i32 1 const_i32 2 call add, 2 return }} }}");
    assert_eq!(ends(&fine), "3");
    let short = format!("{add} function main {{ result i32 code {{ const_i32 2 call add, 2 return }} }}");
    assert!(verify(&module(&short)).is_err());
    let taken = format!("{add} function main {{ result i32 code {{ const_i32 1 const_i32 2 call add, 2 iadd return }} }}");
    assert!(verify(&module(&taken)).is_err());
}

/// Operations on integers took a float for an integer.
#[test]
fn no_float_becomes_an_integer_in_silence() {
    assert!(
        verify(&module(
            "function main { result i32 code { const_f64 1.5 const_i32 1 iadd return } }"
        ))
        .is_err()
    );
    assert_eq!(
        ends("function main { result i32 code { const_f64 1.5 box unbox i32 return } }"),
        "type_error"
    );
    assert_eq!(
        ends("function main { result i32 code { const_f64 nan float_to_int return } }"),
        "invalid_number"
    );
}

/// Arithmetic took what is no number for zero.
#[test]
fn what_is_no_number_does_not_count_as_zero() {
    for value in ["const_true box", "const_null box", "const_str \"7\" box"] {
        let text = format!("function main {{ result any code {{ {value} const_i32 1 box nadd return }} }}");
        assert_eq!(ends(&text), "type_error", "{value}");
    }
}

/// Some NaNs had the bits of boxed pointers.
#[test]
fn no_nan_is_taken_for_a_reference() {
    let text = "function main { params [x: f64] result str locals [boxed: any, more: array(any)] code {
        load_local x box store_local boxed
        const_i32 8 new_array any store_local more
        load_local more const_i32 0 load_local boxed store_elem
        const_str \"kind \" load_local more const_i32 0 load_elem typeof sconcat return } }";
    let module = Arc::new(module(text));
    let setting = Setting {
        stress: true,
        ..Setting::default()
    };
    let mut tiers = Tiers::new(&module, setting).expect("it is verified");
    let boxes = (0..=0xFFFF_u64).step_by(7).map(|high| high << 48 | 0x0000_1234_5678_9ABC);
    let small = (0..64).map(|bit| 0xFFF8_0000_0000_0000 | 1 << bit);
    for bits in boxes.chain(small) {
        let (_, seen) = tiers.call("main", &[Value::F64(f64::from_bits(bits))]);
        match seen.ending {
            Ending::Value(value) => assert_eq!(value.to_string(), "\"kind float\"", "{bits:#x}"),
            other => panic!("{other:?} for {bits:#x}"),
        }
    }
}

/// An exception that had been caught was raised again at the next chance.
#[test]
fn a_caught_exception_is_over() {
    let text = "function fail { result i32 code { const_str \"bad\" box throw } }
        function guarded { result i32 code { try caught, _ call fail, 0 end_try return caught: pop const_i32 1 return } }
        function fine { result i32 code { try caught, _ const_i32 10 end_try return caught: pop const_i32 1000 return } }
        function main { result i32 code { call guarded, 0 call fine, 0 iadd call guarded, 0 iadd return } }";
    assert_eq!(ends(text), "12");
}

/// `return` within `try` skipped `finally`, or left the handler behind.
#[test]
fn a_return_within_try_runs_finally_once_and_removes_the_handler() {
    let text = "native print { params [str] result null }
        function inner { result i32 code {
            try _, cleanup
            const_i32 5
            end_try
            const_str \"finally\" native_call print, 1 pop
            return
        cleanup:
            const_str \"too often\" native_call print, 1 pop
            rethrow } }
        function main { result i32 code {
            try caught, _
            call inner, 0 pop
            const_str \"later\" box throw
        caught:
            pop const_i32 7 return } }";
    let seen = seen(text, Setting::default());
    assert_eq!(seen.printed, "finally\n");
    assert_eq!(ends(text), "7");
}

/// Fields of a class with more than one ancestor had the offsets of others.
#[test]
fn fields_keep_their_places_through_five_generations() {
    let mut text = String::new();
    for (index, class) in ["A", "B", "C", "D", "E"].iter().enumerate() {
        let parent = ["", "parent A ", "parent B ", "parent C ", "parent D "][index];
        text.push_str(&format!(
            "class {class} {{ {parent}fields [i{index}: i32, f{index}: f64, s{index}: str] }}\n"
        ));
    }
    text.push_str("function main { result str locals [e: object(E), text: str] code { new E store_local e const_str \"\" store_local text\n");
    for (index, class) in ["A", "B", "C", "D", "E"].iter().enumerate() {
        text.push_str(&format!(
            "load_local e const_i32 {index} store_field {class}.i{index} load_local e const_f64 {index}.5 store_field {class}.f{index}
             load_local e const_str \"s{index}\" store_field {class}.s{index}\n"
        ));
    }
    for (index, class) in ["A", "B", "C", "D", "E"].iter().enumerate() {
        text.push_str(&format!(
            "load_local text load_local e load_field {class}.i{index} int_to_string sconcat
             load_local e load_field {class}.f{index} float_to_string sconcat load_local e load_field {class}.s{index} sconcat
             store_local text\n"
        ));
    }
    text.push_str("load_local text return } }");
    assert_eq!(ends(&text), "\"00.5s011.5s122.5s233.5s344.5s4\"");
}

/// What a call returned was freed together with the machine's other objects.
#[test]
fn what_a_call_returned_lives_as_long_as_its_handle() {
    let text = "function main { result str code { const_str \"kept \" const_str \"alive\" sconcat return } }
        function churn { result null locals [i: i32] code {
            again: load_local i const_i32 2000 ilt jmp_if_false done
            load_local i int_to_string pop
            load_local i const_i32 1 iadd store_local i jmp again
            done: return_void } }";
    for dispatch in Dispatch::AVAILABLE {
        let mut machine = load(Arc::new(module(text)), Options::default(), *dispatch).expect("it is verified");
        machine.context_mut().set_stress(true);
        let value: Value = machine.call("main", &[]).expect("it returns");
        let Value::Ref(reference) = value else { panic!("{value:?}") };
        let handle = machine.context_mut().root(reference);
        machine.call::<_, Value>("churn", &[]).expect("it returns");
        assert_eq!(machine.literal(value), "\"kept alive\"");
        drop(handle);
    }
}

/// Looking up the line of every instruction took more time than the instructions.
#[test]
fn debug_information_changes_no_code() {
    let text = "function main { result i32 locals [i: i32] code {
        again: load_local i const_i32 10 ilt jmp_if_false done load_local i const_i32 1 iadd store_local i jmp again
        done: load_local i return } }";
    let plain = module(text);
    let mut debug = plain.clone();
    debug.strings.push("main.raya".to_owned());
    let file = TextId(u32::try_from(debug.strings.len() - 1).expect("there are few"));
    debug.functions[0].file = Some(file);
    debug.functions[0].lines = (0..20).map(|line| raya_facts::module::Line { offset: line, line }).collect();
    let lowered = |module: &Module| {
        let machine = load(Arc::new(module.clone()), Options::default(), Dispatch::best()).expect("it is verified");
        let statistics = machine.engine().statistics();
        (
            statistics.words,
            tiers::run(&Arc::new(module.clone()), Setting::default()).fuel,
        )
    };
    assert_eq!(lowered(&plain), lowered(&debug));
}

/// A watchdog killed tasks after ten seconds, whatever they did.
#[test]
fn time_alone_ends_no_task() {
    assert_eq!(Limits::default().fuel, None);
    let text = "function work { result i32 locals [i: i32] code {
            again: load_local i const_i32 100 ilt jmp_if_false done
            const_i32 60000 sleep load_local i const_i32 1 iadd store_local i jmp again
            done: load_local i return } }
        function main { result i32 code { spawn work, 0 await return } }";
    assert_eq!(ends(text), "100");
}

/// A faster tier was on by default, and wrong.
#[test]
fn what_runs_by_default_does_what_the_oracle_does() {
    assert!(Dispatch::AVAILABLE.contains(&Dispatch::best()));
    for (text, _) in programs() {
        let seen = seen(&text, Setting::default());
        assert_eq!(seen.ending.contradiction(), None, "{text}");
    }
}
