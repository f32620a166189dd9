//! Pages, spaces, the rule for overlapping capabilities, and the calls that access the memory of users.

mod support;

use exo_facts::{Error, Handle, Kind, Rights, Syscall, limits};
use exo_kernel::hosted::{Hosted, kernel};
use exo_kernel::{Frame, Machine};
use support::*;

const AT: u64 = 0x50_0000;

/// The entry of the lowest level for an address in the active space, found by a walk of its own.
fn entry(k: &mut Exo, address: u64) -> u64 {
    let mut table = k.machine.active;
    for shift in [39, 30, 21] {
        let entry = k.machine.frame(table)[(address >> shift) as usize % 512];
        if entry & 1 == 0 {
            return 0;
        }
        table = Frame::holding(entry & Hosted::PAGE_FORMAT.address);
    }
    k.machine.frame(table)[(address >> 12) as usize % 512]
}

fn first_frame(k: &Exo, page: u64) -> u64 {
    u64::from(k.check(Handle(page), Kind::Page, Rights::NONE).unwrap().first)
}

#[test]
fn a_page_is_mapped_and_unmapped() {
    let mut k = kernel();
    let free = k.free_frames();
    let page = must(&mut k, Syscall::PageAllocate, &[3]);
    let frame = first_frame(&k, page);
    assert!(
        (0..3).all(|index| k.machine.frame(Frame(frame + index)).iter().all(|&word| word == 0)),
        "filled with zeros"
    );
    for (permissions, bits) in [(1, 0b0011), (3, 0b0111), (5, 0b1011), (7, 0b1111)] {
        must(&mut k, Syscall::PageMap, &[root::SPACE, page, 2, AT, permissions]);
        assert_eq!(entry(&mut k, AT), (frame + 2) << 12 | bits);
        must(&mut k, Syscall::PageUnmap, &[root::SPACE, AT]);
        assert_eq!(entry(&mut k, AT), 0);
        assert_eq!(ask(&mut k, Syscall::PageUnmap, &[root::SPACE, AT]), Err(Error::BadAddress));
    }
    must(&mut k, Syscall::CapDrop, &[page]);
    assert_eq!(k.free_frames(), free, "frames and tables are free again");
}

#[test]
fn what_is_unmapped_is_forgotten_in_every_space() {
    const { assert!(Hosted::REMEMBERS_SPACES) };
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let other = must(&mut k, Syscall::SpaceCreate, &[]);
    for (space, at) in [(root::SPACE, AT), (other, AT + 4096)] {
        must(&mut k, Syscall::PageMap, &[space, page, 0, at, 3]);
        must(&mut k, Syscall::PageUnmap, &[space, at]);
        assert_eq!(core::mem::take(&mut k.machine.flushed), [at]);
        must(&mut k, Syscall::PageMap, &[space, page, 0, at, 3]);
    }
    must(&mut k, Syscall::PageRevoke, &[page]);
    k.machine.flushed.sort_unstable();
    assert_eq!(k.machine.flushed, [AT, AT + 4096], "by a revocation too");
}

#[test]
fn bad_mappings_are_refused() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[2]);
    let read_only = must(&mut k, Syscall::CapDerive, &[page, 1]);
    for (handle, index, at, permissions, error) in [
        (page, 0, AT + 8, 1, Error::Misaligned),
        (page, 0, 0, 1, Error::BadAddress),
        (page, 0, limits::USER_END, 1, Error::BadAddress),
        (page, 0, !4095, 1, Error::BadAddress),
        (page, 2, AT, 1, Error::OutOfRange),
        (page, u64::MAX, AT, 1, Error::OutOfRange),
        (page, 0, AT, 0, Error::BadArgument),
        (page, 0, AT, 2, Error::BadArgument),
        (page, 0, AT, 4, Error::BadArgument),
        (page, 0, AT, 9, Error::BadArgument),
        (page, 0, AT, 64, Error::BadArgument),
        (read_only, 0, AT, 3, Error::Denied),
        (read_only, 0, AT, 5, Error::Denied),
        (root::IMAGE, 0, AT, 3, Error::Denied),
        (page, 0, limits::PROGRAM_START, 1, Error::Overlap),
    ] {
        let free = k.free_frames();
        assert_eq!(
            ask(&mut k, Syscall::PageMap, &[root::SPACE, handle, index, at, permissions]),
            Err(error)
        );
        assert_eq!(k.free_frames(), free);
    }
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, limits::USER_END - 4096, 1]);
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, limits::USER_START, 1]);
    for (count, error) in [
        (0, Error::BadArgument),
        (1 << 40, Error::NoMemory),
        (u64::MAX, Error::NoMemory),
    ] {
        // The price is by the page, so that such a count is too dear before it is too much.
        let result = ask(&mut k, Syscall::PageAllocate, &[count]);
        assert!(result == Err(error) || result == Err(Error::NoGas), "{result:?}");
    }
}

