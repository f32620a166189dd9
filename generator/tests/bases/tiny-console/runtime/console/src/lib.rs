//! The runtime of the console.

#[op(beep)]
pub fn beep(context: &mut Context, n: u8) -> bool {
    context.natives.beep(n)
}
