//! The start of the kernel: from the map of memory to the root process.

use exo_facts::{Kind, Rights, Stage, gas, initial, limits};

use crate::boot::{BootFailure, BootInformation, Configuration};
use crate::capabilities::{Capabilities, Description};
use crate::carve::Carver;
use crate::deadlines::Deadlines;
use crate::frames::Frames;
use crate::kernel::{Kernel, ROOT};
use crate::machine::{FRAME_BYTES, Frame, Machine, Registers};
use crate::mappings::Mappings;
use crate::memory_map::FreeMemory;
use crate::objects::{ALL_LINES, Account, Endpoint, Irq, Space, Timer};
use crate::pool::Pool;
use crate::process::{LAST_STALE, Process};
use crate::root::Image;
use crate::scheduler::Scheduler;
use crate::wait_queue::WaitQueue;

/// The least memory that the kernel starts in: 4 MiB.
const LEAST_FRAMES: u64 = 1024;

/// How many rows each table has. They follow from the memory, up to the limits of the spec.
#[derive(Clone, Copy)]
struct Sizes {
    capabilities: usize,
    processes: usize,
    spaces: usize,
    endpoints: usize,
    accounts: usize,
    timers: usize,
    mappings: usize,
    span: usize,
    arena_words: usize,
}

impl Sizes {
    fn new(frames: u64, span: u64, configuration: &Configuration) -> Sizes {
        let rows = |share: u64, most: u64| share.min(most - 1) as usize;
        let capabilities = rows(2 * frames, limits::CAPABILITIES) + 1;
        #[cfg(feature = "halt")]
        let arena_words = crate::values::arena_words(capabilities, configuration.arena_bytes.min(frames * FRAME_BYTES / 8));
        #[cfg(not(feature = "halt"))]
        let (arena_words, _) = (0, configuration.arena_bytes);
        Sizes {
            capabilities,
            processes: rows(frames * 3 / 4, limits::PROCESSES),
            spaces: rows(frames * 3 / 4, limits::SPACES),
            endpoints: rows(frames * 3 / 4, limits::ENDPOINTS),
            accounts: rows(frames * 3 / 4, limits::ACCOUNTS),
            timers: rows(frames / 4, limits::TIMERS),
            mappings: (frames * 5 / 2) as usize,
            span: span as usize,
            arena_words,
        }
    }

    /// Bytes of all tables, with room for rounding each of them up to words.
    fn bytes<M: Machine>(&self) -> usize {
        /// A row, and its place on the stack of free ones.
        const fn pool<T>() -> usize {
            size_of::<T>() + size_of::<u32>()
        }
        let sum = self.capabilities * size_of::<crate::capabilities::Slot>()
            + (self.processes + 1) * (pool::<Process<M::Registers>>() + Scheduler::BYTES_PER_PROCESS + size_of::<u32>())
            + (self.spaces + 1) * pool::<Space>()
            + (self.endpoints + 1) * pool::<Endpoint>()
            + (self.accounts + 1) * pool::<Account>()
            + (self.timers + 1) * pool::<Timer>()
            + (self.mappings + 1) * Mappings::BYTES_PER_MAPPING
            + self.span * Frames::BYTES_PER_FRAME
            + (self.processes + self.timers + 2) * (size_of::<(u64, u32)>() + size_of::<u32>())
            + self.arena_words * 8;
        #[cfg(feature = "halt")]
        let sum = sum + crate::values::table_bytes(self.capabilities);
        sum + 32 * size_of::<u64>()
    }
}