/// Authority is never merged: of two overlapping capabilities, each mapping has the rights of its own, and goes with its own.
#[test]
fn overlapping_capabilities_are_apart() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[4]);
    let rights = |rights: Rights| u64::from(rights.bits());
    let reader = must(
        &mut k,
        Syscall::PageDerive,
        &[page, 0, 3, rights(Rights::READ | Rights::CONTROL | Rights::GRANT)],
    );
    let writer = must(
        &mut k,
        Syscall::PageDerive,
        &[page, 1, 3, rights(Rights::READ | Rights::WRITE)],
    );
    let under_reader = must(&mut k, Syscall::PageDerive, &[reader, 1, 1, rights(Rights::READ)]);
    // Frame 1 of the four lies in all of them.
    assert_eq!(
        ask(&mut k, Syscall::PageMap, &[root::SPACE, reader, 1, AT, 3]),
        Err(Error::Denied),
        "not by the other's right"
    );
    must(&mut k, Syscall::PageMap, &[root::SPACE, reader, 1, AT, 1]);
    must(&mut k, Syscall::PageMap, &[root::SPACE, writer, 0, AT + 0x1000, 3]);
    must(&mut k, Syscall::PageMap, &[root::SPACE, under_reader, 0, AT + 0x2000, 1]);
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 1, AT + 0x3000, 3]);
    let frame = first_frame(&k, page) + 1;
    for place in 0..4 {
        assert_eq!(entry(&mut k, AT + 0x1000 * place) >> 12, frame);
    }
    assert_eq!(ask(&mut k, Syscall::PageRevoke, &[reader]), Ok(1));
    let left = [0, 1, 2, 3].map(|place| entry(&mut k, AT + 0x1000 * place) != 0);
    assert_eq!(
        left,
        [false, true, false, true],
        "its own mapping and its descendant's, and no other"
    );
    assert_eq!(ask(&mut k, Syscall::CapInspect, &[under_reader]), Err(Error::BadHandle));
    let free = k.free_frames();
    must(&mut k, Syscall::CapDrop, &[writer]);
    assert_eq!(entry(&mut k, AT + 0x1000), 0);
    assert_eq!(k.free_frames(), free, "the frames are covered still");
    must(&mut k, Syscall::CapDrop, &[page]);
    assert!(k.free_frames() >= free + 4);
    assert_eq!(ask(&mut k, Syscall::CapInspect, &[reader]), Err(Error::BadHandle));
}

#[test]
fn derived_ranges_stay_inside() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[8]);
    let part = must(&mut k, Syscall::PageDerive, &[page, 2, 4, 31]);
    assert_eq!(first_frame(&k, part), first_frame(&k, page) + 2);
    for (first, count, error) in [
        (0, 5, Error::OutOfRange),
        (4, 1, Error::OutOfRange),
        (3, 2, Error::OutOfRange),
        (u64::MAX, 2, Error::OutOfRange),
        (1 << 32, 1, Error::OutOfRange),
        (1, u64::MAX, Error::OutOfRange),
        (0, 0, Error::BadArgument),
    ] {
        assert_eq!(
            ask(&mut k, Syscall::PageDerive, &[part, first, count, 1]),
            Err(error),
            "{first} {count}"
        );
        let blocks = ask(
            &mut k,
            Syscall::BlockDerive,
            &[root::BLOCKS, first.wrapping_mul(64), count.wrapping_mul(64), 1],
        );
        assert!(blocks.is_err() || first * 64 + count * 64 <= 64, "{first} {count}");
    }
    assert_eq!(ask(&mut k, Syscall::PageDerive, &[part, 0, 1, 0]), Err(Error::BadArgument));
}

