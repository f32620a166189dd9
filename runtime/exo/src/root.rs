//! The program of the root process: an ELF file for 64-bit processors, little-endian, static, in pages that no two segments share.
//!
//! The file is data from outside: whatever it says is checked, and a file that is broken is a failure of the start.

use exo_facts::{Rights, initial, limits};

use crate::capabilities::SlotId;
use crate::kernel::{Kernel, ROOT};
use crate::machine::{FRAME_BYTES, Frame, Machine};
use crate::paging;
use crate::user_memory::{copy_from, copy_into, in_user_half};

/// Segments that a program may have.
const SEGMENTS: usize = 8;

/// Bytes that a program may span in memory: 16 MiB.
const SPAN: u64 = 16 << 20;

/// Frames of the stack of the root process: 64 KiB.
const STACK_FRAMES: u64 = 16;

#[derive(Clone, Copy)]
struct Segment {
    file: u64,
    file_bytes: u64,
    address: u64,
    bytes: u64,
    permissions: Rights,
}

impl Segment {
    const NONE: Segment = Segment {
        file: 0,
        file_bytes: 0,
        address: 0,
        bytes: 0,
        permissions: Rights::NONE,
    };

    fn first_page(&self) -> u64 {
        self.address / FRAME_BYTES
    }

    fn end_page(&self) -> u64 {
        (self.address + self.bytes).div_ceil(FRAME_BYTES)
    }
}

/// A program in memory. The image stays as it was loaded; what the root process may write to is a copy.
pub struct Image {
    segments: [Segment; SEGMENTS],
    /// The frames of the image, for the pages from [`limits::PROGRAM_START`] on.
    pub first: Frame,
    pub count: u64,
    /// The frames that the root process may write to: its data, then its stack.
    pub data_first: Frame,
    pub data_count: u64,
    pub entry: u64,
}

impl Image {
    /// Behind the stack of the root process. It lies in the same table of tables as the program.
    pub const STACK_END: u64 = 0x3fff_f000;

    /// The row behind the initial ones: the data and the stack of the root process.
    pub const DATA_SLOT: SlotId = initial::ALL.len() as SlotId + 1;

    /// Loads the boot module.
    pub fn load<M: Machine>(kernel: &mut Kernel<M>) -> Result<Image, &'static str> {
        let file = File {
            start: kernel.module.start,
            length: kernel.module.end.saturating_sub(kernel.module.start),
        };
        if file.length == 0 {
            return Err("no boot module");
        }
        let mut header = [0; 64];
        file.read(&mut kernel.machine, 0, &mut header)
            .ok_or("the boot module is no ELF file")?;
        if header[..6] != *b"\x7fELF\x02\x01" {
            return Err("the boot module is no ELF file for 64 bits");
        }
        if word(&header, 16, 2) != 2 {
            return Err("the program isn't static");
        }
        let (entry, table) = (word(&header, 24, 8), word(&header, 32, 8));
        let (size, count) = (word(&header, 54, 2), word(&header, 56, 2));
        let mut segments = [Segment::NONE; SEGMENTS];
        let mut found = 0;
        for number in 0..count {
            let mut row = [0; 56];
            let at = size
                .checked_mul(number)
                .and_then(|offset| table.checked_add(offset))
                .ok_or("a segment lies outside the file")?;
            file.read(&mut kernel.machine, at, &mut row)
                .ok_or("a segment lies outside the file")?;
            if word(&row, 0, 4) != 1 || word(&row, 40, 8) == 0 {
                continue;
            }
            let segment = parse_segment(&row, &file)?;
            *segments.get_mut(found).ok_or("the program has too many segments")? = segment;
            found += 1;
        }
        let loaded = &segments[..found];
        for (index, one) in loaded.iter().enumerate() {
            if loaded[..index]
                .iter()
                .any(|other| one.first_page() < other.end_page() && other.first_page() < one.end_page())
            {
                return Err("two segments share a page");
            }
        }
        let base = limits::PROGRAM_START / FRAME_BYTES;
        let end = loaded
            .iter()
            .map(Segment::end_page)
            .max()
            .ok_or("the program has no segments")?;
        let writable = loaded.iter().filter(|segment| segment.permissions.contains(Rights::WRITE));
        let data_count = writable.map(|segment| segment.end_page() - segment.first_page()).sum::<u64>() + STACK_FRAMES;
        let runs = |segment: &Segment| {
            segment.permissions.contains(Rights::EXECUTE) && (segment.address..segment.address + segment.bytes).contains(&entry)
        };
        if !loaded.iter().any(runs) {
            return Err("the program doesn't begin in a segment that can be executed");
        }
        let count = end - base;
        let first = kernel.frames.take(count).ok_or("no memory for the program")?;
        let data_first = kernel
            .frames
            .take(data_count)
            .ok_or("no memory for the data of the program")?;
        for frame in (first.0..first.0 + count).chain(data_first.0..data_first.0 + data_count) {
            kernel.machine.frame(Frame(frame)).fill(0);
        }
        for segment in loaded {
            let mut done = 0;
            while done < segment.file_bytes {
                let address = segment.address + done;
                let offset = address % FRAME_BYTES;
                let mut bytes = [0; 64];
                let length = (segment.file_bytes - done).min(FRAME_BYTES - offset).min(bytes.len() as u64) as usize;
                file.read(&mut kernel.machine, segment.file + done, &mut bytes[..length])
                    .ok_or("a segment lies outside the file")?;
                let frame = Frame(first.0 + address / FRAME_BYTES - base);
                copy_into(kernel.machine.frame(frame), offset as usize, &bytes[..length]);
                done += length as u64;
            }
        }
        Ok(Image {
            segments,
            first,
            count,
            data_first,
            data_count,
            entry,
        })
    }

    /// Maps the program and a stack into the space of the root process.
    pub fn map<M: Machine>(&self, kernel: &mut Kernel<M>, space: u32) -> Result<(), &'static str> {
        let base = limits::PROGRAM_START / FRAME_BYTES;
        let mut data = self.data_first.0;
        for segment in self.segments.iter().filter(|segment| segment.bytes > 0) {
            for page in segment.first_page()..segment.end_page() {
                let image = Frame(self.first.0 + page - base);
                if segment.permissions.contains(Rights::WRITE) {
                    let words = *kernel.machine.frame(image);
                    *kernel.machine.frame(Frame(data)) = words;
                    map_page(kernel, space, Self::DATA_SLOT, page, Frame(data), segment.permissions)?;
                    data += 1;
                } else {
                    map_page(kernel, space, initial::IMAGE, page, image, segment.permissions)?;
                }
            }
        }
        for page in 0..STACK_FRAMES {
            let at = Self::STACK_END / FRAME_BYTES - STACK_FRAMES + page;
            map_page(
                kernel,
                space,
                Self::DATA_SLOT,
                at,
                Frame(data + page),
                Rights::READ | Rights::WRITE,
            )?;
        }
        debug_assert_eq!(kernel.processes[ROOT].space, space);
        Ok(())
    }
}

