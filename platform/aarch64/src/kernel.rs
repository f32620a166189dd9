//! The one kernel of the machine.

use exo_kernel::Kernel;

use crate::fast::BASE;
use crate::machine::Virt;

/// The kernel, once it is there. There is one processor, and interrupts are masked from every entry to the way back, so that nobody
/// else holds a reference that is still used.
#[inline(always)]
pub fn kernel() -> &'static mut Kernel<Virt> {
    // SAFETY: `install` ran before the first exception could arrive; see above for the reference.
    unsafe { &mut *(&raw mut BASE.hot.kernel).cast() }
}

/// Puts the kernel into its place.
pub fn install(kernel: Kernel<Virt>) -> &'static mut Kernel<Virt> {
    // SAFETY: called once, before the first exception.
    unsafe { (&raw mut BASE.hot.kernel).cast::<Kernel<Virt>>().write(kernel) };
    self::kernel()
}