impl<M: Machine> Kernel<M> {
    /// Stages `memory_map`, `frames` and `paging`, with their markers: all that needs memory alone. The platform goes on with
    /// `interrupts` and `timer`, then with [`start`](Self::start).
    pub fn new(mut machine: M, boot: &BootInformation, configuration: Configuration) -> Result<Self, BootFailure> {
        let marker = |machine: &mut M, stage: Stage| {
            machine.write_console(stage.marker().as_bytes());
            machine.write_console(b"\n");
        };
        let fail = |reason| BootFailure::new(Stage::MemoryMap, reason);
        if boot.usable.is_empty() {
            return Err(fail("no memory map"));
        }
        let mut free = FreeMemory::new(boot.usable, boot.reserved);
        for range in [boot.module, boot.disk] {
            free.reserve_bytes(range);
        }
        let frames = free.frames();
        if frames < LEAST_FRAMES {
            return Err(fail("less than 4 MiB of usable memory"));
        }
        marker(&mut machine, Stage::MemoryMap);

        let fail = |reason| BootFailure::new(Stage::Frames, reason);
        let (base, span) = free.span();
        if span > u64::from(u32::MAX) / 2 || base.0 + span > u64::from(u32::MAX) {
            return Err(fail("the memory map spans too much"));
        }
        let sizes = Sizes::new(frames, span, &configuration);
        let table_frames = (sizes.bytes::<M>() as u64).div_ceil(FRAME_BYTES);
        let (first, longest) = free.longest();
        if table_frames > longest {
            return Err(fail("no range of memory holds the tables of the kernel"));
        }
        free.reserve(first.0, first.0 + table_frames);
        let mut carver = Carver::new(machine.tables(first, table_frames));
        let kernel = Self::carve(machine, &mut carver, base, &sizes, boot, configuration);
        let mut kernel = kernel.ok_or(fail("the tables of the kernel don't fit"))?;
        for (first, count) in free.ranges() {
            kernel.frames.add(first, count);
        }
        if kernel.frames.available() == 0 {
            return Err(fail("no frame is left beside the tables of the kernel"));
        }
        kernel.marker(Stage::Frames);

        let root = kernel
            .frames
            .take(1)
            .ok_or(BootFailure::new(Stage::Paging, "no frame for the first page table"))?;
        kernel.machine.frame(root).fill(0);
        kernel.machine.prepare_root(root);
        kernel.machine.activate(root);
        (kernel.idle_root, kernel.active) = (root, root);
        kernel.marker(Stage::Paging);
        Ok(kernel)
    }

    fn carve(
        machine: M,
        carver: &mut Carver,
        base: Frame,
        sizes: &Sizes,
        boot: &BootInformation,
        configuration: Configuration,
    ) -> Option<Self> {
        let rows = sizes.processes + 1;
        Some(Kernel {
            machine,
            current: 0,
            turn: 0,
            current_key: 0,
            current_account: 0,
            active: Frame(0),
            idle_root: Frame(0),
            troubled: WaitQueue::EMPTY,
            stale: LAST_STALE,
            capabilities: Capabilities::carve(carver, sizes.capabilities, rows)?,
            processes: Pool::carve(carver, sizes.processes, Process::free)?,
            scheduler: Scheduler::carve(carver, rows, configuration.policy)?,
            accounts: Pool::carve(carver, sizes.accounts, || Account::FREE)?,
            endpoints: Pool::carve(carver, sizes.endpoints, || Endpoint::FREE)?,
            spaces: Pool::carve(carver, sizes.spaces, || Space::FREE)?,
            mappings: Mappings::carve(carver, sizes.mappings)?,
            frames: Frames::carve(carver, base, sizes.span)?,
            timers: Pool::carve(carver, sizes.timers, || Timer::FREE)?,
            deadlines: Deadlines::carve(carver, rows + sizes.timers + 1)?,
            irqs: [Irq::FREE; limits::IRQ_LINES as usize],
            disk: Frame::holding(boot.disk.start),
            disk_blocks: boot.disk.end.saturating_sub(boot.disk.start) / limits::BLOCK_BYTES,
            #[cfg(feature = "halt")]
            values: None,
            #[cfg(feature = "halt")]
            arena_memory: Some((
                carver.words(sizes.arena_words)?,
                crate::values::Values::carve(carver, sizes.capabilities)?,
            )),
            module: boot.module,
            argument: boot.argument,
            configuration,
            root_status: None,
        })
    }