fn map_page<M: Machine>(
    kernel: &mut Kernel<M>,
    space: u32,
    slot: SlotId,
    page: u64,
    frame: Frame,
    permissions: Rights,
) -> Result<(), &'static str> {
    let (address, root) = (page * FRAME_BYTES, kernel.spaces[space].root);
    let leaf = M::PAGE_FORMAT.leaf[usize::from(permissions.bits())];
    if leaf == 0 {
        return Err("a segment has permissions that the processor doesn't know");
    }
    kernel
        .mappings
        .insert(&mut kernel.capabilities, slot, space, address)
        .ok_or("no row for a mapping of the program")?;
    paging::map(&mut kernel.machine, &mut kernel.frames, root, address, frame.address() | leaf)
        .map_err(|_| "no memory for the page tables of the program")?;
    if permissions.contains(Rights::EXECUTE) {
        kernel.machine.publish_code(frame);
    }
    Ok(())
}

fn parse_segment(row: &[u8; 56], file: &File) -> Result<Segment, &'static str> {
    let flags = word(row, 4, 4);
    let mut permissions = Rights::READ;
    if flags & 1 != 0 {
        permissions = permissions | Rights::EXECUTE;
    }
    if flags & 2 != 0 {
        permissions = permissions | Rights::WRITE;
    }
    if permissions.contains(Rights::WRITE | Rights::EXECUTE) {
        return Err("a segment can be both written and executed");
    }
    let segment = Segment {
        file: word(row, 8, 8),
        file_bytes: word(row, 32, 8),
        address: word(row, 16, 8),
        bytes: word(row, 40, 8),
        permissions,
    };
    if segment.file_bytes > segment.bytes
        || segment
            .file
            .checked_add(segment.file_bytes)
            .is_none_or(|end| end > file.length)
    {
        return Err("a segment lies outside the file");
    }
    let start = limits::PROGRAM_START;
    if segment.bytes > SPAN
        || segment.address < start
        || segment.address > start + SPAN - segment.bytes
        || !in_user_half(segment.address, segment.bytes)
    {
        return Err("a segment lies outside the addresses of the program");
    }
    Ok(segment)
}

/// A file in physical memory.
struct File {
    start: u64,
    length: u64,
}

impl File {
    /// Reads bytes, or `None` if the file ends before.
    fn read<M: Machine>(&self, machine: &mut M, at: u64, into: &mut [u8]) -> Option<()> {
        if at.checked_add(into.len() as u64)? > self.length {
            return None;
        }
        let mut done = 0;
        while done < into.len() {
            let address = self.start + at + done as u64;
            let offset = (address % FRAME_BYTES) as usize;
            let length = (into.len() - done).min(FRAME_BYTES as usize - offset);
            copy_from(machine.frame(Frame::holding(address)), offset, &mut into[done..done + length]);
            done += length;
        }
        Some(())
    }
}

/// A little-endian number. Not a part of each place that reads one: it is read once, and the image would grow by a half of a KiB.
#[inline(never)]
fn word(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes[at..at + length]
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}
