//! What the host and its natives can't do to a program: neither forge references nor keep them beyond their time, nor put a value where
//! another type is declared. The fast engine looks at nothing twice, so that each of these would be a fault of memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use raya_engine::Dispatch;
use raya_facts::{ClassId, TrapKind, TypeId};
use raya_machine::Fast;
use raya_runtime::{Any, AnyKind, Handle, Limits, Machine, NativeType, Natives, Options, Output, Ref, Trap, Value};

fn machine(text: &str, natives: Natives) -> Machine<Fast> {
    let module = raya_facts::asm::assemble(text).unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        natives,
        ..Options::new(Limits::default(), Output::Capture(Vec::new()))
    };
    raya_engine::load(Arc::new(module), options, Dispatch::best()).unwrap_or_else(|error| panic!("{error}"))
}

/// The type of a native that takes nothing.
const fn gives(result: TypeId) -> NativeType {
    NativeType {
        params: &[],
        rest: false,
        result,
    }
}

/// References that lead nowhere: outside of the region, and between objects.
const FORGED: [u32; 3] = [u32::MAX, 1 << 20, 3];

#[test]
fn a_forged_reference_does_not_come_in() {
    for bits in FORGED {
        let forged = Ref::from_bits(bits);
        let mut natives = Natives::standard();
        natives.add("any", gives(TypeId::ANY), move |_, _| Ok(Value::Any(Any::from_ref(forged))));
        natives.add("text", gives(TypeId::STR), move |_, _| Ok(Value::Ref(forged)));
        natives.add("throws", gives(TypeId::NULL), move |_, _| {
            Err(Trap::throwing(Any::from_ref(forged)))
        });
        let text = r#"native any { result any } native text { result str } native throws { result null }
            function any { result bool code { native_call any, 0 const_i32 1 box eq return } }
            function text { result i32 code { native_call text, 0 slen return } }
            function throws { result bool code { try handler, _ native_call throws, 0 pop end_try const_true return
                handler: const_i32 1 box eq return } }
            function takes { params [a: any] result bool code { load_local a const_i32 1 box eq return } }"#;
        let mut machine = machine(text, natives);
        for name in ["any", "text"] {
            let failure = machine.call::<_, Value>(name, ()).expect_err("the reference is forged");
            assert_eq!(failure.trap(), Some(TrapKind::NativeFailed), "{name}: {failure}");
        }
        // What is thrown is caught; it isn't the forged reference.
        assert_eq!(machine.call("throws", ()), Ok(false));
        let argument = machine.call::<_, bool>("takes", (Any::from_ref(forged),));
        assert!(argument.is_err(), "a forged argument");
        assert!(machine.context_mut().root(forged).reference().is_null());
    }
}

/// What is dead can still be read where nothing was put in its place, but what it refers to may be something else by now.
#[test]
fn a_reference_to_what_is_dead_does_not_come_back() {
    let kept: Arc<Mutex<Ref>> = Arc::default();
    let mut natives = Natives::standard();
    let keeps = kept.clone();
    let keep = NativeType {
        params: &[Some(TypeId::ANY)],
        rest: false,
        result: TypeId::NULL,
    };
    natives.add("keep", keep, move |_, values| {
        if let Some(Value::Any(any)) = values.first()
            && let AnyKind::Ref(reference) = any.kind()
        {
            *keeps.lock().expect("nobody panicked") = reference;
        }
        Ok(Value::Ref(Ref::NULL))
    });
    let gives_back = kept.clone();
    natives.add("back", gives(TypeId::ANY), move |_, _| {
        Ok(Value::Any(Any::from_ref(*gives_back.lock().expect("nobody panicked"))))
    });
    let text = r#"native keep { params [any] result null } native back { result any }
        class Pair { fields [first: str] }
        function live { result bool locals [p: object(Pair)] code {
            new Pair store_local p load_local p box native_call keep, 1 pop
            native_call back, 0 load_local p box eq return } }
        function lose { result null code { new Pair box native_call keep, 1 return } }
        function dead { result any code { native_call back, 0 return } }"#;
    let mut machine = machine(text, natives);
    assert_eq!(machine.call("live", ()), Ok(true), "what is alive comes back");
    machine.call::<_, ()>("lose", ()).expect("it returns");
    machine.collect();
    let dead = *kept.lock().expect("nobody panicked");
    let failure = machine.call::<_, Any>("dead", ()).expect_err("the object is gone");
    assert_eq!(failure.trap(), Some(TrapKind::NativeFailed), "{failure}");
    assert!(machine.context_mut().root(dead).reference().is_null());
}

