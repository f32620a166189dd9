//! Handlers, and the end that no handler catches.

use raya_facts::{Label, TrapKind};

use crate::frame::{Frame, Handler};
use crate::trap::Trap;
use crate::trip::Trip;

/// The trap that ends the program with a code.
#[raya_macros::op(trap)]
pub fn trap(code: u16) -> Trap {
    Trap::new(TrapKind::Abort, format!("the program ended itself with code {code}"))
}

/// Installs a handler, which remembers how deep the operand stack is and what is locked.
#[raya_macros::op(try)]
pub fn install_handler(frame: &mut Frame, catch: Option<Label>, finally: Option<Label>) {
    let handler = Handler {
        catch,
        finally,
        depth: frame.stack.len(),
        locks: frame.locks,
    };
    frame.handlers.push(handler);
}

/// Removes the handler that was installed last; without one it trips.
#[raya_macros::op(end_try)]
pub fn end_try(frame: &mut Frame) {
    if frame.handlers.pop().is_none() {
        frame.trip(Trip::BadIndex {
            what: "handler",
            index: 0,
            count: 0,
        });
    }
}
