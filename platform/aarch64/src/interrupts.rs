//! The interrupt controller: a GICv2, where the device tree says it is.

use core::sync::atomic::{AtomicU64, Ordering};

use device_tree::DeviceTree;

use crate::mmu::{read_device, write_device};

/// Registers of the distributor, in bytes from its base.
mod distributor {
    pub const CONTROL: u64 = 0x000;
    pub const TYPE: u64 = 0x004;
    pub const ENABLE: u64 = 0x100;
    pub const DISABLE: u64 = 0x180;
    pub const PRIORITY: u64 = 0x400;
    pub const TARGETS: u64 = 0x800;
    pub const CONFIGURATION: u64 = 0xc00;
}

/// Registers of the processor's interface.
mod interface {
    pub const CONTROL: u64 = 0x00;
    pub const PRIORITY_MASK: u64 = 0x04;
    pub const ACKNOWLEDGE: u64 = 0x0c;
    pub const END: u64 = 0x10;
}

/// The first interrupt of the lines that devices share: the kernel counts lines from there.
pub const FIRST_LINE: u32 = 32;

static DISTRIBUTOR: AtomicU64 = AtomicU64::new(0);
static INTERFACE: AtomicU64 = AtomicU64::new(0);

/// Finds the controller and lets interrupts through that are unmasked one by one afterwards.
///
/// # Errors
///
/// Where the machine has none, or another kind.
pub fn start(tree: &DeviceTree<'_>) -> Result<(), &'static str> {
    let node = tree
        .device("arm,cortex-a15-gic")
        .or_else(|| tree.device("arm,gic-400"))
        .ok_or("no GICv2 in the device tree")?;
    let mut regions = node.regions().map(|region| region.start);
    let (Some(distributor), Some(interface)) = (regions.next(), regions.next()) else {
        return Err("the GICv2 doesn't say where its registers are");
    };
    // Only there are devices mapped.
    if distributor >= 1 << 30 || interface >= 1 << 30 || (distributor | interface) % 4096 != 0 {
        return Err("the registers of the GICv2 aren't in the first GiB");
    }
    DISTRIBUTOR.store(distributor, Ordering::Relaxed);
    INTERFACE.store(interface, Ordering::Relaxed);
    let count = 32 * ((read_device(distributor + self::distributor::TYPE) & 0x1f) + 1);
    for number in 0..count {
        set_masked(number, true);
    }
    // Interrupts of devices go to this processor, all with the same priority.
    for number in (0..count).step_by(4) {
        write_device(distributor + self::distributor::PRIORITY + u64::from(number), 0x8080_8080);
        if number >= FIRST_LINE {
            write_device(distributor + self::distributor::TARGETS + u64::from(number), 0x0101_0101);
        }
    }
    write_device(distributor + self::distributor::CONTROL, 1);
    write_device(interface + self::interface::PRIORITY_MASK, 0xff);
    write_device(interface + self::interface::CONTROL, 1);
    Ok(())
}

/// Lets the interrupt `number` through, or keeps it back.
pub fn set_masked(number: u32, masked: bool) {
    let register = if masked { distributor::DISABLE } else { distributor::ENABLE };
    let at = DISTRIBUTOR.load(Ordering::Relaxed) + register + u64::from(number / 32 * 4);
    write_device(at, 1 << (number % 32));
}

/// Counts the interrupt `number` whenever its line rises, not as long as it is high.
pub fn set_edge(number: u32) {
    let at = DISTRIBUTOR.load(Ordering::Relaxed) + distributor::CONFIGURATION + u64::from(number / 16 * 4);
    write_device(at, read_device(at) | 2 << (number % 16 * 2));
}

/// The interrupt that is pending, which counts as active until [`end`]; none where it went away by itself.
pub fn claim() -> Option<u32> {
    let number = read_device(INTERFACE.load(Ordering::Relaxed) + interface::ACKNOWLEDGE) & 0x3ff;
    (number < 1020).then_some(number)
}

/// Lets the interrupt come again.
pub fn end(number: u32) {
    write_device(INTERFACE.load(Ordering::Relaxed) + interface::END, number);
}
