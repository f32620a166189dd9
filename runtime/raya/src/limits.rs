//! What the host allows a program.

/// What the host allows a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Fuel: the sum of the costs of the blocks that are entered. `None` for as much as it takes; no program is ended for running long.
    pub fuel: Option<u64>,
    /// Bytes of heap objects.
    pub heap: usize,
    /// Nested calls of one task.
    pub depth: usize,
    /// Values in all frames of one task.
    pub slots: usize,
    /// Tasks that are not done at the same time.
    pub tasks: u32,
    /// Elements of one array.
    pub array: usize,
    /// Nesting of JSON texts and values.
    pub json_depth: usize,
    /// Bytes of one text that is made of another value.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            fuel: None,
            heap: 256 << 20,
            depth: 10_000,
            slots: 4_000_000,
            tasks: 10_000,
            array: 10_000_000,
            json_depth: 128,
            text: 1 << 20,
        }
    }
}
