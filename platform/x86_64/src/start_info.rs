//! Reads what the loader left: PVH start information, its memory map and its modules. None of it is trusted.

use crate::memory::{PHYSICAL_LIMIT, physical_bytes};

const MAGIC: u32 = 0x336e_c578;
/// From this version on a memory map comes with it.
const VERSION_WITH_MAP: u32 = 1;
const USABLE: u32 = 1;
/// More ranges than any firmware lists; a larger count is not a count.
pub const RANGES: usize = 64;

/// A range of physical memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub start: u64,
    pub end: u64,
}

/// What the kernel takes from the start information.
pub struct StartInformation {
    ranges: [Range; RANGES],
    count: usize,
    /// The first module (`-initrd`), if there is one.
    pub module: Option<Range>,
}

impl StartInformation {
    /// Usable memory below the direct map's end, in ascending order, without overlaps.
    pub fn usable(&self) -> &[Range] {
        &self.ranges[..self.count]
    }

    pub fn read(address: u64) -> Result<Self, &'static str> {
        let header = Fields::at(address, 56).ok_or("the start information lies outside memory")?;
        if header.word(0) != MAGIC {
            return Err("the start information doesn't begin with its magic number");
        }
        if header.word(4) < VERSION_WITH_MAP {
            return Err("the start information is of a version without memory map");
        }
        let (map, count) = (header.long(40), header.word(48) as usize);
        if map == 0 || count == 0 {
            return Err("no memory map");
        }
        if count > RANGES {
            return Err("the memory map has too many entries to be one");
        }
        let mut information = Self {
            ranges: [Range::default(); RANGES],
            count: 0,
            module: None,
        };
        for index in 0..count {
            let entry = map.checked_add(index as u64 * 24).and_then(|entry| Fields::at(entry, 24));
            let entry = entry.ok_or("the memory map lies outside memory")?;
            if entry.word(16) == USABLE {
                information.add(entry.long(0), entry.long(8))?;
            }
        }
        let ranges = &mut information.ranges[..information.count];
        ranges.sort_unstable_by_key(|range| range.start);
        if ranges.windows(2).any(|pair| pair[0].end > pair[1].start) {
            return Err("two usable ranges of the memory map overlap");
        }
        information.module = read_module(&header)?;
        Ok(information)
    }

    /// Memory past the direct map is left alone.
    fn add(&mut self, start: u64, size: u64) -> Result<(), &'static str> {
        let end = start.checked_add(size).ok_or("a range of the memory map wraps around")?;
        if start < PHYSICAL_LIMIT && size > 0 {
            self.ranges[self.count] = Range {
                start,
                end: end.min(PHYSICAL_LIMIT),
            };
            self.count += 1;
        }
        Ok(())
    }
}

fn read_module(header: &Fields) -> Result<Option<Range>, &'static str> {
    if header.word(12) == 0 {
        return Ok(None);
    }
    let entry = Fields::at(header.long(16), 32).ok_or("the module list lies outside memory")?;
    let (start, size) = (entry.long(0), entry.long(8));
    let end = start.checked_add(size).filter(|&end| end <= PHYSICAL_LIMIT && size > 0);
    let end = end.ok_or("the boot module lies outside memory")?;
    Ok(Some(Range { start, end }))
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
