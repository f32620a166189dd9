//! Where a program prints to.

use std::io::{self, Write};

/// Where natives print to.
pub enum Output {
    /// Into memory, to be looked at afterwards.
    Capture(Vec<u8>),
    /// Out of the machine.
    Writer(Box<dyn Write + Send>),
}

impl Output {
    /// Writes all bytes.
    ///
    /// # Errors
    ///
    /// Whatever the writer says.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Output::Capture(buffer) => {
                buffer.extend_from_slice(bytes);
                Ok(())
            }
            Output::Writer(writer) => writer.write_all(bytes),
        }
    }

    /// Sends on what is still on its way.
    ///
    /// # Errors
    ///
    /// Whatever the writer says.
    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Capture(_) => Ok(()),
            Output::Writer(writer) => writer.flush(),
        }
    }

    /// What was captured so far; empty for a writer.
    pub fn captured(&self) -> &[u8] {
        match self {
            Output::Capture(buffer) => buffer,
            Output::Writer(_) => &[],
        }
    }
}

impl core::fmt::Debug for Output {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Output::Capture(buffer) => write!(f, "Capture({} bytes)", buffer.len()),
            Output::Writer(_) => f.write_str("Writer"),
        }
    }
}
