//! Lines of the source in text assembly, in the module file and in traces: `.line N` leads to the line of every call of a trace, in each engine.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::Module;
use raya_facts::asm::{assemble, disassemble};
use raya_facts::module::Line;
use raya_oracle::Oracle;
use raya_runtime::{Failure, Options};

/// As a compiler would write it: the file of each function, and the lines of its statements, not in ascending order where code was moved.
const PROGRAM: &str = r#"
    class Shape { fields [side: i32] methods [area: area, broken: broken] }

    function divide {
        params [a: i32, b: i32] result i32 file "math.raya"
        code {
            .line 3
            load_local a
            load_local b
            .line 4
            idiv return
        }
    }
    function area {
        params [this: object(Shape)] result i32 file "shape.raya"
        code { .line 11 load_local this .line 12 load_field Shape.side .line 13 const_i32 0 call divide, 2 .line 14 return }
    }
    function broken {
        params [this: object(Shape)] result i32 file "shape.raya"
        code { .line 21 load_local this .line 22 call_method Shape.area, 0 .line 23 return }
    }

    function calls {
        result i32 file "main.raya"
        code { .line 101 new Shape .line 102 call_method Shape.broken, 0 .line 103 const_i32 1 iadd return }
    }
    // Raised, caught, and raised again: the trace stays that of the first time.
    function again {
        result i32 file "main.raya"
        code {
            .line 201 try caught, _
            .line 202 call calls, 0
            .line 203 end_try return
            .line 205 caught:
            .line 206 rethrow
        }
    }
    // The code of `finally` runs on the way, and fails itself in the second one.
    function cleans {
        result i32 locals [n: i32] file "main.raya"
        code {
            .line 301 try _, cleanup
            .line 302 call calls, 0 end_try return
            cleanup: .line 304 load_local n const_i32 1 iadd store_local n .line 305 rethrow
        }
    }
    function fails_cleaning {
        result i32 locals [none: object(Shape)] file "main.raya"
        code {
            .line 401 try _, cleanup .line 402 call calls, 0 end_try return
            .line 404 cleanup: pop
            .line 405 load_local none
            .line 406 load_field Shape.side return
        }
    }
    // A handler in the middle, and a throw of its own out of it.
    function throws {
        result i32 file "main.raya"
        code {
            .line 501 try caught, _ .line 502 call cleans, 0 .line 503 end_try return
            .line 504 caught: pop
            .line 505 const_str "worse" box .line 506 throw
        }
    }
    function recurses {
        params [n: i32] result i32 file "main.raya"
        code {
            .line 601 load_local n jmp_if_true deeper
            .line 602 call throws, 0 return
            .line 603 deeper:
            load_local n const_i32 1 isub .line 604 call recurses, 1
            .line 605 return
        }
    }
    function start { result i32 file "main.raya" code { .line 701 const_i32 2 .line 702 call recurses, 1 .line 703 return } }
    function closure {
        result i32 file "main.raya"
        code { .line 801 make_closure start, 0 .line 802 call_closure 0 .line 803 return }
    }
    function task { result i32 file "main.raya" code { .line 901 spawn start, 0 .line 902 await .line 903 return } }
    // Without lines, and with a file alone.
    function bare { result i32 code { call plain, 0 return } }
    function plain { result i32 file "plain.raya" code { call throws, 0 return } }
"#;

/// The traces of a function in the oracle and in both dispatchers, one call a line.
fn traces(module: &Arc<Module>, function: &str) -> Vec<String> {
    let mut traces = Vec::new();
    let mut add = |failure: Failure| {
        let lines = failure.trace.iter().map(|line| match (&line.file, line.line) {
            (Some(file), Some(number)) => format!("{} {file}:{number}", line.function),
            (file, number) => format!("{} {file:?} {number:?}", line.function),
        });
        traces.push(lines.collect::<Vec<_>>().join("\n"));
    };
    let oracle = Oracle::new(module.clone(), Options::default()).unwrap_or_else(|error| panic!("{error}"));
    add(oracle.into_machine().call::<_, i32>(function, ()).expect_err(function));
    for dispatch in [Dispatch::Match, Dispatch::best()] {
        let machine = raya_engine::load(module.clone(), Options::default(), dispatch);
        let mut machine = machine.unwrap_or_else(|error| panic!("{error}"));
        add(machine.call::<_, i32>(function, ()).expect_err(function));
    }
    traces
}

