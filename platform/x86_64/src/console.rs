//! The serial line (a 16550 at 0x3f8), and QEMU's debug port where there is none.

use crate::cpu::{read_port, write_port};

const SERIAL: u16 = 0x3f8;
const LINE_CONTROL: u16 = SERIAL + 3;
const MODEM_CONTROL: u16 = SERIAL + 4;
const LINE_STATUS: u16 = SERIAL + 5;
const SCRATCH: u16 = SERIAL + 7;
const TRANSMITTER_EMPTY: u8 = 1 << 5;
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
        write_port(SERIAL + 1, 0);
        write_port(LINE_CONTROL, 0x80);
        write_port(SERIAL, 1);
        write_port(SERIAL + 1, 0);
        write_port(LINE_CONTROL, 3);
        write_port(SERIAL + 2, 7);
        write_port(MODEM_CONTROL, 3);
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

impl core::fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.write(text.as_bytes());
        Ok(())
    }
}
