//! Modules that are made to take long, or much memory, before anything runs. What comes out is counted: it grows with the size of the code
//! and with nothing else.

use std::fmt::Write as _;
use std::sync::Arc;

use raya_engine::Dispatch;
use raya_machine::code::Statistics;
use raya_runtime::{Limits, Options, Output};

fn lowered(text: &str) -> Statistics {
    let module = raya_facts::asm::assemble(text).unwrap_or_else(|error| panic!("{error}"));
    let options = Options::new(Limits::default(), Output::Capture(Vec::new()));
    let machine = raya_engine::load(Arc::new(module), options, Dispatch::best()).unwrap_or_else(|error| panic!("{error}"));
    machine.engine().statistics()
}

#[track_caller]
fn bounded(statistics: Statistics) {
    let Statistics {
        bytes,
        lowered,
        words,
        references,
        safepoints,
        ..
    } = statistics;
    assert!(bytes > 3_000, "{bytes} bytes of code");
    for (what, count) in [
        ("instructions", lowered),
        ("words", words),
        ("references", references),
        ("safepoints", safepoints),
    ] {
        assert!(count <= 4 * bytes, "{count} {what} of {bytes} bytes of code");
    }
}

/// Two lines of blocks take turns in the code, and each has a deep stack of references that differs from the other's at the bottom: what
/// is known at one block says nothing about the next.
#[test]
fn blocks_with_deep_stacks_of_two_kinds() {
    let blocks = 400;
    let deep = "const_null ".repeat(900);
    let mut code = format!("const_true jmp_if_true other const_i32 1 {deep} jmp a0 other: const_str \"\" {deep} jmp b0 ");
    for block in 0..blocks {
        let next = block + 1;
        let _ = write!(code, "a{block}: nop yield jmp a{next} b{block}: nop yield jmp b{next} ");
    }
    let _ = write!(code, "a{blocks}: b{blocks}: const_i32 0 return");
    bounded(lowered(&format!("function main {{ result i32 code {{ {code} }} }}")));
}

/// Handlers that are nested as deep as they may be, around many calls and many blocks.
#[test]
fn handlers_in_handlers() {
    let depth = 200;
    let tries: String = (0..depth).map(|level| format!("try h{level}, _ ")).collect();
    let ends = "end_try ".repeat(depth);
    let calls: String = (0..2_000)
        .map(|call| format!("call f, 0 pop const_true jmp_if_true l{call} nop l{call}: "))
        .collect();
    let handlers: String = (0..depth)
        .map(|level| format!("h{level}: pop const_i32 {level} return "))
        .collect();
    bounded(lowered(&format!(
        "function f {{ result str code {{ const_str \"x\" return }} }}
         function main {{ result i32 code {{ {tries} {calls} {ends} const_i32 0 return {handlers} }} }}"
    )));
}

/// Many locals in many blocks, each of which changes some while the stack names others.
#[test]
fn many_locals_in_many_blocks() {
    let locals = 3_000;
    let declared: Vec<String> = (0..locals).map(|local| format!("v{local}: str")).collect();
    let blocks: String = (0..1_000)
        .map(|block| {
            let (a, b, c) = (block % locals, (block * 7 + 1) % locals, (block * 13 + 2) % locals);
            format!("load_local v{a} load_local v{b} load_local v{c} store_local v{a} store_local v{b} store_local v{c} const_true jmp_if_true l{block} nop l{block}: ")
        })
        .collect();
    bounded(lowered(&format!(
        "function main {{ result i32 locals [{}] code {{ {blocks} const_i32 0 return }} }}",
        declared.join(", ")
    )));
}

/// A stack full of one local, which changes again and again.
#[test]
fn a_local_that_the_whole_stack_names() {
    let rounds: String = (0..200)
        .map(|_| {
            format!(
                "{}const_i32 2 store_local v {}",
                "load_local v ".repeat(900),
                "pop ".repeat(900)
            )
        })
        .collect();
    bounded(lowered(&format!(
        "function main {{ result i32 locals [v: i32] code {{ {rounds} const_i32 0 return }} }}"
    )));
}