#[test]
fn traces_show_the_lines_that_the_text_says() {
    let calls = "divide math.raya:4\narea shape.raya:13\nbroken shape.raya:22\ncalls main.raya:102";
    let throws = "throws main.raya:506";
    let recursion = "recurses main.raya:602\nrecurses main.raya:604\nrecurses main.raya:604\nstart main.raya:702";
    let cases = [
        ("calls", calls.to_owned()),
        ("again", format!("{calls}\nagain main.raya:202")),
        ("cleans", format!("{calls}\ncleans main.raya:302")),
        ("fails_cleaning", "fails_cleaning main.raya:406".to_owned()),
        ("throws", throws.to_owned()),
        ("start", format!("{throws}\n{recursion}")),
        ("closure", format!("{throws}\n{recursion}\nclosure main.raya:802")),
        ("task", format!("{throws}\n{recursion}\ntask main.raya:902")),
        ("bare", format!("{throws}\nplain Some(\"plain.raya\") None\nbare None None")),
    ];
    let from_text = assemble(PROGRAM).unwrap_or_else(|error| panic!("{error}"));
    let from_file = Module::read(&from_text.write().expect("bytes")).expect("a module");
    assert_eq!(from_text, from_file);
    for module in [from_text, from_file].map(Arc::new) {
        for (function, expected) in &cases {
            for trace in traces(&module, function) {
                assert_eq!(trace, *expected, "{function}");
            }
        }
    }
}

#[test]
fn lines_stand_among_the_instructions_that_they_are_of() {
    let module = assemble(PROGRAM).unwrap_or_else(|error| panic!("{error}"));
    let lines: Vec<(u32, u32)> = module.functions[0]
        .lines
        .iter()
        .map(|line| (line.offset, line.line))
        .collect();
    assert_eq!(lines, [(0, 3), (6, 4)]);
    let text = disassemble(&module);
    assert!(text.contains("        .line 4\n        idiv\n        return\n"), "{text}");
    assert!(!text.contains("lines ["), "{text}");
    assert_eq!(assemble(&text).unwrap_or_else(|error| panic!("{error}")), module);
}

/// Lines that begin within an instruction, out of order or in code that is none have the form of other lists.
#[test]
fn every_table_of_lines_survives_the_way_through_text() {
    let module = assemble("function main { result i32 code { .line 1 const_i32 1 .line 2 return .line 3 } }");
    let mut module = module.unwrap_or_else(|error| panic!("{error}"));
    let original = module.functions[0].lines.clone();
    assert_eq!(original.last(), Some(&Line { offset: 6, line: 3 }));
    let line = |offset, line| Line { offset, line };
    let tables = [
        (original, true),
        (vec![line(0, 0), line(5, u32::MAX)], true),
        (vec![line(5, 1)], true),
        (vec![line(1, 1)], false),
        (vec![line(7, 1)], false),
        (vec![line(5, 1), line(0, 2)], false),
        (vec![line(0, 1), line(0, 2)], false),
        (vec![line(u32::MAX, 1)], false),
    ];
    let codes = [
        (module.functions[0].code.clone(), true),
        (vec![0xFF], false),
        (Vec::new(), false),
    ];
    for (code, decodes) in &codes {
        module.functions[0].code.clone_from(code);
        for (lines, among) in &tables {
            module.functions[0].lines.clone_from(lines);
            let text = disassemble(&module);
            assert_eq!(text.contains(".line "), *decodes && *among, "{text}");
            assert_eq!(assemble(&text).unwrap_or_else(|error| panic!("{text}\n{error}")), module);
        }
    }
}

#[test]
fn wrong_directives_are_mistakes() {
    for (code, expected) in [
        ("{ .line return }", "expected the number of a line"),
        ("{ .line -1 return }", "expected the number of a line"),
        ("{ .line 4294967296 return }", "4294967296"),
        ("{ .file 3 return }", "expected an instruction or a label"),
        ("{ .line 3 return } lines [{ offset 0 line 1 }]", "given beside it already"),
    ] {
        let errors = assemble(&format!("function main {{ code {code} }}")).expect_err(code);
        assert!(errors.to_string().contains(expected), "{code}: {errors}");
    }
    // A part of a name is no directive, whatever it is called.
    let text = "class Node { fields [line: i32] }
        function main { params [node: object(Node)] result i32 code { load_local node load_field Node.line .line 7 return } }";
    let module = assemble(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(module.functions[0].lines.len(), 1);
}