/// Other spaces: what is mapped there ends with the space, and isn't seen here.
#[test]
fn spaces_are_apart() {
    let mut k = kernel();
    let free = k.free_frames();
    let space = must(&mut k, Syscall::SpaceCreate, &[]);
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    for index in 0..600 {
        must_quietly(&mut k, &[space, page, 0, AT + index * 0x1000, 3]);
    }
    k.check_invariants().unwrap();
    assert_eq!(entry(&mut k, AT), 0);
    let process = must(&mut k, Syscall::ProcessCreate, &[space, root::ACCOUNT]);
    must(&mut k, Syscall::CapDrop, &[space]);
    must(&mut k, Syscall::ProcessStart, &[process, AT, AT + 0x1000, 0]);
    switch(&mut k, Syscall::ProcessYield, &[process]);
    assert_ne!(entry(&mut k, AT), 0, "the process keeps its space");
    switch(&mut k, Syscall::ProcessExit, &[0]);
    must(&mut k, Syscall::CapDrop, &[process]);
    must(&mut k, Syscall::CapDrop, &[page]);
    assert_eq!(k.free_frames(), free);
}

fn must_quietly(k: &mut Exo, arguments: &[u64]) {
    assert_eq!(call(k, Syscall::PageMap, arguments), exo_kernel::Reply::DONE);
}

/// Every call that takes frames refuses when there are none, at whichever frame that happens, and has no effect then.
#[test]
fn out_of_memory_is_an_error() {
    let mut k = kernel();
    let mut pages = Vec::new();
    for size in [256, 16, 1] {
        while let Ok(page) = ask(&mut k, Syscall::PageAllocate, &[size]) {
            pages.push(page);
        }
    }
    assert_eq!(k.free_frames(), 0);
    assert_eq!(ask(&mut k, Syscall::SpaceCreate, &[]), Err(Error::NoMemory));
    for left in 0..4 {
        // A mapping far away needs three tables.
        let far = 1 << 46;
        let result = ask(&mut k, Syscall::PageMap, &[root::SPACE, root::IMAGE, 0, far, 1]);
        assert_eq!(result, if left < 3 { Err(Error::NoMemory) } else { Ok(0) });
        assert_eq!(k.free_frames(), left % 3, "{left}");
        let one = pages.pop().unwrap();
        must(&mut k, Syscall::CapDrop, &[one]);
    }
}

#[test]
fn the_console_prints_what_can_be_read() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[2]);
    let frame = first_frame(&k, page);
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, AT, 1]);
    // The second page in memory isn't the second of the range.
    must(&mut k, Syscall::PageMap, &[root::SPACE, root::IMAGE, 0, AT + 0x1000, 1]);
    k.machine.write_physical((frame << 12) + 4090, b"across");
    let before = k.machine.console.len();
    must(&mut k, Syscall::ConsoleWrite, &[root::CONSOLE, AT + 4090, 8]);
    assert_eq!(&k.machine.console[before..], b"across\x90\x90");
    must(&mut k, Syscall::ConsoleWrite, &[root::CONSOLE, u64::MAX, 0]);
    let before = k.machine.console.len();
    for (at, length) in [
        (AT + 0x1000, 0x1001),
        (AT - 1, 2),
        // Its low half alone would be an address that can be read.
        (AT + (1 << 32), 8),
        (0, 8),
        (1 << 63, 8),
        (limits::USER_END - 4, 8),
        (u64::MAX - 3, 8),
        (AT, 1 << 37),
        (0xffff_8000_0000_0000, 1),
    ] {
        assert_eq!(
            ask(&mut k, Syscall::ConsoleWrite, &[root::CONSOLE, at, length]),
            Err(Error::BadAddress),
            "{at:#x} {length:#x}"
        );
    }
    assert_eq!(
        k.machine.console.len(),
        before,
        "nothing of a range that can't be read as a whole"
    );
}

#[test]
fn blocks_keep_what_is_written() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[2]);
    let frame = first_frame(&k, page);
    for word in 0..512 {
        k.machine.frame(Frame(frame))[word] = word as u64 * 3;
    }
    must(&mut k, Syscall::BlockWrite, &[root::BLOCKS, 5, page, 0]);
    let part = must(&mut k, Syscall::BlockDerive, &[root::BLOCKS, 4, 2, 1]);
    must(&mut k, Syscall::BlockRead, &[part, 1, page, 1]);
    let written = *k.machine.frame(Frame(frame));
    assert_eq!(*k.machine.frame(Frame(frame + 1)), written);
    assert_eq!(ask(&mut k, Syscall::BlockWrite, &[part, 1, page, 0]), Err(Error::Denied));
    assert_eq!(ask(&mut k, Syscall::BlockRead, &[part, 2, page, 0]), Err(Error::OutOfRange));
    assert_eq!(ask(&mut k, Syscall::BlockRead, &[part, 0, page, 2]), Err(Error::OutOfRange));
    assert_eq!(
        ask(&mut k, Syscall::BlockRead, &[root::BLOCKS, 64, page, 0]),
        Err(Error::OutOfRange)
    );
    let read_only = must(&mut k, Syscall::CapDerive, &[page, 1]);
    assert_eq!(ask(&mut k, Syscall::BlockRead, &[part, 0, read_only, 0]), Err(Error::Denied));
}