#[test]
fn the_host_makes_objects_and_changes_them_by_their_types() {
    let text = r#"class A { fields [n: i32, text: str, all: array(str)] }
        class B { fields [x: f64] }
        global one: str
        function of { params [a: object(A)] result str code {
            load_local a load_field A.text load_local a load_field A.all const_i32 0 load_elem sconcat load_global one sconcat return } }"#;
    let mut machine = machine(text, Natives::standard());
    let mut context = machine.context_mut();
    let (a, b) = (ClassId(0), ClassId(1));
    let object = context.new_object(a).expect("there is room");
    let object: Handle = context.root(object);
    let other = context.new_object(b).expect("there is room");
    let text = context.new_string("left").expect("there is room");
    let array = context.new_array(TypeId::STR, 1).expect("there is room");
    let numbers = context.new_array(TypeId::I32, 1).expect("there is room");
    let kind = |result: Result<(), Trap>| result.map_err(|trap| trap.kind);
    let of = object.reference();
    assert_eq!(kind(context.set_field(of, 1, Value::Ref(text))), Ok(()));
    assert_eq!(kind(context.set_field(of, 2, Value::Ref(array))), Ok(()));
    assert_eq!(kind(context.set_element(array, 0, Value::Ref(text))), Ok(()));
    assert_eq!(kind(context.set_global("one", Value::Ref(text))), Ok(()));
    for wrong in [
        context.set_field(of, 0, Value::F64(1.0)),
        context.set_field(of, 1, Value::Ref(other)),
        context.set_field(of, 1, Value::Ref(Ref::from_bits(1 << 20))),
        context.set_field(of, 2, Value::Ref(numbers)),
        context.set_field(of, 3, Value::I32(1)),
        context.set_field(text, 0, Value::I32(1)),
        context.set_field(Ref::from_bits(FORGED[0]), 0, Value::I32(1)),
        context.set_element(array, 0, Value::Ref(other)),
        context.push_element(array, Value::Ref(numbers)),
        context.set_element(numbers, 0, Value::Bool(true)),
        context.set_global("one", Value::Ref(array)),
        context.set_global("two", Value::Ref(text)),
        context.new_array(TypeId(1 << 20), 1).map(drop),
        context.new_object(ClassId(2)).map(drop),
        context.new_tuple(TypeId::I32, &[]).map(drop),
    ] {
        assert_eq!(kind(wrong), Err(TrapKind::TypeError));
    }
    assert_eq!(
        kind(context.set_element(array, 1, Value::Ref(text))),
        Err(TrapKind::IndexOutOfRange)
    );
    assert_eq!(
        kind(context.set_field(Ref::NULL, 0, Value::I32(1))),
        Err(TrapKind::NullReference)
    );
    assert_eq!(machine.call("of", (object,)), Ok("leftleftleft".to_owned()));
}

/// What frames hold is known only where a program stops. One that was left by a panic is not looked at again.
#[test]
fn a_native_that_panics_leaves_a_machine_that_works() {
    let mut natives = Natives::standard();
    natives.add("panics", gives(TypeId::NULL), |_, _| panic!("on purpose"));
    let text = r#"native panics { result null }
        function half { params [n: i32] result i32 locals [s: str] code {
            again: load_local n int_to_string store_local s load_local n const_i32 1 isub store_local n
                load_local n const_i32 0 igt jmp_if_true again
            load_local s slen native_call panics, 0 pop return } }
        function whole { result i32 code { const_i32 7 int_to_string slen return } }"#;
    let mut machine = machine(text, natives);
    machine.context_mut().set_stress(true);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(|| machine.call::<_, i32>("half", (50,))));
    std::panic::set_hook(hook);
    assert!(outcome.is_err());
    machine.collect();
    assert_eq!(machine.call("whole", ()), Ok(1));
    assert_eq!(machine.statistics().heap.dangling, 0);
}
