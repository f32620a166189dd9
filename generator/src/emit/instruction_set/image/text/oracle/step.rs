/// Executes the instruction at the counter and moves the counter on, as the result says.
///
/// # Errors
///
/// The trap of the instruction, or that there is none. Then the counter is where it was.
pub fn step(context: &mut Context) -> Result<Flow, Trap> {
    let at = context.state.__COUNTER__;
    let word = context.state.memory.word(u32::from(at)).ok_or(__OUTSIDE__)?;
    let instruction = decode(word).ok_or(__UNKNOWN__)?;
    let next = at.wrapping_add(WORD_BYTES as Address);
    context.state.__COUNTER__ = next;
    let flow = execute(context, instruction).inspect_err(|_| context.state.__COUNTER__ = at)?;
    match flow {
        Flow::Next => {}
        Flow::Skip => context.state.__COUNTER__ = next.wrapping_add(WORD_BYTES as Address),
        Flow::Jump(address) => context.state.__COUNTER__ = address,
        Flow::Wait => context.state.__COUNTER__ = at,
    }
    Ok(flow)
}
