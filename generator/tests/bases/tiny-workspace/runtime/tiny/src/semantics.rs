//! Semantics of the tiny machine.

pub mod all {
    use tiny_facts::{ClassId, FieldId, FunctionId, LocalId, TrapKind};
    use tiny_macros::op;

    use crate::{Call, Context, Frame, Ref, Trap, Value};

    #[op(load_local)]
    pub fn load_local(frame: &Frame, slot: LocalId) -> Value {
        frame.locals.get(slot.index()).copied().unwrap_or_default()
    }

    #[op(new)]
    pub fn new_object(context: &mut Context, c: ClassId) -> Ref {
        context.allocate(c)
    }

    #[op(load_field)]
    pub fn load_field(context: &Context, object: Ref, f: FieldId) -> Result<Value, Trap> {
        context.field(object, f).ok_or_else(|| Trap::new(TrapKind::NullReference, "no object"))
    }

    #[op(idiv)]
    pub fn idiv(a: i32, b: i32) -> Result<i32, Trap> {
        if b == 0 {
            return Err(Trap::new(TrapKind::DivideByZero, "division by zero"));
        }
        Ok(a.wrapping_div(b))
    }

    #[op(call)]
    pub fn call(arguments: Vec<Value>, f: FunctionId) -> Call {
        Call::enter(f, arguments)
    }
}
