//! Access to the memory of users: every address is translated by the tables of its space, page by page, and none is trusted.

use exo_facts::{Error, Rights, limits};

use crate::kernel::Kernel;
use crate::machine::{FRAME_BYTES, Frame, Machine, WORDS_PER_FRAME};
use crate::paging;

/// Whether a range lies in the users' half. An empty one has no address that matters.
pub(crate) fn in_user_half(at: u64, length: u64) -> bool {
    length == 0 || at >= limits::USER_START && length <= limits::USER_END && at <= limits::USER_END - length
}

/// The page that was accessed last, and its frame. It is good for one call and one kind of access.
#[cfg(feature = "halt")]
#[derive(Default)]
pub(crate) struct Page(Option<(u64, Frame)>);

impl<M: Machine> Kernel<M> {
    /// The frame behind an address, if the users of the space may do there what is needed.
    pub(crate) fn translate(&mut self, root: Frame, address: u64, needed: Rights) -> Result<Frame, Error> {
        if !in_user_half(address, 1) {
            return Err(Error::BadAddress);
        }
        let entry = paging::lookup(&mut self.machine, root, address).ok_or(Error::BadAddress)?;
        if !M::PAGE_FORMAT.allows(entry, needed) {
            return Err(Error::BadAddress);
        }
        Ok(paging::mapped_frame::<M>(entry))
    }

    /// Checks that a range can be accessed as a whole.
    pub(crate) fn check_range(&mut self, root: Frame, at: u64, length: u64, needed: Rights) -> Result<(), Error> {
        if !in_user_half(at, length) {
            return Err(Error::BadAddress);
        }
        let mut page = at & !(FRAME_BYTES - 1);
        while length > 0 && page < at + length {
            self.translate(root, page.max(at), needed)?;
            page += FRAME_BYTES;
        }
        Ok(())
    }

    /// Reads bytes. The range has been checked, or the error says that it couldn't be read.
    pub(crate) fn read_user(&mut self, root: Frame, at: u64, into: &mut [u8]) -> Result<(), Error> {
        let mut done = 0;
        while done < into.len() {
            let address = at + done as u64;
            let frame = self.translate(root, address, Rights::READ)?;
            let offset = (address % FRAME_BYTES) as usize;
            let length = (into.len() - done).min(FRAME_BYTES as usize - offset);
            copy_from(self.machine.frame(frame), offset, &mut into[done..done + length]);
            done += length;
        }
        Ok(())
    }

    /// Writes words; `at` is aligned to them. Nothing is written unless all can be.
    pub(crate) fn write_user_words(&mut self, root: Frame, at: u64, words: &[u64]) -> Result<(), Error> {
        self.check_range(root, at, 8 * words.len() as u64, Rights::WRITE)?;
        let mut done = 0;
        while done < words.len() {
            let address = at + 8 * done as u64;
            let frame = self.translate(root, address, Rights::WRITE)?;
            let offset = (address % FRAME_BYTES) as usize / 8;
            let length = (words.len() - done).min(WORDS_PER_FRAME - offset);
            self.machine.frame(frame)[offset..offset + length].copy_from_slice(&words[done..done + length]);
            done += length;
        }
        Ok(())
    }

    /// Reads a byte, one of several in a row.
    #[cfg(feature = "halt")]
    pub(crate) fn read_user_byte(&mut self, root: Frame, page: &mut Page, at: u64) -> Result<u8, Error> {
        let frame = self.translate_again(root, page, at, Rights::READ)?;
        let place = (at % FRAME_BYTES) as usize;
        Ok((self.machine.frame(frame)[place / 8] >> (place % 8 * 8)) as u8)
    }

    /// Writes a byte, one of several in a row.
    #[cfg(feature = "halt")]
    pub(crate) fn write_user_byte(&mut self, root: Frame, page: &mut Page, at: u64, byte: u8) -> Result<(), Error> {
        let frame = self.translate_again(root, page, at, Rights::WRITE)?;
        copy_into(self.machine.frame(frame), (at % FRAME_BYTES) as usize, &[byte]);
        Ok(())
    }

    /// Translates an address, by what was found for the one before if that lies in the same page.
    #[cfg(feature = "halt")]
    fn translate_again(&mut self, root: Frame, page: &mut Page, at: u64, needed: Rights) -> Result<Frame, Error> {
        match page.0 {
            Some((number, frame)) if number == at / FRAME_BYTES => Ok(frame),
            _ => {
                let frame = self.translate(root, at, needed)?;
                page.0 = Some((at / FRAME_BYTES, frame));
                Ok(frame)
            }
        }
    }

    /// Reads words; `at` is aligned to them.
    pub(crate) fn read_user_words(&mut self, root: Frame, at: u64, words: &mut [u64]) -> Result<(), Error> {
        self.check_range(root, at, 8 * words.len() as u64, Rights::READ)?;
        let mut done = 0;
        while done < words.len() {
            let address = at + 8 * done as u64;
            let frame = self.translate(root, address, Rights::READ)?;
            let offset = (address % FRAME_BYTES) as usize / 8;
            let length = (words.len() - done).min(WORDS_PER_FRAME - offset);
            words[done..done + length].copy_from_slice(&self.machine.frame(frame)[offset..offset + length]);
            done += length;
        }
        Ok(())
    }
}

/// Copies bytes out of a frame.
pub(crate) fn copy_from(frame: &[u64; 512], offset: usize, into: &mut [u8]) {
    for (position, byte) in into.iter_mut().enumerate() {
        let place = offset + position;
        *byte = (frame[place / 8] >> (place % 8 * 8)) as u8;
    }
}

/// Copies bytes into a frame.
pub(crate) fn copy_into(frame: &mut [u64; 512], offset: usize, from: &[u8]) {
    for (position, &byte) in from.iter().enumerate() {
        let place = offset + position;
        let shift = place % 8 * 8;
        let word = &mut frame[place / 8];
        *word = *word & !(0xff << shift) | u64::from(byte) << shift;
    }
}
