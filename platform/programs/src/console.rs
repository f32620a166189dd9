//! Text for the console capability.

use core::fmt;

use exo_facts::{Handle, initial, limits};

/// Writes a line at a time.
pub struct Console(Handle);

impl Console {
    /// The console that the root process holds.
    pub fn initial() -> Self {
        Self(Handle::new(initial::CONSOLE, limits::FIRST_EPOCH as u32))
    }
}

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        exo_user::console_write(self.0, text.as_ptr() as u64, text.len() as u64).map_err(|_| fmt::Error)
    }
}
