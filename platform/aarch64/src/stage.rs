//! Stand-in for the stages of exo-facts.

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Entry = 0,
    Console = 1,
    MemoryMap = 2,
    Frames = 3,
    Paging = 4,
    Interrupts = 5,
    Timer = 6,
}

impl Stage {
    pub const ALL: [Self; 7] = [
        Self::Entry,
        Self::Console,
        Self::MemoryMap,
        Self::Frames,
        Self::Paging,
        Self::Interrupts,
        Self::Timer,
    ];
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Console => "console",
            Self::MemoryMap => "memory_map",
            Self::Frames => "frames",
            Self::Paging => "paging",
            Self::Interrupts => "interrupts",
            Self::Timer => "timer",
        }
    }
    pub fn number(self) -> u32 {
        self as u32 + 1
    }
    pub fn status(self) -> u32 {
        64 + self as u32
    }
}
