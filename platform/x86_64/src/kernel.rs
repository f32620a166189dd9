//! The one kernel of the machine, and the table through which `syscall` reaches it.

use core::mem::MaybeUninit;

use exo_kernel::Kernel;

use crate::machine::Processor;

static mut KERNEL: MaybeUninit<Kernel<Processor>> = MaybeUninit::uninit();

/// The kernel, once it is there. Only one thread of control is ever inside: interrupts are off from every entry to the way back, so
/// nobody else holds a reference that is still used.
#[inline(always)]
pub fn kernel() -> &'static mut Kernel<Processor> {
    let place = &raw mut KERNEL;
    // Safety: `install` ran before the first trap or call could arrive; see above for the reference.
    unsafe { (*place).assume_init_mut() }
}

/// Puts the kernel into its place.
pub fn install(kernel: Kernel<Processor>) -> &'static mut Kernel<Processor> {
    let place = &raw mut KERNEL;
    // Safety: called once, before the first trap or call.
    unsafe { (*place).write(kernel) }
}
