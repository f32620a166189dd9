//! What the verifier accepts and refuses of raya, case by case, with its words.
//!
//! A case is assembly. Each case that is refused is close to one that is accepted, so that it is refused for the reason it states.

use raya_facts::asm::assemble;
use raya_facts::types::{TypeDefinition, TypeId};
use raya_facts::verify::{Verified, verify};

/// The message of the verifier, or `accepted`.
fn judge(text: &str) -> String {
    let module = assemble(text).unwrap_or_else(|errors| panic!("{errors}\nin:\n{text}"));
    match verify(&module) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn accepted(text: &str) -> Verified {
    assert_eq!(judge(text), "accepted", "in:\n{text}");
    let module = assemble(text).unwrap_or_else(|errors| panic!("{errors}"));
    verify(&module).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(text: &str, message: &str) {
    let found = judge(text);
    assert!(found.contains(message), "expected: {message}\nfound:    {found}\nin:\n{text}");
}

/// A function `main` with this code that gives an i32.
fn main(code: &str) -> String {
    format!("function main {{ result i32 code {{ {code} }} }}")
}

#[test]
fn types_of_inputs_are_checked() {
    accepted(&main("const_i32 1 const_i32 2 iadd return"));
    refused(
        &main("const_i32 1 const_f64 2.0 iadd return"),
        "function `main`, offset 14, `iadd`: expected i32 for `b`, found f64",
    );
    refused(
        &main("const_true const_i32 2 iadd return"),
        "expected i32 for `a`, found bool",
    );
    refused(
        &main("const_i32 2 iadd return"),
        "stack underflow: it takes 2 values, but the stack holds 1",
    );
}

#[test]
fn results_are_checked() {
    refused(&main("const_f64 1.0 return"), "`return`: expected i32 for `value`, found f64");
    refused(&main("return_void"), "`return_void`: expected i32 for `result`, found null");
    accepted("function main { result str code { return_void } }");
    accepted("function main { result null code { const_null return } }");
}

#[test]
fn depth_follows_jumps_and_not_the_order_of_the_code() {
    // Added up along the code this is deeper by one at the end; along any path it isn't.
    let accepted = accepted(&main(
        "const_true jmp_if_true yes const_i32 1 jmp end yes: const_i32 2 end: return",
    ));
    assert_eq!(accepted.functions[0].max_stack, 1);
    refused(
        &main("const_true jmp_if_true yes const_i32 1 jmp end yes: const_i32 2 const_i32 3 end: return"),
        "paths with different stacks meet at offset",
    );
    refused(
        &main("again: const_i32 1 jmp again"),
        "paths with different stacks meet at offset 0: 0 values on one, 1 on another",
    );
}

#[test]
fn a_call_pops_its_arguments() {
    let add = "function add { params [a: i32, b: i32] result i32 code { load_local a load_local b iadd return } } ";
    let facts = accepted(&format!("{add}{}", main("const_i32 1 const_i32 2 call add, 2 return")));
    assert_eq!(facts.functions[1].max_stack, 2);
    refused(
        &format!("{add}{}", main("const_i32 1 call add, 2 return")),
        "it takes 2 values, but the stack holds 1",
    );
    refused(
        &format!("{add}{}", main("const_i32 1 call add, 1 return")),
        "arguments: expected 2, found 1",
    );
    refused(
        &format!("{add}{}", main("const_i32 1 const_null call add, 2 return")),
        "`call`: expected i32 for `arguments`, found null",
    );
}

#[test]
fn further_arguments_have_the_type_of_the_rest() {
    let count = "function count { params [a: f64] rest i32 result i32 code { get_arg_count return } } ";
    accepted(&format!("{count}{}", main("const_f64 1.0 call count, 1 return")));
    accepted(&format!(
        "{count}{}",
        main("const_f64 1.0 const_i32 1 const_i32 2 call count, 3 return")
    ));
    refused(
        &format!("{count}{}", main("const_f64 1.0 const_f64 1.0 call count, 2 return")),
        "expected i32 for `arguments`, found f64",
    );
    refused(
        &format!("{count}{}", main("call count, 0 return")),
        "arguments: expected 1 or more, found 0",
    );
    refused(
        &main("const_i32 0 load_arg_local return"),
        "the function takes no further arguments",
    );
}

#[test]
fn references_join_and_other_types_conflict() {
    let joined = |a: &str, b: &str, then: &str| {
        main(&format!(
            "const_true jmp_if_true other {a} jmp end other: {b} end: {then} const_i32 0 return"
        ))
    };
    accepted(&joined("const_str \"\"", "const_null", "slen pop"));
    accepted(&joined("const_str \"\"", "const_i32 1 new_array i32", "jmp_if_null x x:"));
    refused(
        &joined("const_str \"\"", "const_i32 1 new_array i32", "slen pop"),
        "expected str for `a`, found ref",
    );
    refused(&joined("const_i32 1", "const_f64 1.0", "pop"), "types without a common one");
    // A value of any kind isn't the top of the types: it has another representation than an int.
    refused(&joined("const_i32 1", "const_i32 1 box", "pop"), "types without a common one");
    refused(
        &joined("const_str \"\"", "const_i32 1 box", "pop"),
        "types without a common one",
    );
    // What nothing reads does no harm.
    accepted(&main(
        "const_true jmp_if_true other const_i32 1 jmp end other: const_f64 1.0 end: const_i32 0 return",
    ));
}

const CLASSES: &str = "
    class A { fields [x: i32] methods [get: A_get] }
    class B { parent A fields [y: f64] methods [get: B_get] }
    class C { parent A }
    function A_get { params [this: object(A)] result i32 code { load_local this load_field A.x return } }
    function B_get { params [this: object(B)] result i32 code { load_local this load_field B.y float_to_int return } }
";

#[test]
fn classes_join_at_their_nearest_common_ancestor() {
    let joined = |then: &str| {
        format!(
            "{CLASSES}{}",
            main(&format!(
                "const_true jmp_if_true other new B jmp end other: new C end: {then} return"
            ))
        )
    };
    accepted(&joined("load_field A.x"));
    accepted(&joined("call_method A.get, 0"));
    refused(
        &joined("load_field B.y float_to_int"),
        "operand `field` selects field 1, but there are 1",
    );
    refused(
        &joined("call B_get, 1"),
        "expected object(B) for `arguments`, found object(A)",
    );
}

#[test]
fn overriding_methods_must_stand_in() {
    accepted(&format!("{CLASSES}{}", main("new B call_method A.get, 0 return")));
    let class = |method: &str| {
        format!(
            "class A {{ methods [m: A_m] }} class B {{ parent A methods [m: B_m] }}
             function A_m {{ params [this: object(A), x: i32] result object(A) code {{ const_null return }} }}
             function B_m {{ {method} code {{ const_null return }} }} {}",
            main("const_i32 0 return")
        )
    };
    accepted(&class("params [this: object(B), x: i32] result object(B)"));
    accepted(&class("params [this: object(A), x: i32] result object(A)"));
    refused(
        &class("params [this: object(B), x: f64] result object(A)"),
        "overrides one with other parameters",
    );
    refused(
        &class("params [this: object(B)] result object(A)"),
        "overrides one with other parameters",
    );
    refused(
        &class("params [this: object(B), x: i32] result str"),
        "overrides one with another result",
    );
    refused(
        &class("params [this: str, x: i32] result object(A)"),
        "must take the object itself, of type object(B)",
    );
}

#[test]
fn hierarchies_are_forests() {
    refused(
        &format!("class A {{ parent B }} class B {{ parent A }} {}", main("const_i32 0 return")),
        "is its own ancestor",
    );
    refused(
        &format!("class A {{ parent A }} {}", main("const_i32 0 return")),
        "is its own ancestor",
    );
    let chain: String = (1..400).map(|i| format!("class C{i} {{ parent C{} }} ", i - 1)).collect();
    refused(
        &format!("class C0 {{ fields [] }} {chain}{}", main("const_i32 0 return")),
        "has more than 256 ancestors",
    );
}

#[test]
fn null_tells_nothing() {
    refused(&main("const_null array_len return"), "the type `T` can't be known");
    refused(&main("const_null load_refcell return"), "the type `T` can't be known");
    refused(
        &format!("{CLASSES}{}", main("const_null load_field A.x return")),
        "the class of `object` can't be known",
    );
    refused(
        &main("const_null call_closure 0 return"),
        "the signature of `closure` can't be known",
    );
    // Where another input tells the type, null may stand; running it is a trap.
    accepted(&main("const_null const_i32 0 const_i32 7 store_elem const_i32 0 return"));
    accepted("function main { result str code { const_null return } }");
}

#[test]
fn type_variables_are_bound() {
    accepted(&main(
        "const_i32 2 new_array i32 dup const_i32 0 const_i32 7 store_elem const_i32 0 load_elem return",
    ));
    refused(
        &main("const_i32 2 new_array f64 const_i32 0 const_i32 7 store_elem const_i32 0 return"),
        "`store_elem`: expected f64 for `value`, found i32",
    );
    // Arrays can be written to, so an array of a smaller type isn't an array of a larger one.
    let take = "function take { params [a: array(object(A))] result i32 code { const_i32 0 return } }";
    accepted(&format!(
        "{CLASSES}{take}{}",
        main("const_i32 1 new_array object(A) call take, 1 return")
    ));
    refused(
        &format!(
            "{CLASSES}{take}{}",
            main("const_i32 1 new_array object(B) call take, 1 return")
        ),
        "expected array(object(A)) for `arguments`, found array(object(B))",
    );
    accepted(&format!(
        "{CLASSES}{}",
        main("const_i32 1 new_array object(A) new B array_push const_i32 0 return")
    ));
    refused(
        &format!(
            "{CLASSES}{}",
            main("const_i32 1 new_array object(B) new A array_push const_i32 0 return")
        ),
        "expected object(B) for `value`, found object(A)",
    );
    refused(
        &main("const_i32 1 const_f64 1.0 strict_eq pop const_i32 0 return"),
        "expected i32 for `b`, found f64",
    );
}

#[test]
fn exceptions_have_edges() {
    // The exception lies on the stack as it was at `try`.
    accepted(&main(
        "const_i32 5 try caught, _ const_i32 1 const_i32 0 idiv pop end_try return caught: pop return",
    ));
    refused(
        &main("try caught, _ const_i32 1 const_i32 0 idiv end_try return caught: return"),
        "expected i32 for `value`, found any",
    );
    refused(
        &main("const_i32 5 try caught, _ pop const_i32 1 return caught: pop return"),
        "only 0 were pushed since the handler was installed",
    );
    // Without anything that can raise, the handler is never reached and not judged.
    accepted(&main("try caught, _ const_i32 1 end_try return caught: return"));
    // Calls can raise whatever they call.
    refused(
        &format!(
            "function f {{ result i32 code {{ const_i32 1 return }} }} {}",
            main("try caught, _ call f, 0 end_try return caught: return")
        ),
        "expected i32 for `value`, found any",
    );
}

#[test]
fn handlers_agree_where_paths_meet() {
    refused(
        &main("again: try caught, _ jmp again caught: pop const_i32 0 return"),
        "paths with different handlers meet at offset 0",
    );
    refused(
        &main("const_true jmp_if_true end try caught, _ end: const_i32 0 return caught: pop const_i32 0 return"),
        "paths with different handlers meet",
    );
    accepted(&main("again: try caught, _ end_try jmp again caught: pop const_i32 0 return"));
    refused(
        &main("end_try const_i32 0 return"),
        "`end_try`: it removes a handler, but this function has none installed here",
    );
    refused(&main("try _, _ const_i32 0 return"), "all of its labels are absent");
    // On the way to `catch` the handler for `finally` stays, and `end_try` removes it; on the way to `finally` nothing does.
    accepted(&main(
        "try caught, last const_i32 1 box throw caught: pop end_try const_i32 1 return last: rethrow",
    ));
    refused(
        &main("try caught, _ const_i32 1 box throw caught: pop end_try const_i32 1 return"),
        "it removes a handler, but this function has none",
    );
    refused(
        &main("try _, last const_i32 1 box throw last: end_try rethrow"),
        "it removes a handler, but this function has none",
    );
}

#[test]
fn code_ends_and_labels_name_instructions() {
    refused(&main("const_i32 1"), "execution runs off the end of the code");
    refused(
        &main("const_true jmp_if_true end end: nop"),
        "execution runs off the end of the code",
    );
    let mut module = assemble(&main("const_i32 1 return jmp x x: nop")).unwrap_or_else(|errors| panic!("{errors}"));
    // What no path reaches need not end, but its labels must name instructions.
    assert!(verify(&module).is_ok());
    let code = &mut module.functions[0].code;
    let at = code.iter().position(|byte| *byte == 0x90).expect("the jump");
    code[at + 1..at + 5].copy_from_slice(&(-4i32).to_le_bytes());
    let error = verify(&module).expect_err("a jump into an instruction").to_string();
    assert!(
        error.contains("`jmp`: a label at offset 7 is not the start of an instruction"),
        "{error}"
    );
}

#[test]
fn unreached_code_is_not_judged_by_types() {
    let facts = accepted(&main("const_i32 1 return iadd iadd nop"));
    let function = &facts.functions[0];
    assert_eq!(function.instructions, 5);
    assert!(function.is_reached(0) && !function.is_reached(6));
    assert_eq!(function.stack(5).map(|stack| stack.len()), Some(1));
    assert_eq!(function.stack(6), None);
    let mut module = assemble(&main("const_i32 1 return call main, 0")).unwrap_or_else(|errors| panic!("{errors}"));
    let code = &mut module.functions[0].code;
    let last = code.len() - 6;
    code[last] = 9;
    let error = verify(&module).expect_err("a function that isn't there").to_string();
    assert!(error.contains("operand `f` selects function 9, but there are 1"), "{error}");
}

#[test]
fn abstract_types_are_not_declared() {
    let declared = |declaration: &str| format!("{declaration} {}", main("const_i32 0 return"));
    refused(
        &declared("global g: ref"),
        "globals[0].type: `ref` stands only for its descendants",
    );
    refused(
        &declared("function f { params [a: ref] result i32 code { const_i32 0 return } }"),
        "params[0].type",
    );
    refused(
        &main("const_i32 1 new_array ref pop const_i32 0 return"),
        "operand `t` names `ref`, which stands only for its descendants",
    );
}

#[test]
fn declarations_refer_to_what_is_there() {
    let mut module = assemble(&format!("{CLASSES}{}", main("const_i32 0 return"))).unwrap_or_else(|errors| panic!("{errors}"));
    module.functions[0].params[0].r#type.0 = 4711;
    let error = verify(&module).expect_err("no such type").to_string();
    assert_eq!(error, "functions[0].params[0].type: 4711 is the number of no type");

    let mut module = assemble(CLASSES).unwrap_or_else(|errors| panic!("{errors}"));
    module.classes[0].methods[0].function.0 = 77;
    let error = verify(&module).expect_err("no such function").to_string();
    assert_eq!(
        error,
        "classes[0].methods[0].function: it refers to function 77, but there are 2"
    );
}

#[test]
fn depth_is_bounded() {
    let many = "const_i32 1 ".repeat(1025);
    refused(
        &main(&format!("{many} return")),
        "stack overflow: a function may have at most 1024 values",
    );
    let many = "const_i32 1 ".repeat(1024);
    assert_eq!(accepted(&main(&format!("{many} return"))).functions[0].max_stack, 1024);
}

#[test]
fn hostile_modules_take_bounded_work() {
    // Two deep stacks that differ at the bottom meet at many places.
    let deep = "const_i32 1 ".repeat(1000);
    let meet: String = (0..5_000)
        .map(|i| format!("const_true jmp_if_true l{i} nop l{i}: "))
        .collect();
    let text = format!(
        "{CLASSES}{}",
        main(&format!(
            "const_true jmp_if_true other new B jmp start other: new C start: {deep} {meet} return"
        ))
    );
    accepted(&text);
    // Types that are nested without end, and types that share their parts so that writing them down would never end.
    let mut module = assemble(&main("const_i32 0 return")).unwrap_or_else(|errors| panic!("{errors}"));
    let array = |element| TypeDefinition::Array { element };
    module.types = (0..100)
        .map(|i| array(if i == 0 { TypeId::I32 } else { TypeId(63 + i) }))
        .collect();
    let error = verify(&module).expect_err("deep types").to_string();
    assert!(error.contains("nested at most 64 deep"), "{error}");
    let pair = |element| TypeDefinition::Tuple {
        elements: vec![element, element],
    };
    module.types = (0..60)
        .map(|i| pair(if i == 0 { TypeId::I32 } else { TypeId(63 + i) }))
        .collect();
    module.functions[0].result = TypeId(64 + 59);
    let error = verify(&module).expect_err("an i32 is no tuple").to_string();
    assert!(error.len() < 2_000, "{error}");
}

#[test]
fn tuples_objects_and_closures_are_counted() {
    let tuple = |code: &str| main(&format!("{code} pop const_i32 0 return"));
    accepted(&tuple(
        "tuple_literal tuple([i32, str]), 2 const_i32 1 const_str \"\" init_tuple 2 tuple_field 1",
    ));
    refused(&tuple("tuple_literal tuple([i32, str]), 3"), "elements: expected 2, found 3");
    refused(&tuple("tuple_literal i32, 1"), "expected tuple for `t`, found i32");
    refused(
        &tuple("tuple_literal tuple([i32, str]), 2 tuple_field 2"),
        "selects element 2, but there are 2",
    );
    let object = |code: &str| format!("{CLASSES}{}", tuple(code));
    accepted(&object("object_literal B, 2 const_i32 1 const_f64 2.0 init_object 2"));
    refused(&object("object_literal B, 1"), "fields: expected 2, found 1");
    refused(
        &object("object_literal B, 2 const_i32 1 init_object 1"),
        "expected 2, found 1",
    );
    let closure = |code: &str| {
        format!(
            "function add {{ params [x: i32] result i32 captures [n: i32] code {{ load_local x load_captured n iadd return }} }} {}",
            main(&format!("{code} return"))
        )
    };
    accepted(&closure("const_i32 5 make_closure add, 1 const_i32 2 call_closure 1"));
    refused(
        &closure("const_f64 5.0 make_closure add, 1 const_i32 2 call_closure 1"),
        "expected i32 for `captured`, found f64",
    );
    refused(
        &closure("const_i32 5 make_closure add, 1 call_closure 0"),
        "arguments: expected 1, found 0",
    );
    refused(
        &closure("const_i32 5 const_i32 5 make_closure add, 2 const_i32 1 call_closure 1"),
        "expected 1, found 2",
    );
    refused(
        &main("const_i32 5 const_i32 1 call_closure 1 return"),
        "expected func for `closure`, found i32",
    );
}

#[test]
fn types_per_instruction_are_available() {
    let text = main("const_i32 1 const_str \"\" pop return");
    let module = assemble(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let verified = accepted(&text);
    let shown: Vec<String> = verified.functions[0]
        .offsets()
        .map(|offset| {
            let stack = verified.functions[0].stack(offset).unwrap_or_default();
            let types: Vec<String> = stack
                .iter()
                .map(|of| verified.types.display(*of, &module).to_string())
                .collect();
            types.join(" ")
        })
        .collect();
    assert_eq!(shown, ["", "i32", "i32 str", "i32"]);
}
