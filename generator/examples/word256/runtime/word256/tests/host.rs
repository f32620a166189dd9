//! What a host does with storage, input, fuel and limits.

use std::sync::Arc;

use word256_facts::{Module, TrapKind};
use word256_macros::assemble;
use word256_oracle::Oracle;
use word256_runtime::{Limits, Options, Output, U256, Value};

fn oracle(file: &[u8], limits: Limits) -> Oracle {
    let module = Module::read(file).expect("the macro writes whole files");
    Oracle::new(Arc::new(module), Options::new(limits, Output::default())).expect("the verifier accepts it")
}

fn word(number: u64) -> Value {
    Value::Word(U256::from(number))
}

#[test]
fn storage_outlives_calls_and_a_revert_undoes_only_the_last() {
    let file = assemble! {
        function keep { params [value: word] result word code { load value push1 0 sstore push1 0 sload return } }
        function give_up { params [value: word] result word code { load value call keep revert } }
        function read { result word code { push1 0 sload return } }
    };
    let mut oracle = oracle(file, Limits::default());
    assert_eq!(oracle.call("keep", &[word(7)]), Ok(word(7)));
    oracle.machine_mut().context_mut().state.commit();
    let failure = oracle.call("give_up", &[word(8)]).expect_err("it reverts");
    assert_eq!(failure.trap(), Some(TrapKind::Reverted));
    assert_eq!(oracle.call("read", &[]), Ok(word(7)));
}

#[test]
fn input_is_read_as_words_with_zeros_behind_it() {
    let file = assemble! {
        function main { result word code { push1 31 input_load return } }
    };
    let mut oracle = oracle(file, Limits::default());
    oracle.machine_mut().context_mut().state.input = vec![1; 33];
    let expected = U256::from(0x0101_u64) << 240_u32;
    assert_eq!(oracle.call("main", &[]), Ok(Value::Word(expected)));
}

#[test]
fn constants_are_written_whole() {
    let file = assemble! {
        constant prime: 0x7fff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffed
        function main { result word code { constant prime return } }
    };
    let expected = (U256::from(1_u8) << 255_u32) - U256::from(19_u8);
    assert_eq!(oracle(file, Limits::default()).call("main", &[]), Ok(Value::Word(expected)));
    // The crate of facts has a type of its own for what a file holds; its bytes are those of any other.
    let module = Module::read(file).expect("the macro writes whole files");
    assert_eq!(module.constants[0].value.to_le_bytes(), expected.to_le_bytes());
}

#[test]
fn every_instruction_has_its_price() {
    let file = assemble! {
        function main { result word code { push1 1 push1 2 sstore push1 2 sload return } }
    };
    let mut first = oracle(file, Limits::default());
    assert_eq!(first.call("main", &[]), Ok(word(1)));
    assert_eq!(first.machine().fuel_used(), 3 + 3 + 1000 + 3 + 100 + 1);
    let limits = Limits {
        fuel: Some(1109),
        ..Limits::default()
    };
    let failure = oracle(file, limits).call("main", &[]).expect_err("one unit is missing");
    assert_eq!(failure.trap(), Some(TrapKind::OutOfFuel));
}
