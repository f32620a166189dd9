//! Copies and fills memory 64 bytes at a time, in the place of the functions that come with the compiler, which do a word at a time: a
//! page table is cleared in a tenth of the instructions.

use core::arch::aarch64::{uint8x16x4_t, vdupq_n_u8, vst1q_u8_x4};
use core::arch::asm;

const BLOCK: usize = 64;

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
    // SAFETY: writes `count` bytes from `to` on, which the caller owns. The vector unit takes any alignment. What is left is written so
    // that the compiler doesn't see a call of this very function in it.
    unsafe {
        let vector = vdupq_n_u8(byte as u8);
        let vectors = uint8x16x4_t(vector, vector, vector, vector);
        let mut at = to;
        for _ in 0..count / BLOCK {
            vst1q_u8_x4(at, vectors);
            at = at.add(BLOCK);
        }
        let word = u64::from(byte as u8) * 0x0101_0101_0101_0101;
        for _ in 0..count % BLOCK / 8 {
            at.cast::<u64>().write_volatile(word);
            at = at.add(8);
        }
        for _ in 0..count % 8 {
            at.write_volatile(byte as u8);
            at = at.add(1);
        }
    }
    to
}

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: as for `memset`. Forwards nothing is overwritten that is still to be read, unless the target begins inside the source.
    unsafe {
        if (to as usize).wrapping_sub(from as usize) >= count {
            return memcpy(to, from, count);
        }
        for index in (0..count).rev() {
            to.add(index).write_volatile(from.add(index).read_volatile());
        }
    }
    to
}

/// As C has it, and also where the ranges overlap if the target begins before the source.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: as above; what is read in one step is written before the next one, never ahead of it.
    unsafe {
        let (mut at, mut from) = (to, from);
        for _ in 0..count / BLOCK {
            // The function for the first of them reads byte by byte where the compiler must not read words anywhere.
            asm!(
                "ld1 {{v0.16b-v3.16b}}, [{from}], #64",
                "st1 {{v0.16b-v3.16b}}, [{to}], #64",
                from = inout(reg) from,
                to = inout(reg) at,
                out("v0") _,
                out("v1") _,
                out("v2") _,
                out("v3") _,
                options(nostack, preserves_flags),
            );
        }
        for _ in 0..count % BLOCK / 8 {
            at.cast::<u64>().write_volatile(from.cast::<u64>().read_volatile());
            (at, from) = (at.add(8), from.add(8));
        }
        for _ in 0..count % 8 {
            at.write_volatile(from.read_volatile());
            (at, from) = (at.add(1), from.add(1));
        }
    }
    to
}
