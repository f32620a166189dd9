//! How an operation fails, and what it leaves to be done slowly.

use raya_facts::TrapKind;
use raya_runtime::Trap;

use super::State;

/// Why an operation failed: a trap, or what was expected where null was found. It is one pointer wide, and the second form takes no call to
/// make, so that a handler which can fail keeps everything in registers.
#[derive(Debug)]
pub struct Fault(*const u8);

impl From<Trap> for Fault {
    #[cold]
    #[inline(never)]
    fn from(trap: Trap) -> Fault {
        Fault(Box::into_raw(Box::new(trap)).cast_const().cast())
    }
}

impl Fault {
    /// The fault for null where an object is needed.
    #[inline(always)]
    pub(crate) fn null(expected: &'static &'static str) -> Fault {
        // The address of a reference is even: 1 more tells it from that of a trap.
        Fault(core::ptr::from_ref(expected).cast::<u8>().wrapping_add(1))
    }

    /// The fault of a shared function that was run because it would fail.
    #[cold]
    pub(crate) fn expected<T>(result: Result<T, Trap>) -> Fault {
        match result {
            Err(trap) => trap.into(),
            Ok(_) => Trap::new(TrapKind::TypeError, "an operation failed in one engine and not in another").into(),
        }
    }

    /// The fault that the state's deferred function describes.
    pub(super) const DEFERRED: Fault = Fault(core::ptr::without_provenance(2));

    pub(super) fn is_deferred(&self) -> bool {
        self.0 == Fault::DEFERRED.0
    }

    pub(super) fn into_trap(self) -> Trap {
        if self.0.addr() % 2 == 1 {
            // SAFETY: `null` made it of a reference that lives for ever.
            let expected: &str = unsafe { *self.0.wrapping_sub(1).cast::<&'static str>() };
            return Trap::new(TrapKind::NullReference, format!("expected {expected}, found null"));
        }
        // SAFETY: `from` made it of a box, and nothing copies faults.
        *unsafe { Box::from_raw(self.0.cast_mut().cast::<Trap>()) }
    }
}

/// The slow end of an instruction, which a handler leaves to [`State::rare`]: what it gives is put where the instruction's output belongs.
pub(crate) type Slow = unsafe fn(&mut State, [u64; 3]) -> Result<Option<u64>, Fault>;

/// A slow end with its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deferred {
    pub slow: Slow,
    pub arguments: [u64; 3],
}

/// What stands in the state while nothing is deferred.
pub(super) fn nothing(_: &mut State, _: [u64; 3]) -> Result<Option<u64>, Fault> {
    Ok(None)
}
