//! The handlers of the kernel.

/// The kernel.
pub struct Kernel<M> {
    /// The processor.
    pub machine: M,
}

impl<M> Kernel<M> {
    /// Does nothing.
    pub fn null(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Maps a page.
    pub fn page_map(&mut self, page: Granted, at: u64, permissions: Rights) -> Result<(), Error> {
        Err(Error::BadAddress)
    }

    /// Writes bytes to the line.
    pub fn line_write(&mut self, line: Granted, at: u64, length: u64) -> Result<u64, Error> {
        Err(Error::BadAddress)
    }
}
