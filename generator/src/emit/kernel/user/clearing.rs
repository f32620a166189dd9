//! What a stub does around a call that may switch: a fast path leaves the registers as they are to whoever runs next, so that all but the
//! arguments are cleared before; and it leaves the modes of the one before, so that they are set back behind it.

use crate::model::syscall_convention::Entrance;

/// Columns of a line of instructions.
const WIDTH: usize = 100;

/// The lines before the call, where `given` are the registers that have arguments. In the syntax of Intel, or of C.
pub(super) fn before(entrance: &Entrance, given: &[&str], in_c: bool) -> Vec<String> {
    let general = entrance
        .registers
        .iter()
        .filter(|register| !given.contains(register) && !entrance.destroyed.contains(register))
        .map(|register| clear(entrance, register, in_c));
    let vectors = entrance.vectors.iter().filter(|_| entrance.hands_on_vectors);
    let vectors = vectors.map(|register| format!("movi {register}.2d, #0"));
    let others = entrance.cleared.iter().map(|&line| line.to_owned());
    let mut lines: Vec<String> = Vec::new();
    for instruction in general.chain(vectors).chain(others) {
        match lines.last_mut() {
            Some(line) if line.len() + instruction.len() + 2 <= WIDTH => {
                line.push_str("; ");
                line.push_str(&instruction);
            }
            _ => lines.push(instruction),
        }
    }
    lines
}

/// The lines behind the call.
pub(super) fn behind(entrance: &Entrance) -> Vec<String> {
    entrance.set_back.iter().map(|&line| line.to_owned()).collect()
}

fn clear(entrance: &Entrance, register: &str, in_c: bool) -> String {
    if entrance.arch == "aarch64" {
        return format!("mov {register}, xzr");
    }
    // What is written to the low half of a register clears the other.
    let half = match register.strip_prefix('r') {
        Some(number) if number.starts_with(|first: char| first.is_ascii_digit()) => format!("{register}d"),
        Some(name) => format!("e{name}"),
        None => register.to_owned(),
    };
    let sign = if in_c { "%%" } else { "" };
    format!("xor {sign}{half}, {sign}{half}")
}
