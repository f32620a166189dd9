//! Maps and sets, as programs use them.

mod support;

use raya_facts::TrapKind;
use raya_runtime::Limits;
use support::{run, run_with};

const NATIVES: &str = "
    native print { rest any result null }
    native map_new { result map }
    native map_get { params [map, any] result any }
    native map_set { params [map, any, any] result null }
    native map_has { params [map, any] result bool }
    native map_delete { params [map, any] result bool }
    native map_size { params [map] result i32 }
    native map_clear { params [map] result null }
    native map_keys { params [map] result array(any) }
    native map_values { params [map] result array(any) }
    native set_new { result set }
    native set_add { params [set, any] result bool }
    native set_has { params [set, any] result bool }
    native set_delete { params [set, any] result bool }
    native set_size { params [set] result i32 }
    native set_clear { params [set] result null }
    native set_values { params [set] result array(any) }
";

fn main(result: &str, locals: &str, code: &str) -> String {
    format!("{NATIVES} function main {{ result {result} locals [{locals}] code {{ {code} }} }}")
}

/// `map_set` of a key and a value that these instructions push.
fn set(key: &str, value: &str) -> String {
    format!("load_local m {key} box {value} box native_call map_set, 3 pop ")
}

#[test]
fn a_map_keeps_the_order_in_which_keys_came() {
    let code = [
        "native_call map_new, 0 store_local m ",
        &set("const_str \"b\"", "const_i32 1"),
        &set("const_i32 7", "const_str \"seven\""),
        &set("const_str \"a\"", "const_f64 2.5"),
        // The text is another object, the float another representation: both keys are there already.
        &set("const_str \"\" const_str \"b\" sconcat", "const_i32 3"),
        &set("const_f64 7.0", "const_true"),
        "load_local m const_str \"a\" box native_call map_delete, 2 pop ",
        &set("const_str \"a\"", "const_i32 4"),
        "load_local m native_call map_keys, 1 box
         load_local m native_call map_values, 1 box native_call print, 2 pop
         load_local m box native_call print, 1 pop
         load_local m native_call map_size, 1 return",
    ]
    .concat();
    let run = run(&main("i32", "m: map", &code));
    assert_eq!(run.value(), "3");
    assert_eq!(
        run.printed,
        "[\"b\", 7, \"a\"] [3, true, 4]\nmap{\"b\": 3, 7: true, \"a\": 4}\n"
    );
}

#[test]
fn what_a_map_does_not_have_is_null() {
    let code = "native_call map_new, 0 store_local m
        load_local m const_i32 1 box native_call map_get, 2
        load_local m const_i32 1 box native_call map_has, 2 box
        load_local m const_i32 1 box native_call map_delete, 2 box native_call print, 3 pop
        load_local m native_call map_clear, 1 pop
        load_local m native_call map_size, 1 return";
    let run = run(&main("i32", "m: map", code));
    assert_eq!((run.value(), run.printed), ("0".to_owned(), "null false false\n".to_owned()));
}

#[test]
fn a_set_has_each_value_once() {
    let add = |value: &str| format!("load_local s {value} box native_call set_add, 2 box ");
    let code = [
        "native_call set_new, 0 store_local s ",
        &add("const_f64 nan"),
        &add("const_f64 0.0 const_f64 0.0 fdiv"),
        &add("const_f64 -0.0"),
        &add("const_i32 0"),
        &add("const_str \"x\""),
        "native_call print, 5 pop
         load_local s const_str \"x\" box native_call set_delete, 2 pop
         load_local s const_str \"x\" box native_call set_has, 2 box
         load_local s native_call set_values, 1 box native_call print, 2 pop
         load_local s native_call set_size, 1
         load_local s native_call set_clear, 1 pop
         load_local s native_call set_size, 1 isub return",
    ]
    .concat();
    let run = run(&main("i32", "s: set", &code));
    assert_eq!(run.value(), "2");
    assert_eq!(run.printed, "true false true false true\nfalse [NaN, 0]\n");
}

/// A map may hold itself: printing it ends.
#[test]
fn a_map_in_itself_is_shown_as_a_cycle() {
    let code = [
        "native_call map_new, 0 store_local m ",
        &set("const_str \"me\"", "load_local m"),
        "load_local m box native_call print, 1 pop return_void",
    ]
    .concat();
    assert_eq!(run(&main("null", "m: map", &code)).printed, "map{\"me\": <cycle>}\n");
}

#[test]
fn maps_and_sets_are_of_their_types() {
    let code = "native_call map_new, 0 box is_type map box
        native_call map_new, 0 box is_type set box
        native_call set_new, 0 box is_type set box
        native_call set_new, 0 typeof box native_call print, 4 pop
        native_call set_new, 0 box unbox map pop return_void";
    let run = run(&main("null", "", code));
    assert_eq!(run.printed, "true false true object\n");
    assert_eq!(run.trap(), Some(TrapKind::TypeError));
}

#[test]
fn null_is_no_map() {
    let run = run(&main("i32", "m: map", "load_local m native_call map_size, 1 return"));
    assert_eq!(run.trap(), Some(TrapKind::NativeFailed));
}

/// Filled and emptied again and again, a map stays as small as its content.
#[test]
fn removed_entries_leave_their_room() {
    let code = [
        "native_call map_new, 0 store_local m again: load_local n const_i32 20000 ilt jmp_if_false done ",
        &set("load_local n int_to_string", "load_local n"),
        "load_local m load_local n const_i32 10 isub int_to_string box native_call map_delete, 2 pop
         load_local n const_i32 1 iadd store_local n jmp again
         done: load_local m native_call map_size, 1 return",
    ]
    .concat();
    let limits = Limits {
        heap: 128 << 10,
        ..Limits::default()
    };
    assert_eq!(run_with(&main("i32", "m: map, n: i32", &code), limits).value(), "10");
}
