//! The attribute against a small table of signatures, without a compiler.

use std::str::FromStr;

use lathe_macros::{Complaint, Facts, Signature};
use proc_macro2::TokenStream;

struct Small;

impl Facts for Small {
    fn signatures() -> Vec<Signature> {
        let signature = |op, function, parameters, result, line| Signature {
            op,
            function,
            parameters,
            result,
            file: "spec/small/ops.toml",
            line,
        };
        vec![
            signature("idiv", "idiv", &["i32", "i32"], "Result<i32, Trap>", 34),
            signature("store", "store", &["&mut Frame", "Value", "LocalId"], "()", 56),
            signature("return", "leave", &["Value"], "Value", 78),
            signature("call", "call", &["&Context", "Vec<Value>"], "Result<Call, Trap>", 90),
            signature("call_static", "call", &["&Context", "Vec<Value>"], "Result<Call, Trap>", 99),
        ]
    }

    fn assemble(tokens: &[String]) -> Result<Vec<u8>, Vec<Complaint>> {
        match tokens.iter().position(|token| token == "wrong") {
            Some(token) => Err(vec![Complaint {
                token,
                message: "this is wrong".to_owned(),
            }]),
            None => Ok(tokens.concat().into_bytes()),
        }
    }
}

/// What the attribute makes of a function.
fn op(arguments: &str, function: &str) -> String {
    let parse = |source: &str| TokenStream::from_str(source).expect("tokens");
    lathe_macros::op::<Small>(parse(arguments), parse(function)).to_string()
}

fn accepts(arguments: &str, function: &str) {
    let same = TokenStream::from_str(function).expect("tokens").to_string();
    assert_eq!(op(arguments, function), same, "nothing is added to a function that is right");
}

fn refuses(arguments: &str, function: &str, messages: &[&str]) {
    let out = op(arguments, function);
    assert_eq!(out.matches("compile_error").count(), messages.len(), "{out}");
    for message in messages {
        assert!(out.contains(message), "{out}\nshould say: {message}");
    }
}

#[test]
fn functions_as_the_spec_wants_them_pass_unchanged() {
    accepts("idiv", "pub fn idiv(a: i32, b: i32) -> Result<i32, Trap> { todo!() }");
    accepts(
        "idiv",
        "pub fn idiv(a: i32, b: i32) -> core::result::Result<i32, crate::Trap> { todo!() }",
    );
    accepts(
        "store",
        "fn store(frame: &mut crate::Frame, value: Value, slot: facts::LocalId) {}",
    );
    accepts("store", "fn store(frame: &mut Frame, value: Value, slot: LocalId) -> () {}");
    accepts("return", "fn leave(value: Value) -> Value { value }");
    accepts("r#return", "fn leave(value: Value) -> Value { value }");
    accepts("\"return\"", "fn leave(value: Value) -> Value { value }");
    accepts(
        "call, call_static",
        "fn call<'c>(context: &'c Context, values: Vec<Value>) -> Result<Call, Trap> { todo!() }",
    );
}

#[test]
fn every_difference_is_an_error_that_names_the_line() {
    refuses(
        "idiv",
        "fn idiv(a: i32, b: i64) -> i32 { 0 }",
        &[
            "parameter 2 must be `i32`, found `i64`\\nstated by `op.idiv` in spec/small/ops.toml:34",
            "the result must be `Result<i32, Trap>`, found `i32`",
        ],
    );
    refuses(
        "idiv",
        "fn idiv(a: i32) -> Result<i32, Trap> {}",
        &["parameter 2 is missing: it must be `i32`"],
    );
    refuses(
        "idiv",
        "fn idiv(a: i32, b: i32)  {}",
        &["the result is missing: it must be `Result<i32, Trap>`"],
    );
    refuses(
        "idiv",
        "fn idiv(a: i32, b: i32, c: u8) -> Result<i32, Trap> {}",
        &["the function has 2 parameters, found one more: `c: u8`"],
    );
    refuses(
        "idiv",
        "fn divide(a: i32, b: i32) -> Result<i32, Trap> {}",
        &["is the function `idiv`, found `divide`"],
    );
    refuses(
        "store",
        "fn store(frame: &Frame, value: Value, slot: LocalId) {}",
        &["parameter 1 must be `&mut Frame`, found `&Frame`"],
    );
    refuses(
        "return",
        "fn leave(self) -> Value {}",
        &["parameter 1 must be `Value`, found `self`"],
    );
    refuses(
        "return",
        "async fn leave<T>(value: Value) -> Value {}",
        &["isn't `async`", "no type parameters"],
    );
}

#[test]
fn names_that_the_spec_lacks_are_refused() {
    refuses("idvi", "fn idiv(a: i32, b: i32) {}", &["the spec has no op `idvi`"]);
    refuses("idivv", "fn idiv(a: i32, b: i32) {}", &["did you mean `idiv`?"]);
    refuses(
        "leave",
        "fn leave(value: Value) -> Value {}",
        &["the function `leave` belongs to `op.return`"],
    );
    refuses("", "fn leave(value: Value) -> Value {}", &["the name of an op is missing"]);
    refuses("1", "fn leave(value: Value) -> Value {}", &["expected the name of an op"]);
    refuses("idiv", "struct Idiv;", &["`op` belongs before a function"]);
}

#[test]
fn assembly_is_given_token_by_token() {
    let parse = |source: &str| TokenStream::from_str(source).expect("tokens");
    let out = lathe_macros::assemble::<Small>(parse("/// About it.\nfunction f { code [ x: -1 ] }"));
    assert!(out.to_string().contains("b\"functionf{code[x:-1]}\""), "{out}");
    let out = lathe_macros::assemble::<Small>(parse("function f { wrong }"));
    assert!(out.to_string().contains("this is wrong"), "{out}");
    let out = lathe_macros::assemble::<Small>(TokenStream::new());
    assert!(out.to_string().contains("b\"\""), "{out}");
}
