//! The serial line: a PL011, where the machine `virt` has it. It speaks before the device tree is read, so that a broken tree can be
//! reported.

use crate::{interrupts, mmu};

const BASE: u64 = 0x0900_0000;

/// The registers that are used, in bytes from the base.
mod register {
    pub const DATA: u64 = 0x00;
    pub const FLAGS: u64 = 0x18;
    pub const BAUD_WHOLE: u64 = 0x24;
    pub const BAUD_FRACTION: u64 = 0x28;
    pub const LINE: u64 = 0x2c;
    pub const CONTROL: u64 = 0x30;
    pub const MASK: u64 = 0x38;
    pub const CLEAR: u64 = 0x44;
    pub const PART_LOW: u64 = 0xfe0;
    pub const PART_HIGH: u64 = 0xfe4;
}

/// In the flags: no room for another byte.
const TRANSMIT_FULL: u32 = 1 << 5;

/// In the mask of interrupts: a byte was sent.
const TRANSMITTED: u32 = 1 << 5;

/// The line of its interrupt.
const LINE: u32 = 1;

/// What can be written to: text and numbers, without the formatting of `core`, which is as large as a tenth of the kernel.
#[derive(Clone, Copy)]
pub struct Console;

/// Sets the line to 115,200 baud at the 24 MHz that `virt` states.
///
/// # Errors
///
/// Where something else answers, or nothing.
pub fn start() -> Result<(), &'static str> {
    // The part number of a PL011: 0x011 over two of the identification registers.
    if mmu::read_device(BASE + register::PART_LOW) & 0xff != 0x11 || mmu::read_device(BASE + register::PART_HIGH) & 0x0f != 0x0 {
        return Err("no PL011 at 0x9000000");
    }
    mmu::write_device(BASE + register::CONTROL, 0);
    mmu::write_device(BASE + register::BAUD_WHOLE, 13);
    mmu::write_device(BASE + register::BAUD_FRACTION, 1);
    // Eight bits, with the queue.
    mmu::write_device(BASE + register::LINE, 0x70);
    // Enabled, transmitting.
    mmu::write_device(BASE + register::CONTROL, 0x101);
    Ok(())
}

/// Lets each byte that is sent be an interrupt, for whoever allocates the line.
pub fn announce() {
    interrupts::set_edge(interrupts::FIRST_LINE + LINE);
    mmu::write_device(BASE + register::MASK, TRANSMITTED);
}

/// Writes the bytes as they are.
#[inline(never)]
pub fn write(bytes: &[u8]) {
    for &byte in bytes {
        while mmu::read_device(BASE + register::FLAGS) & TRANSMIT_FULL != 0 {}
        mmu::write_device(BASE + register::CLEAR, TRANSMITTED);
        mmu::write_device(BASE + register::DATA, byte.into());
    }
}

impl Console {
    pub fn text(self, text: &str) -> Self {
        write(text.as_bytes());
        self
    }

    pub fn decimal(self, value: u64) -> Self {
        self.digits(value, 10)
    }

    pub fn hexadecimal(self, value: u64) -> Self {
        self.text("0x").digits(value, 16)
    }

    fn digits(self, value: u64, base: u64) -> Self {
        let (mut digits, mut rest) = ([0; 20], value);
        let mut count = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789abcdef"[(rest % base) as usize & 15];
            rest /= base;
            count += 1;
            if rest == 0 {
                break;
            }
        }
        write(digits.get(digits.len() - count..).unwrap_or_default());
        self
    }
}
