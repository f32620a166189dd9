//! The effects of the op ask for another way of passing the context.

pub struct Context;
pub struct Ref;
pub struct Trap;

#[raya_macros::op(sconcat)]
pub fn sconcat(context: &Context, a: Ref, b: Ref) -> Result<Ref, Trap> {
    let _ = (context, a, b);
    Err(Trap)
}

fn main() {}
