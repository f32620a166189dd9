//! The emitted crates do what they are for in a crate that knows no more of them than their paths.

use consumer::{ANSWER, decode, encode, run};

const PROGRAM: &str = "function main { result i32 code { const_i32 40 const_i32 2 iadd return } }";

#[test]
fn a_program_is_encoded_and_decoded() {
    let bytes = encode(PROGRAM).expect("the program is good");
    let module = decode(&bytes).expect("what was written can be read");
    assert_eq!(module.functions.len(), 1);
    assert_eq!(module.write().expect("what was read can be written"), bytes);
    assert!(decode(&bytes[..bytes.len() - 1]).is_err());
    assert!(encode("function main { result i32 code { iadd return } }").is_err());
}

#[test]
fn a_program_runs() {
    assert_eq!(run(&encode(PROGRAM).expect("the program is good")).as_deref(), Ok("42"));
    assert_eq!(run(ANSWER).as_deref(), Ok("42"));
}

#[test]
fn a_target_is_known() {
    let target = target_facts::Target::by_name("thumbv7em").expect("it is in the specs");
    assert_eq!(target.pointer_width, 32);
}
