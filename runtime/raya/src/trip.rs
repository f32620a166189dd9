//! What verified code never causes.

use core::fmt;

use raya_heap::WrongSlot;

use crate::value::SlotKind;

/// A contradiction between code and machine. Only code that the verifier would refuse, or a fault of the machine, causes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trip {
    /// An op pops from an empty operand stack.
    StackUnderflow,
    /// An op finds a value of another representation than its entry says.
    WrongSlot {
        /// What the entry says.
        expected: SlotKind,
        /// What was there.
        found: SlotKind,
    },
    /// An op finds a reference to another kind of object than its entry says.
    WrongObject {
        /// What the entry says.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// A reference that isn't null refers to nothing that is alive.
    NoObject {
        /// Its bits.
        reference: u32,
    },
    /// An operand, or a number in the module, points behind the end of what it indexes.
    BadIndex {
        /// What it indexes: `local`.
        what: &'static str,
        /// The number.
        index: u64,
        /// How many there are.
        count: u64,
    },
    /// The code can't be decoded at the place where execution arrived, or runs off its end.
    BadCode {
        /// The offset in the function's code.
        at: u32,
        /// Why.
        reason: String,
    },
    /// A function is entered with the wrong number of arguments.
    WrongCount {
        /// What is counted: `arguments of `main``.
        what: String,
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// An op raised a trap that its entry does not list, so that whoever relied on the entry was wrong.
    UnlistedTrap {
        /// The op.
        op: &'static str,
        /// The trap.
        trap: String,
    },
    /// A value has the right representation and the wrong type.
    WrongType {
        /// The type that is declared.
        expected: String,
        /// What was there.
        found: String,
    },
}

impl From<WrongSlot> for Trip {
    fn from(wrong: WrongSlot) -> Trip {
        Trip::WrongSlot {
            expected: wrong.expected,
            found: wrong.found,
        }
    }
}

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trip::StackUnderflow => f.write_str("the operand stack is empty where an op pops"),
            Trip::WrongSlot { expected, found } => {
                write!(f, "expected a value in slot {}, found {}", expected.name(), found.name())
            }
            Trip::WrongObject { expected, found } => write!(f, "expected a reference to {expected}, found {found}"),
            Trip::NoObject { reference } => write!(f, "no object is alive at reference {reference}"),
            Trip::BadIndex { what, index, count } => write!(f, "{what} {index} does not exist: there are {count}"),
            Trip::BadCode { at, reason } => write!(f, "no instruction at offset {at}: {reason}"),
            Trip::WrongCount { what, expected, found } => write!(f, "expected {expected} {what}, found {found}"),
            Trip::UnlistedTrap { op, trap } => write!(f, "`{op}` raised a trap that its entry does not list: {trap}"),
            Trip::WrongType { expected, found } => write!(f, "expected a value of type {expected}, found {found}"),
        }
    }
}

impl core::error::Error for Trip {}

/// Keeps the first trip of a step that found one where its signature has no room for it, until the driver asks.
///
/// Semantics functions return what their entry says: an op without traps returns a plain value. Code that is not verified can
/// still make such a function look for a local that does not exist. It then records a trip here and returns a zero; the driver
/// ends the program before anything sees that zero.
#[derive(Debug, Default)]
pub struct Faults(std::cell::RefCell<Option<Trip>>);

impl Faults {
    /// Records a trip, unless an earlier one is kept already.
    pub fn record(&self, trip: Trip) {
        self.0.borrow_mut().get_or_insert(trip);
    }

    /// Takes what was recorded.
    pub fn take(&self) -> Option<Trip> {
        self.0.borrow_mut().take()
    }
}
