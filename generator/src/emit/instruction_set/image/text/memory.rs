//! The memory of the machine.

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;

use crate::{DATA, MEMORY, ORIGIN, WORD_BYTES, Word};

/// Memory: as many bytes as there are addresses. Nothing in it panics; what lies outside is `None`.
#[derive(Clone, PartialEq, Eq)]
pub struct Memory {
    bytes: Box<[u8]>,
}

impl Memory {
    /// Memory before a program is loaded: what the machine keeps in it, and zeros.
    pub fn new() -> Memory {
        let mut bytes = vec![0; MEMORY as usize].into_boxed_slice();
        for (address, data) in DATA {
            let start = *address as usize;
            if let Some(place) = bytes.get_mut(start..start + data.len()) {
                place.copy_from_slice(data);
            }
        }
        Memory { bytes }
    }

    /// The byte at an address.
    pub fn byte(&self, address: u32) -> Option<u8> {
        self.bytes.get(address as usize).copied()
    }

    /// As many bytes from an address on.
    pub fn bytes(&self, address: u32, length: usize) -> Option<&[u8]> {
        let start = address as usize;
        self.bytes.get(start..start.checked_add(length)?)
    }

    /// The same, to be written.
    pub fn bytes_mut(&mut self, address: u32, length: usize) -> Option<&mut [u8]> {
        let start = address as usize;
        self.bytes.get_mut(start..start.checked_add(length)?)
    }

    /// The word that begins at an address.
    pub fn word(&self, address: u32) -> Option<Word> {
        crate::word_of(self.bytes(address, WORD_BYTES)?)
    }

    /// Writes bytes from an address on; `None` and nothing written if they don't fit.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Option<()> {
        self.bytes_mut(address, bytes.len())?.copy_from_slice(bytes);
        Some(())
    }

    /// Loads a program at the origin.
    ///
    /// # Errors
    ///
    /// When it is longer than the memory behind the origin.
    pub fn load(&mut self, image: &[u8]) -> Result<(), ImageError> {
        self.write(ORIGIN, image).ok_or(ImageError { length: image.len() })
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new()
    }
}

impl fmt::Debug for Memory {
    /// Shows the bytes that differ from those of fresh memory: all of them would be no help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fresh = Memory::new();
        let mut map = f.debug_map();
        for (address, (byte, before)) in self.bytes.iter().zip(&fresh.bytes).enumerate() {
            if byte != before {
                map.entry(&format_args!("{address:#06x}"), &format_args!("{byte:#04x}"));
            }
        }
        map.finish()
    }
}

/// A program that doesn't fit into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageError {
    /// The number of its bytes.
    pub length: usize,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let room = MEMORY - ORIGIN;
        write!(
            f,
            "the program has {} bytes, but memory has room for {room} behind {ORIGIN:#x}",
            self.length
        )
    }
}

impl core::error::Error for ImageError {}
