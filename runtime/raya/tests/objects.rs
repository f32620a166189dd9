//! Objects, closures, arrays and conversions where the model project was wrong.

mod support;

use raya_facts::TrapKind;
use support::run;

/// Inheritance deeper than two levels had wrong field offsets (raya-system §13, fault 9).
#[test]
fn fields_and_methods_of_four_levels_are_where_they_belong() {
    let run = run(r#"
        class A { fields [a: i32, s: str] methods [name: A_name, a: A_a] }
        class B { parent A fields [b: f64] methods [name: B_name] }
        class C { parent B fields [c: i32, d: any] methods [c: C_c] }
        class D { parent C fields [e: bool, a: i32] methods [name: D_name] }
        function A_name { params [this: object(A)] result str code { const_str "A" return } }
        function B_name { params [this: object(A)] result str code { const_str "B" return } }
        function D_name { params [this: object(A)] result str code { const_str "D" return } }
        function A_a { params [this: object(A)] result i32 code { load_local this load_field A.a return } }
        function C_c { params [this: object(C)] result i32 code { load_local this load_field C.c return } }
        function main { result str locals [d: object(D), c: object(C)] code {
            new D  store_local d
            load_local d  const_i32 1  store_field A.a
            load_local d  const_str "text"  store_field D.s
            load_local d  const_f64 2.5  store_field D.b
            load_local d  const_i32 3  store_field D.c
            load_local d  const_i32 4 box  store_field D.d
            load_local d  const_true  store_field D.e
            load_local d  const_i32 6  store_field D.a
            load_local d  call_method D.a, 0  int_to_string
            load_local d  call_method D.c, 0  int_to_string  sconcat
            load_local d  load_field D.b  float_to_string  sconcat
            load_local d  load_field D.d  to_string  sconcat
            load_local d  load_field D.s  sconcat
            load_local d  call_method A.name, 0  sconcat
            new C  store_local c
            load_local c  call_method A.name, 0  sconcat
            return
        } }
    "#);
    assert_eq!(run.value(), "\"132.54textDB\"");
}

/// Wrong kinds became 0 silently (raya-system §13, fault 12).
#[test]
fn a_wrong_kind_is_a_type_error() {
    for (value, type_name) in [
        ("const_f64 1.0 box", "i32"),
        ("const_str \"1\" box", "i32"),
        ("const_null box", "f64"),
        ("const_i32 1 box", "str"),
    ] {
        let text = format!("function main {{ result null code {{ {value} unbox {type_name} pop return_void }} }}");
        assert_eq!(run(&text).trap(), Some(TrapKind::TypeError), "{text}");
    }
}

/// A closure that captures itself, and one that shares a variable with another.
#[test]
fn closures_share_cells_and_know_themselves() {
    let run = run(r#"
        function factorial {
            params [n: i32] result i32 captures [self: func([i32], _, i32)]
            code {
                load_local n  const_i32 2  ilt  jmp_if_false more
                const_i32 1  return
            more:
                load_local n
                load_captured self  load_local n  const_i32 1  isub  call_closure 1
                imul  return
            }
        }
        function count { result i32 captures [seen: cell(i32)] code {
            load_captured seen  load_captured seen  load_refcell  const_i32 1  iadd  store_refcell
            load_captured seen  load_refcell  return
        } }
        function main { result i32 locals [f: func([i32], _, i32), shared: cell(i32), a: func([], _, i32), b: func([], _, i32)] code {
            make_closure factorial, 0  dup  set_closure_capture factorial, 0  store_local f
            const_i32 0  new_refcell i32  store_local shared
            load_local shared  make_closure count, 1  store_local a
            make_closure count, 0  close_var shared  store_local b
            load_local a  call_closure 0  pop
            load_local b  call_closure 0  pop
            load_local a  call_closure 0
            load_local f  const_i32 5  call_closure 1
            iadd  return
        } }
    "#);
    assert_eq!(run.value(), "123");
}

/// Data that contains itself can be printed.
#[test]
fn printing_cyclic_data_ends() {
    let run = run(r#"
        native print { params [object(Node)] result null }
        class Node { fields [value: i32, next: object(Node)] }
        function main { result null locals [node: object(Node)] code {
            new Node  store_local node
            load_local node  const_i32 7  store_field Node.value
            load_local node  load_local node  store_field Node.next
            load_local node  native_call print, 1  pop
            return_void
        } }
    "#);
    assert_eq!(run.printed, "Node { value: 7, next: <cycle> }\n");
}

/// A chain far deeper than the host's stack would allow for recursion.
#[test]
fn printing_deep_data_ends() {
    let run = run(r#"
        native print { params [object(Node)] result null }
        class Node { fields [next: object(Node)] }
        function main { result null locals [node: object(Node), n: i32] code {
        again:
            load_local n  const_i32 50000  ilt  jmp_if_false done
            new Node  dup  load_local node  store_field Node.next  store_local node
            load_local n  const_i32 1  iadd  store_local n  jmp again
        done:
            load_local node  native_call print, 1  pop  return_void
        } }
    "#);
    assert!(run.printed.contains('…') && run.printed.len() < 5000, "{}", run.printed.len());
}

/// A null-safe access to null gives a null that fits the slot that the verifier expects, whichever that is.
#[test]
fn null_safe_access_gives_a_null_that_fits() {
    let run = run(r#"
        class Point { fields [x: i32, name: str] methods [x: Point_x, name: Point_name] }
        function Point_x { params [this: object(Point)] result i32 code { load_local this load_field Point.x return } }
        function Point_name { params [this: object(Point)] result str code { load_local this load_field Point.name return } }
        function main { result i32 locals [p: object(Point), s: str, a: any] code {
            load_local p  optional_field Point.name  store_local s
            load_local p  optional_field Point.x  store_local a
            load_local p  optional_call_method Point.name, 0  store_local s
            load_local p  optional_call_method Point.x, 0  store_local a
            load_local a  jmp_if_null first  const_i32 -1  return
        first:
            load_local s  jmp_if_null second  const_i32 -2  return
        second:
            new Point  store_local p
            load_local p  const_i32 9  store_field Point.x
            load_local p  optional_call_method Point.x, 0  unbox i32  return
        } }
    "#);
    assert_eq!(run.value(), "9");
}

/// Constants of the pool are one object however often they are loaded, and a loop over them takes no memory.
#[test]
fn a_text_constant_is_one_object() {
    let run = run(r#"
        function main { result bool locals [n: i32] code {
        again:
            load_local n  const_i32 1000  ilt  jmp_if_false done
            const_str "constant"  pop
            load_local n  const_i32 1  iadd  store_local n  jmp again
        done:
            const_str "constant"  const_str "constant"  strict_eq  return
        } }
    "#);
    assert_eq!(run.value(), "true");
}
