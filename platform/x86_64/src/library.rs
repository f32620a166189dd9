//! What the library of a host expects of a system, where the kernel and its programs are compiled with that one: the functions for memory
//! that C has there, and the one that would unwind a stack, which is never called since a panic ends everything.

use core::arch::asm;

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // Safety: the caller owns both ranges. Words, then the bytes that are left.
    unsafe {
        asm!(
            "rep movsq",
            "mov ecx, {rest:e}",
            "rep movsb",
            rest = in(reg) count % 8,
            inout("rdi") to => _,
            inout("rsi") from => _,
            inout("rcx") count / 8 => _,
            options(nostack, preserves_flags),
        );
    }
    to
}

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // Forwards nothing is overwritten that is still to be read, unless the target begins inside the source.
    if (to as usize).wrapping_sub(from as usize) >= count {
        // Safety: as for `memcpy`.
        return unsafe { memcpy(to, from, count) };
    }
    // Safety: as above, from the last byte on; the direction is set back.
    unsafe {
        asm!(
            "std",
            "rep movsb",
            "cld",
            inout("rdi") to.add(count - 1) => _,
            inout("rsi") from.add(count - 1) => _,
            inout("rcx") count => _,
            options(nostack),
        );
    }
    to
}

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
    let word = u64::from(byte as u8) * 0x0101_0101_0101_0101;
    // Safety: the caller owns the range.
    unsafe {
        asm!(
            "rep stosq",
            "mov ecx, {rest:e}",
            "rep stosb",
            rest = in(reg) count % 8,
            in("rax") word,
            inout("rdi") to => _,
            inout("rcx") count / 8 => _,
            options(nostack, preserves_flags),
        );
    }
    to
}

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, count: usize) -> i32 {
    for index in 0..count {
        // Safety: the caller owns both ranges. Volatile, so that the compiler doesn't see a call of this very function in it.
        let (one, other) = unsafe { (one.add(index).read_volatile(), other.add(index).read_volatile()) };
        if one != other {
            return i32::from(one) - i32::from(other);
        }
    }
    0
}

/// As C has it.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(one: *const u8, other: *const u8, count: usize) -> i32 {
    // Safety: the caller's promise.
    unsafe { memcmp(one, other, count) }
}

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