    /// Stages `capabilities`, `halt`, `blocks` and `root`, with their markers. Afterwards the root process is current.
    pub fn start(&mut self) -> Result<(), BootFailure> {
        let fail = |reason| BootFailure::new(Stage::Capabilities, reason);
        if u64::from(self.capabilities.row_count()) <= initial::ALL.len() as u64 + 1 {
            return Err(fail("the table of capabilities has no room for those of the root process"));
        }
        let account = self.accounts.take().ok_or(fail("no row for the first account"))?;
        self.accounts[account] = Account {
            references: 0,
            balance: gas::INITIAL,
            ..Account::FREE
        };
        self.marker(Stage::Capabilities);

        #[cfg(feature = "halt")]
        self.start_values()?;
        self.marker(Stage::Halt);

        self.find_disk()?;
        self.marker(Stage::Blocks);

        let fail = |reason| BootFailure::new(Stage::Root, reason);
        let space = self.spaces.take().ok_or(fail("no row for the first space"))?;
        let root = self
            .frames
            .take(1)
            .ok_or(fail("no frame for the tables of the root process"))?;
        self.machine.frame(root).fill(0);
        self.machine.prepare_root(root);
        self.spaces[space] = Space { references: 0, root };
        let process = self.new_process(space, account).ok_or(fail("no row for the root process"))?;
        debug_assert_eq!(process, ROOT);
        let image = Image::load(self).map_err(fail)?;
        self.grant_initial(process, space, account, &image)
            .ok_or(fail("no row for a capability of the root process"))?;
        image.map(self, space).map_err(fail)?;
        let registers = M::Registers::new(image.entry, Image::STACK_END, self.argument);
        self.processes[process].registers = registers;
        self.make_ready(process);
        self.settle();
        if self.current != process {
            return Err(fail("the root process can't run"));
        }
        #[cfg(feature = "self-tests")]
        self.run_self_tests();
        self.marker(Stage::Root);
        Ok(())
    }

    /// Uses the disk that was found, or makes one.
    fn find_disk(&mut self) -> Result<(), BootFailure> {
        let fail = |reason| Err(BootFailure::new(Stage::Blocks, reason));
        if self.disk_blocks > 0 {
            let known = self.frames.span();
            let end = self.disk.0 + self.disk_blocks;
            if self.disk_blocks > u64::from(u32::MAX) {
                return fail("the disk is too large");
            }
            let taken = (self.disk.0..end)
                .any(|frame| known.contains(&frame) && self.frames.usage(Frame(frame)) != crate::frames::Use::Reserved);
            return if taken {
                fail("the disk lies in memory that is in use")
            } else {
                Ok(())
            };
        }
        self.disk_blocks = self.configuration.disk_blocks.clamp(1, 1 << 20);
        let Some(first) = self.frames.take(self.disk_blocks) else {
            return fail("no memory for a disk");
        };
        self.disk = first;
        for frame in first.0..first.0 + self.disk_blocks {
            self.machine.frame(Frame(frame)).fill(0);
        }
        Ok(())
    }

    /// Fills the first rows of the table as the spec says, and one more with the data and the stack of the root process.
    fn grant_initial(&mut self, process: u32, space: u32, account: u32, image: &Image) -> Option<()> {
        for capability in initial::ALL {
            let (object, first, count) = match capability.kind {
                Kind::Process => (process, 0, 0),
                Kind::Space => (space, 0, 0),
                Kind::Account => (account, 0, 0),
                Kind::Page => (0, image.first.0 as u32, image.count as u32),
                Kind::Block => (0, 0, self.disk_blocks as u32),
                Kind::Irq => (ALL_LINES, 0, 0),
                Kind::Console | Kind::Endpoint | Kind::Timer | Kind::Atom => (0, 0, 0),
            };
            let new = Description {
                owner: process,
                kind: capability.kind,
                rights: capability.rights,
                object,
                first,
                count,
            };
            let slot = self.capabilities.insert(0, new).ok()?;
            if slot != capability.index {
                return None;
            }
        }
        self.processes[process].capabilities += 1;
        self.spaces[space].references += 1;
        self.accounts[account].references += 1;
        let (first, count) = (image.data_first.0 as u32, image.data_count as u32);
        let rights = Rights::READ | Rights::WRITE | Rights::CONTROL;
        let data = Description {
            owner: process,
            kind: Kind::Page,
            rights,
            object: 0,
            first,
            count,
        };
        let slot = self.capabilities.insert(0, data).ok()?;
        (slot == Image::DATA_SLOT).then_some(())
    }
}