#[cfg(feature = "halt")]
#[test]
fn a_fork_shares_the_value_and_copies_the_atom() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let frame = first_frame(&k, page);
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, AT, 3]);
    // Five bytes, as halt encodes them.
    k.machine.write_physical(frame << 12, &[4, 5, b'h', b'e', b'l', b'l', b'o']);
    let value = must(&mut k, Syscall::ValueStore, &[AT, 7]);
    let atom = must(&mut k, Syscall::AtomCreate, &[value]);
    let fork = must(&mut k, Syscall::AtomFork, &[atom]);
    assert_eq!(ask(&mut k, Syscall::AtomLoad, &[fork]), Ok(value));
    assert_eq!(ask(&mut k, Syscall::AtomSwap, &[fork, 4]), Ok(value));
    assert_eq!(
        (
            ask(&mut k, Syscall::AtomLoad, &[atom]),
            ask(&mut k, Syscall::AtomLoad, &[fork])
        ),
        (Ok(value), Ok(4))
    );
    assert_eq!(
        ask(&mut k, Syscall::AtomCompareAndSwap, &[fork, 8, 12]),
        Ok(4),
        "not what was expected"
    );
    assert_eq!(ask(&mut k, Syscall::AtomCompareAndSwap, &[fork, 4, value]), Ok(4));
    assert_eq!(ask(&mut k, Syscall::AtomLoad, &[fork]), Ok(value));
    assert_eq!(ask(&mut k, Syscall::ValueRead, &[value, AT + 100, 6]), Err(Error::Overflow));
    assert_eq!(ask(&mut k, Syscall::ValueRead, &[value, AT + 100, 50]), Ok(7));
    // Byte 100 is the fifth of word 12.
    assert_eq!(
        k.machine.frame(Frame(frame))[12] >> 32,
        u64::from(u32::from_le_bytes([4, 5, b'h', b'e']))
    );
    for word in [3, u64::MAX, value + 4, value ^ 1 << 40, value + (1 << 33)] {
        for what in [Syscall::AtomCreate, Syscall::ValueRead] {
            assert_eq!(ask(&mut k, what, &[word, AT, 50]), Err(Error::BadValue), "{word:#x}");
        }
        assert_eq!(ask(&mut k, Syscall::AtomSwap, &[atom, word]), Err(Error::BadValue));
    }
    for (at, length, error) in [
        (AT, 6, Error::BadValue),
        (AT + 0x1000, 7, Error::BadAddress),
        (1 << 60, 7, Error::BadAddress),
    ] {
        assert_eq!(ask(&mut k, Syscall::ValueStore, &[at, length]), Err(error));
    }
    assert_eq!(
        ask(&mut k, Syscall::ValueRead, &[value, limits::PROGRAM_START, 50]),
        Err(Error::BadAddress),
        "it can't be written"
    );
}

/// Values that no atom holds make room; values that one holds stay.
#[cfg(feature = "halt")]
#[test]
fn a_full_arena_is_collected() {
    let mut k = kernel();
    let page = must(&mut k, Syscall::PageAllocate, &[1]);
    let frame = first_frame(&k, page);
    must(&mut k, Syscall::PageMap, &[root::SPACE, page, 0, AT, 3]);
    let mut bytes = vec![4, 0x80 | 40, 31];
    bytes.resize(3 + 31 * 128 + 40, 9);
    k.machine.write_physical(frame << 12, &bytes);
    let length = bytes.len() as u64;
    let value = must(&mut k, Syscall::ValueStore, &[AT, length]);
    let atom = must(&mut k, Syscall::AtomCreate, &[value]);
    for _ in 0..1000 {
        assert!(matches!(
            call(&mut k, Syscall::ValueStore, &[AT, length]),
            exo_kernel::Reply::Value { status: 0, .. }
        ));
    }
    let kept = must(&mut k, Syscall::AtomLoad, &[atom]);
    assert_ne!(kept, value, "a word from before a collection");
    assert_eq!(ask(&mut k, Syscall::ValueRead, &[value, AT, 4096]), Err(Error::BadValue));
    assert_eq!(ask(&mut k, Syscall::ValueRead, &[kept, AT, 4096]), Ok(length));
}
