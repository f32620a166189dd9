//! Page tables: four levels of 512 entries, walked through the machine's direct map.

use crate::frames::Frames;
use crate::machine::{Frame, Machine, PageFormat, WORDS_PER_FRAME};

/// Levels of a page table, the topmost is 3.
const LEVELS: u32 = 4;

/// Bits of an address that one level translates.
const LEVEL_BITS: u32 = 9;

/// Bits of an address within a page.
const PAGE_BITS: u32 = 12;

/// There is no frame left for a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoFrame;

/// Where an entry stands at a level for an address.
fn position(address: u64, level: u32) -> usize {
    (address >> (PAGE_BITS + LEVEL_BITS * level)) as usize % WORDS_PER_FRAME
}

/// The frame that an entry leads to, or `None` if it isn't present.
fn target(format: &PageFormat, entry: u64) -> Option<Frame> {
    (entry & format.present != 0).then(|| Frame::holding(entry & format.address))
}

/// The entry of the lowest level for an address, or `None` if nothing is mapped there.
pub fn lookup<M: Machine>(machine: &mut M, root: Frame, address: u64) -> Option<u64> {
    let mut table = root;
    for level in (1..LEVELS).rev() {
        table = target(&M::PAGE_FORMAT, machine.frame(table)[position(address, level)])?;
    }
    let entry = machine.frame(table)[position(address, 0)];
    (entry & M::PAGE_FORMAT.present != 0).then_some(entry)
}

/// The frame that an entry of the lowest level maps.
pub fn mapped_frame<M: Machine>(entry: u64) -> Frame {
    Frame::holding(entry & M::PAGE_FORMAT.address)
}

/// Writes the entry for an address at which nothing is mapped. Tables that are missing are made; if there is no frame for one, nothing
/// has changed.
pub fn map<M: Machine>(machine: &mut M, frames: &mut Frames, root: Frame, address: u64, leaf: u64) -> Result<(), NoFrame> {
    let mut table = root;
    for level in (1..LEVELS).rev() {
        let place = position(address, level);
        table = match target(&M::PAGE_FORMAT, machine.frame(table)[place]) {
            Some(next) => next,
            None => {
                let Some(next) = frames.take(1) else {
                    prune(machine, frames, root, address);
                    return Err(NoFrame);
                };
                machine.frame(next).fill(0);
                machine.frame(table)[place] = next.address() | M::PAGE_FORMAT.table;
                *frames.entries(table) += 1;
                next
            }
        };
    }
    machine.frame(table)[position(address, 0)] = leaf;
    *frames.entries(table) += 1;
    Ok(())
}

/// Clears the entry for an address and returns it. Tables that are empty now are given back.
pub fn unmap<M: Machine>(machine: &mut M, frames: &mut Frames, root: Frame, address: u64) -> Option<u64> {
    let mut table = root;
    for level in (1..LEVELS).rev() {
        table = target(&M::PAGE_FORMAT, machine.frame(table)[position(address, level)])?;
    }
    let entry = core::mem::take(&mut machine.frame(table)[position(address, 0)]);
    if entry & M::PAGE_FORMAT.present == 0 {
        return None;
    }
    *frames.entries(table) -= 1;
    prune(machine, frames, root, address);
    Some(entry)
}

/// Gives back the tables on the way to an address that are empty, from the lowest level up.
fn prune<M: Machine>(machine: &mut M, frames: &mut Frames, root: Frame, address: u64) {
    let mut path = [root; LEVELS as usize];
    let mut depth = 0;
    for level in (1..LEVELS).rev() {
        let Some(next) = target(&M::PAGE_FORMAT, machine.frame(path[depth])[position(address, level)]) else {
            break;
        };
        depth += 1;
        path[depth] = next;
    }
    while depth > 0 && *frames.entries(path[depth]) == 0 {
        let level = LEVELS - depth as u32;
        machine.frame(path[depth - 1])[position(address, level)] = 0;
        *frames.entries(path[depth - 1]) -= 1;
        let given = frames.give(path[depth], 1);
        debug_assert!(given.is_ok(), "a table is a frame that was taken");
        depth -= 1;
    }
}

/// Calls `visit` with each address that is mapped for users and its entry, in ascending order, as long as it says to go on.
pub fn for_each<M: Machine>(machine: &mut M, root: Frame, visit: &mut dyn FnMut(&mut M, u64, u64) -> bool) -> bool {
    walk(machine, root, LEVELS - 1, 0, M::PAGE_FORMAT.user_entries, visit)
}

/// Recursion ends at level 0: four frames of stack.
fn walk<M: Machine>(
    machine: &mut M,
    table: Frame,
    level: u32,
    base: u64,
    entries: usize,
    visit: &mut dyn FnMut(&mut M, u64, u64) -> bool,
) -> bool {
    for place in 0..entries {
        let entry = machine.frame(table)[place];
        let Some(next) = target(&M::PAGE_FORMAT, entry) else {
            continue;
        };
        let address = base + ((place as u64) << (PAGE_BITS + LEVEL_BITS * level));
        let go_on = if level == 0 {
            visit(machine, address, entry)
        } else {
            walk(machine, next, level - 1, address, WORDS_PER_FRAME, visit)
        };
        if !go_on {
            return false;
        }
    }
    true
}

/// Gives back all tables below a root, and the root. What was mapped is forgotten by whoever counts it before.
pub fn destroy<M: Machine>(machine: &mut M, frames: &mut Frames, root: Frame) {
    dismantle(machine, frames, root, LEVELS - 1, M::PAGE_FORMAT.user_entries);
}

fn dismantle<M: Machine>(machine: &mut M, frames: &mut Frames, table: Frame, level: u32, entries: usize) {
    for place in 0..entries {
        if level == 0 {
            break;
        }
        if let Some(next) = target(&M::PAGE_FORMAT, machine.frame(table)[place]) {
            dismantle(machine, frames, next, level - 1, WORDS_PER_FRAME);
        }
    }
    let given = frames.give(table, 1);
    debug_assert!(given.is_ok(), "a table is a frame that was taken");
}

/// How many tables there are below a root, the root included.
pub fn count_tables<M: Machine>(machine: &mut M, root: Frame) -> u64 {
    fn count<M: Machine>(machine: &mut M, table: Frame, level: u32, entries: usize) -> u64 {
        let mut sum = 1;
        for place in 0..entries {
            if level == 0 {
                break;
            }
            if let Some(next) = target(&M::PAGE_FORMAT, machine.frame(table)[place]) {
                sum += count(machine, next, level - 1, WORDS_PER_FRAME);
            }
        }
        sum
    }
    count(machine, root, LEVELS - 1, M::PAGE_FORMAT.user_entries)
}
