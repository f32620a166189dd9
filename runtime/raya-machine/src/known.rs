//! Remembers what was resolved: functions of the host that a program called.

use raya_facts::TypeId;
use raya_runtime::natives::{DirectFunction, NativeFunction};

/// A function of the host that was called before.
#[derive(Clone)]
pub(crate) struct Known {
    pub function: NativeFunction,
    pub direct: Option<DirectFunction>,
    /// What it declares to give.
    pub result: TypeId,
}

impl core::fmt::Debug for Known {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Known").field("result", &self.result).finish_non_exhaustive()
    }
}
