//! Single instructions that Rust has no word for: ports, control registers, model-specific registers.

use core::arch::asm;

pub fn write_port(port: u16, value: u8) {
    // Safety: a port write reaches devices, never memory that Rust knows; the ports used here belong to this kernel alone.
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack, preserves_flags)) }
}

pub fn read_port(port: u16) -> u8 {
    let value;
    // Safety: as for `write_port`.
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack, preserves_flags)) }
    value
}

/// What `cpuid` answers in ebx, ecx and edx.
pub fn identify(leaf: u32) -> [u32; 3] {
    if leaf > core::arch::x86_64::__cpuid(leaf & 0x8000_0000).eax {
        return [0; 3];
    }
    let answer = core::arch::x86_64::__cpuid_count(leaf, 0);
    [answer.ebx, answer.ecx, answer.edx]
}

pub fn read_model_register(register: u32) -> u64 {
    let (low, high): (u32, u32);
    // Safety: reading changes nothing; the registers read exist on every processor with long mode.
    unsafe { asm!("rdmsr", in("ecx") register, out("eax") low, out("edx") high, options(nomem, nostack, preserves_flags)) }
    u64::from(high) << 32 | u64::from(low)
}

/// # Safety
/// The value must leave the kernel's own code, stack and entries as they are.
pub unsafe fn write_model_register(register: u32, value: u64) {
    // Safety: the caller's promise.
    unsafe {
        asm!("wrmsr", in("ecx") register, in("eax") value as u32, in("edx") (value >> 32) as u32, options(nostack, preserves_flags))
    }
}

/// The address that the last page fault was about.
pub fn fault_address() -> u64 {
    let address;
    // Safety: reading cr2 changes nothing.
    unsafe { asm!("mov {}, cr2", out(reg) address, options(nomem, nostack, preserves_flags)) }
    address
}

/// # Safety
/// `root` must be the physical address of a table that maps the kernel as it is mapped now.
pub unsafe fn activate(root: u64) {
    // Safety: the caller's promise.
    unsafe { asm!("mov cr3, {}", in(reg) root, options(nostack, preserves_flags)) }
}

pub fn flush(address: u64) {
    // Safety: forgets a translation; the next access walks the tables again.
    unsafe { asm!("invlpg [{}]", in(reg) address, options(nostack, preserves_flags)) }
}

/// Sets bits of cr4, all of which restrict what is allowed.
pub fn restrict(bits: u64) {
    // Safety: the bits given (SMEP, SMAP, UMIP) forbid things that this kernel never does.
    unsafe { asm!("mov {t}, cr4", "or {t}, {bits}", "mov cr4, {t}", t = out(reg) _, bits = in(reg) bits, options(nostack)) }
}

/// Instructions since the start under `-icount shift=0`, else what the processor counts.
pub fn time_stamp() -> u64 {
    // Safety: reading the counter changes nothing.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Sleeps until an interrupt; it arrives on the trap stack, and `trap` doesn't come back here.
pub fn wait_for_interrupt() -> ! {
    loop {
        // Safety: the kernel holds no state on its stack while it waits.
        unsafe { asm!("sti", "hlt", "cli", options(nostack)) }
    }
}

pub fn wait_forever() -> ! {
    loop {
        // Safety: with interrupts off nothing follows.
        unsafe { asm!("cli", "hlt", options(nomem, nostack)) }
    }
}
