//! The serial line (a 16550 at 0x3f8), and QEMU's debug port where there is none.

use crate::cpu::{read_port, write_port};

const SERIAL: u16 = 0x3f8;
const INTERRUPTS: u16 = SERIAL + 1;
const LINE_CONTROL: u16 = SERIAL + 3;
const MODEM_CONTROL: u16 = SERIAL + 4;
const LINE_STATUS: u16 = SERIAL + 5;
const SCRATCH: u16 = SERIAL + 7;
const TRANSMITTER_EMPTY: u8 = 1 << 5;
const TRANSMITTER_EMPTY_INTERRUPT: u8 = 1 << 1;
/// One byte a write and no set-up: where a failure goes that has no serial line to go to.
const DEBUG_PORT: u16 = 0xe9;
/// A line that never becomes ready must not hold the kernel up.
const READY_ATTEMPTS: u32 = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Console {
    Serial,
    /// No serial line answers.
    Missing,
}

impl Console {
    /// Finds the serial line by what its scratch register keeps, and sets it to 115200 bits a second, eight bits, no parity.
    pub fn open() -> Self {
        for pattern in [0x5a, 0xa5] {
            write_port(SCRATCH, pattern);
            if read_port(SCRATCH) != pattern {
                return Self::Missing;
            }
        }
        write_port(INTERRUPTS, 0);
        write_port(LINE_CONTROL, 0x80);
        write_port(SERIAL, 1);
        write_port(INTERRUPTS, 0);
        write_port(LINE_CONTROL, 3);
        write_port(SERIAL + 2, 7);
        // With the second output interrupts reach the controller, where the line stays masked until somebody owns it.
        write_port(MODEM_CONTROL, 0xb);
        write_port(INTERRUPTS, TRANSMITTER_EMPTY_INTERRUPT);
        Self::Serial
    }

    pub fn write(self, bytes: &[u8]) {
        for &byte in bytes {
            match self {
                Self::Serial => {
                    let ready = |_: &u32| read_port(LINE_STATUS) & TRANSMITTER_EMPTY != 0;
                    let _ = (0..READY_ATTEMPTS).find(ready);
                    write_port(SERIAL, byte);
                }
                Self::Missing => write_port(DEBUG_PORT, byte),
            }
        }
    }
}

/// Text and numbers, without the formatting of `core`: that is as large as a quarter of the kernel, and what fails says little.
impl Console {
    pub fn text(self, text: &str) -> Self {
        self.write(text.as_bytes());
        self
    }

    pub fn decimal(self, value: u64) -> Self {
        self.digits(value, 10)
    }

    pub fn hexadecimal(self, value: u64) -> Self {
        self.text("0x").digits(value, 16)
    }

    fn digits(self, mut value: u64, base: u64) -> Self {
        let mut digits = [0; 20];
        let mut rest = digits.len();
        while value > 0 || rest == digits.len() {
            let Some(place) = rest.checked_sub(1) else { break };
            rest = place;
            if let Some(digit) = digits.get_mut(rest) {
                *digit = b"0123456789abcdef"[(value % base) as usize & 15];
            }
            value /= base;
        }
        self.write(digits.get(rest..).unwrap_or_default());
        self
    }
}
