//! What else a host does: keeps objects, survives what programs do, runs several at once.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::{Module, TrapKind};
use raya_runtime::{Handle, Limits, NativeError, Options, Output};

const RULES: &str = include_str!("../rules.rasm");

#[raya_macros::native]
fn discount(customer: &str) -> Result<f64, NativeError> {
    match customer {
        "regular" => Ok(0.9),
        "unknown" => Err(NativeError::new("nobody knows them")),
        _ => Ok(1.0),
    }
}

fn options() -> Options {
    let limits = Limits { fuel: Some(1_000_000), heap: 1 << 20, ..Limits::default() };
    let mut options = Options::new(limits, Output::Capture(Vec::new()));
    options.natives.register(discount_native());
    options
}

/// The module as a compiler would hand it over: the bytes of a file.
fn file() -> Vec<u8> {
    let module = raya_facts::asm::assemble(RULES).expect("the rules are assembly");
    module.write().expect("the module can be written")
}

macro_rules! machine {
    () => {{
        let module = Module::read(&file()).expect("the file is a module");
        raya_engine::load(Arc::new(module), options(), Dispatch::best()).expect("the rules are verified")
    }};
}

#[test]
fn values_go_in_and_come_out() {
    let mut machine = machine!();
    assert_eq!(machine.call("price", ("regular", 4)), Ok(9.0));
    assert_eq!(machine.call("price", ("new", 4)), Ok(10.0));
}

#[test]
fn an_object_lives_as_long_as_its_handle() {
    let mut machine = machine!();
    machine.context_mut().set_stress(true);
    let order: Handle = machine.call("order", ("regular", 8)).expect("it returns");
    for _ in 0..100 {
        assert_eq!(machine.call("price_of", (order.clone(),)), Ok(18.0));
    }
    assert_eq!(machine.statistics().heap.dangling, 0);
}

#[test]
fn a_limit_ends_the_call_and_not_the_host() {
    let mut machine = machine!();
    let failure = machine.call::<_, ()>("endless", ()).expect_err("it never returns");
    assert_eq!(failure.trap(), Some(TrapKind::OutOfFuel));
    machine.refill(Some(1_000_000));
    assert_eq!(machine.call("price", ("new", 1)), Ok(2.5));
}

#[test]
fn a_failure_says_what_and_where() {
    let failure = machine!().call::<_, f64>("price", ("unknown", 1)).expect_err("the native refuses");
    assert_eq!(failure.trap(), Some(TrapKind::NativeFailed));
    assert_eq!(failure.trace[0].function, "price");
    assert!(failure.to_string().contains("nobody knows them"), "{failure}");
}

#[test]
fn a_wrong_call_is_refused() {
    let mut machine = machine!();
    assert!(machine.call::<_, f64>("price", (4, "regular")).is_err());
    assert!(machine.call::<_, i32>("price", ("regular", 4)).is_err());
    assert!(machine.call::<_, f64>("prize", ("regular", 4)).is_err());
}

#[test]
fn machines_share_nothing_and_move_between_threads() {
    let mut broken = machine!();
    let mut sound = machine!();
    broken.call::<_, ()>("endless", ()).expect_err("it never returns");
    assert_eq!(sound.call("price", ("new", 2)), Ok(5.0));
    let elsewhere = std::thread::spawn(move || sound.call::<_, f64>("price", ("new", 4)));
    assert_eq!(elsewhere.join().expect("the thread ends"), Ok(10.0));
}

/// The README shows the host as it is.
#[test]
fn the_readme_shows_this_host() {
    let readme = include_str!("../../../../README.md");
    let host = include_str!("../src/main.rs");
    let (_, shown) = host.split_once("/// A function that programs can call.\n").expect("the native stands first");
    let (shown, _) = shown.split_once("\n#[cfg(test)]").expect("the tests stand last");
    assert!(readme.contains(shown), "the README shows something else than\n{shown}");
}
