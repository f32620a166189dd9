//! Makes a process: a space with the shared code and a stack of its own, and what it is to know on that stack.

use core::sync::atomic::AtomicU64;

use exo_facts::{Error, Handle, Rights, initial, limits};

use crate::program::Program;

const PAGE: u64 = limits::PAGE_BYTES;
/// The end of every stack, in the same two MiB as the code: one page table holds both.
const STACK_END: u64 = limits::PROGRAM_START + 0x20_0000;
/// Where the root process sees a stack while it fills it.
const WINDOW: u64 = 0x1000_0000;
/// Words that a parent hands over.
pub const PARAMETERS: usize = 7;

/// What a process finds at the end of its stack. The page is its parent's too, where that keeps a window on it.
#[repr(C)]
pub struct Parameters {
    pub words: [u64; PARAMETERS],
    /// For what both sides write to while the process runs.
    pub shared: AtomicU64,
}

/// A process that was made. The parent keeps the capabilities: dropping them ends it.
pub struct Child {
    pub space: Handle,
    pub process: Handle,
    stack: Handle,
}

/// What the root process holds.
pub fn initial(index: u32) -> Handle {
    Handle::new(index, limits::FIRST_EPOCH as u32)
}

impl Child {
    /// Makes a process that pays from an account. It doesn't run yet.
    pub fn create(account: Handle) -> Result<Self, Error> {
        let space = exo_user::space_create()?;
        let process = exo_user::process_create(space, account)?;
        let stack = exo_user::page_allocate(1)?;
        let permissions = Rights::READ.join(Rights::EXECUTE);
        for index in 0..image_pages() {
            exo_user::page_map(
                space,
                initial(initial::IMAGE),
                index,
                limits::PROGRAM_START + index * PAGE,
                permissions,
            )?;
        }
        exo_user::page_map(space, stack, 0, STACK_END - PAGE, Rights::READ.join(Rights::WRITE))?;
        Ok(Self { space, process, stack })
    }

    /// Gives the process a copy of a capability. The handle is valid there alone.
    pub fn give(&self, capability: Handle) -> Result<u64, Error> {
        Ok(exo_user::cap_copy(capability, self.process)?.0)
    }

    /// Lets the process begin with a program. What the parameters lack is zero.
    pub fn start(&self, program: Program, parameters: &[u64]) -> Result<(), Error> {
        let mut window = Window::open(self)?;
        for (place, word) in window.parameters().iter_mut().zip(parameters) {
            *place = *word;
        }
        window.close()?;
        let argument = (STACK_END - PAGE) | program as u64;
        exo_user::process_start(
            self.process,
            limits::PROGRAM_START,
            STACK_END - size_of::<Parameters>() as u64,
            argument,
        )
    }

    /// Waits for the end of the process, and gives back all that it was made of.
    pub fn reap(self) -> Result<u64, Error> {
        let status = exo_user::process_wait(self.process)?;
        self.discard()?;
        Ok(status)
    }

    /// Ends the process, if it still runs, by taking away all that it was made of.
    pub fn discard(self) -> Result<(), Error> {
        exo_user::cap_drop(self.process)?;
        exo_user::cap_drop(self.space)?;
        exo_user::cap_drop(self.stack)
    }
}

/// The root process's view of a child's stack.
pub struct Window(());

impl Window {
    pub fn open(child: &Child) -> Result<Self, Error> {
        exo_user::page_map(
            initial(initial::SPACE),
            child.stack,
            0,
            WINDOW,
            Rights::READ.join(Rights::WRITE),
        )?;
        Ok(Self(()))
    }

    /// What the child will read. It mustn't have been started.
    fn parameters(&mut self) -> &mut [u64; PARAMETERS] {
        // Safety: the page is mapped while the window lives, there is one window at a time, and no child runs that reads it.
        unsafe { &mut (*parameters_of(WINDOW)).words }
    }

    /// The word that both sides see.
    pub fn shared(&self) -> &AtomicU64 {
        // Safety: inside the page that is mapped while the window lives.
        unsafe { &(*parameters_of(WINDOW)).shared }
    }

    pub fn close(self) -> Result<(), Error> {
        exo_user::page_unmap(initial(initial::SPACE), WINDOW)
    }
}

/// The parameters in a stack's page.
pub fn parameters_of(page: u64) -> *mut Parameters {
    (page + PAGE - size_of::<Parameters>() as u64) as *mut Parameters
}

/// Pages of the shared code.
pub fn image_pages() -> u64 {
    // Safety: a symbol of the linker script, of which only the address is taken.
    unsafe extern "C" {
        safe static programs_end: u8;
    }
    (&raw const programs_end as u64 - limits::PROGRAM_START) / PAGE
}
