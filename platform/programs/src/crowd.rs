//! Very many processes at once: all are made, then all run, then all are reaped.

use core::fmt::Write;

use exo_facts::{Error, Handle, initial, limits};

use crate::console::Console;
use crate::program::Program;
use crate::spawn::{Child, Parameters, image_pages, initial};

/// How many there are to be, where the memory is enough for them.
const MEMBERS: u64 = 10_000;

/// A member tells its number, which it can only once the root process listens, and ends with it.
pub fn member(parameters: &Parameters) -> u64 {
    let [endpoint, number, ..] = parameters.words;
    match exo_user::endpoint_send(Handle(endpoint), number, !number, 0, 0, Handle::NULL) {
        Ok(()) => number,
        Err(error) => error.code() | 1 << 32,
    }
}

/// Where the handles of the members are kept: pages of their own, since they are far too many for a stack.
const LIST: u64 = 0x2000_0000;

/// Makes very many processes, and prints what each takes.
pub fn run(console: &mut Console) -> Result<(), Error> {
    let before = free_frames()?;
    // A member takes five frames, and the kernel has five rows for mappings to two frames.
    let count = MEMBERS.min(before / 6).min(before * 5 / 2 / (image_pages() + 1));
    let pages = (count * size_of::<Child>() as u64).div_ceil(limits::PAGE_BYTES);
    let list = exo_user::page_allocate(pages)?;
    for index in 0..pages {
        let permissions = exo_facts::Rights::READ.join(exo_facts::Rights::WRITE);
        exo_user::page_map(
            initial(initial::SPACE),
            list,
            index,
            LIST + index * limits::PAGE_BYTES,
            permissions,
        )?;
    }
    // Safety: the pages were just mapped for this process alone, writable, and zeros are valid handles.
    let members = unsafe { core::slice::from_raw_parts_mut(LIST as *mut Child, count as usize) };
    let endpoint = exo_user::endpoint_create()?;
    for (number, place) in (0..).zip(members.iter_mut()) {
        let child = Child::create(initial(initial::ACCOUNT))?;
        let theirs = child.give(endpoint)?;
        child.start(Program::Member, &[theirs, number])?;
        *place = child;
    }
    let taken = before - free_frames()? - pages;
    let bytes = taken * limits::PAGE_BYTES / count;
    let _ = writeln!(console, "{count} processes alive at once, {bytes} bytes of frames each");
    // None has ended yet: each waits for its message to be taken.
    let mut sum = 0;
    for _ in 0..count {
        let message = exo_user::endpoint_receive(endpoint)?;
        let [number, inverse, ..] = message.words;
        sum += if inverse == !number { number } else { 0 };
    }
    for (number, place) in (0..).zip(members.iter()) {
        // Safety: each child is taken out once; the list isn't read again.
        let child = unsafe { core::ptr::read(place) };
        if child.reap()? != number {
            return Err(Error::BadState);
        }
    }
    exo_user::cap_drop(endpoint)?;
    exo_user::cap_drop(list)?;
    if sum != count * (count - 1) / 2 || free_frames()? != before {
        return Err(Error::BadState);
    }
    let _ = if count == MEMBERS {
        writeln!(console, "pass ten_thousand")
    } else {
        writeln!(console, "this machine has no memory for {MEMBERS} processes: give it 512 MiB")
    };
    Ok(())
}

/// Counts the free frames by taking them all, in large pieces first.
pub fn free_frames() -> Result<u64, Error> {
    let mut pieces = [Handle::NULL; 256];
    let (mut used, mut frames) = (0, 0);
    for size in (0..20).rev().map(|power| 1 << power) {
        while used < pieces.len() {
            match exo_user::page_allocate(size) {
                Ok(piece) => {
                    pieces[used] = piece;
                    used += 1;
                    frames += size;
                }
                Err(Error::NoMemory) => break,
                Err(error) => return Err(error),
            }
        }
    }
    for &piece in &pieces[..used] {
        exo_user::cap_drop(piece)?;
    }
    Ok(frames)
}
