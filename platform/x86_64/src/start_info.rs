//! Reads what the loader left: PVH start information, its memory map and its modules. None of it is trusted.

use exo_facts::Stage;
use exo_kernel::MemoryRange;

use crate::memory::{PHYSICAL_LIMIT, physical_bytes};

const MAGIC: u32 = 0x336e_c578;
/// From this version on a memory map comes with it.
const VERSION_WITH_MAP: u32 = 1;
const USABLE: u32 = 1;
/// More ranges than any firmware lists; a larger count is not a count.
pub const RANGES: usize = 64;

/// Where the boot failed and why.
type Failure = (Stage, &'static str);

/// What the kernel takes from the start information.
pub struct StartInformation {
    ranges: [MemoryRange; RANGES],
    count: usize,
    /// The first module (`-initrd`), if there is one.
    pub module: Option<MemoryRange>,
}

impl StartInformation {
    /// Usable memory below the direct map's end, without overlaps.
    pub fn usable(&self) -> &[MemoryRange] {
        &self.ranges[..self.count]
    }

    pub fn read(address: u64) -> Result<Self, Failure> {
        let header = Fields::at(address, 56).ok_or((Stage::Entry, "the start information lies outside memory"))?;
        if header.word(0) != MAGIC {
            return Err((Stage::Entry, "the start information doesn't begin with its magic number"));
        }
        if header.word(4) < VERSION_WITH_MAP {
            return Err((Stage::MemoryMap, "the start information is of a version without memory map"));
        }
        let (map, count) = (header.long(40), header.word(48) as usize);
        if map == 0 || count == 0 {
            return Err((Stage::MemoryMap, "no memory map"));
        }
        if count > RANGES {
            return Err((Stage::MemoryMap, "the memory map has too many entries to be one"));
        }
        let mut information = Self {
            ranges: [MemoryRange::default(); RANGES],
            count: 0,
            module: None,
        };
        for index in 0..count {
            let entry = map.checked_add(index as u64 * 24).and_then(|entry| Fields::at(entry, 24));
            let entry = entry.ok_or((Stage::MemoryMap, "the memory map lies outside memory"))?;
            if entry.word(16) == USABLE {
                information.add(entry.long(0), entry.long(8))?;
            }
        }
        let ranges = information.usable();
        let overlaps = |index: usize| {
            ranges[..index]
                .iter()
                .any(|range| range.start < ranges[index].end && ranges[index].start < range.end)
        };
        if (0..ranges.len()).any(overlaps) {
            return Err((Stage::MemoryMap, "two usable ranges of the memory map overlap"));
        }
        information.module = read_module(&header)?;
        Ok(information)
    }

    /// Memory past the direct map is left alone.
    fn add(&mut self, start: u64, size: u64) -> Result<(), Failure> {
        let end = start
            .checked_add(size)
            .ok_or((Stage::MemoryMap, "a range of the memory map wraps around"))?;
        if start < PHYSICAL_LIMIT && size > 0 {
            self.ranges[self.count] = MemoryRange {
                start,
                end: end.min(PHYSICAL_LIMIT),
            };
            self.count += 1;
        }
        Ok(())
    }
}

fn read_module(header: &Fields) -> Result<Option<MemoryRange>, Failure> {
    if header.word(12) == 0 {
        return Ok(None);
    }
    let entry = Fields::at(header.long(16), 32).ok_or((Stage::Entry, "the module list lies outside memory"))?;
    let (start, size) = (entry.long(0), entry.long(8));
    let end = start.checked_add(size).filter(|&end| end <= PHYSICAL_LIMIT && size > 0);
    let end = end.ok_or((Stage::Entry, "the boot module lies outside memory"))?;
    Ok(Some(MemoryRange { start, end }))
}

/// Little-endian fields of a structure in physical memory.
struct Fields(&'static [u8]);

impl Fields {
    fn at(address: u64, length: usize) -> Option<Self> {
        physical_bytes(address, length).map(Self)
    }

    fn word(&self, offset: usize) -> u32 {
        self.0[offset..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    fn long(&self, offset: usize) -> u64 {
        self.0[offset..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}
