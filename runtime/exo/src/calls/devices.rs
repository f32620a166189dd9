use exo_facts::{Error, Handle, Rights};

use crate::kernel::Kernel;
use crate::machine::{Frame, Machine};
use crate::reply::Granted;
use crate::user_memory::in_user_half;

/// Bytes that are copied at once on their way to the serial line.
const CHUNK: usize = 128;

impl<M: Machine> Kernel<M> {
    /// Reads a block into a page.
    pub fn block_read(&mut self, block: Granted, index: u64, page: Granted, page_index: u64) -> Result<(), Error> {
        let (from, to) = (self.disk_frame(block, index)?, frame_of(page, page_index)?);
        self.copy_frame(from, to);
        Ok(())
    }

    /// Writes a page to a block.
    pub fn block_write(&mut self, block: Granted, index: u64, page: Granted, page_index: u64) -> Result<(), Error> {
        let (from, to) = (frame_of(page, page_index)?, self.disk_frame(block, index)?);
        self.copy_frame(from, to);
        Ok(())
    }

    /// Makes a capability to a part of a range of blocks.
    pub fn block_derive(&mut self, block: Granted, first: u64, count: u64, rights: Rights) -> Result<Handle, Error> {
        let (first, count) = part_of(block, first, count, rights)?;
        self.grant_child(block, self.current, rights, first, count)
    }

    /// Writes bytes of the caller to the serial line.
    pub fn console_write(&mut self, _console: Granted, at: u64, length: u64) -> Result<(), Error> {
        if !in_user_half(at, length) {
            return Err(Error::BadAddress);
        }
        let root = self.processes[self.current].root;
        self.check_range(root, at, length, Rights::READ)?;
        let mut buffer = [0; CHUNK];
        let mut done = 0;
        while done < length {
            let chunk = &mut buffer[..(length - done).min(CHUNK as u64) as usize];
            self.read_user(root, at + done, chunk)?;
            self.machine.write_console(chunk);
            done += chunk.len() as u64;
        }
        Ok(())
    }

    fn disk_frame(&self, block: Granted, index: u64) -> Result<Frame, Error> {
        let frame = frame_of(block, index)?;
        debug_assert!(frame.0 < self.disk_blocks, "no capability reaches beyond the disk");
        Ok(Frame(self.disk.0 + frame.0))
    }

    fn copy_frame(&mut self, from: Frame, to: Frame) {
        const WORDS: usize = 128;
        for start in (0..512).step_by(WORDS) {
            let mut words = [0; WORDS];
            words.copy_from_slice(&self.machine.frame(from)[start..start + WORDS]);
            self.machine.frame(to)[start..start + WORDS].copy_from_slice(&words);
        }
    }
}

/// The frame, or the block, at an index of a range.
pub(super) fn frame_of(range: Granted, index: u64) -> Result<Frame, Error> {
    if index >= u64::from(range.count) {
        return Err(Error::OutOfRange);
    }
    Ok(Frame(u64::from(range.first) + index))
}

/// A part of a range, of at least one element.
pub(super) fn part_of(range: Granted, first: u64, count: u64, rights: Rights) -> Result<(u32, u32), Error> {
    if count == 0 || rights == Rights::NONE {
        return Err(Error::BadArgument);
    }
    let end = first.checked_add(count).ok_or(Error::OutOfRange)?;
    if end > u64::from(range.count) {
        return Err(Error::OutOfRange);
    }
    Ok((range.first + first as u32, count as u32))
}
