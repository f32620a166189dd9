
/// How a call is made on a target.
#[derive(Debug, Clone, Copy)]
pub struct Convention {
    /// The name of the target.
    pub target: &'static str,
    /// The instruction that enters the kernel.
    pub instruction: &'static str,
    /// Holds the number of the call.
    pub number: &'static str,
    /// Hold the arguments in their order; none where these lie in memory.
    pub arguments: &'static [&'static str],
    /// Points to the arguments, where these lie in memory: six words of 64 bits. The results are written to the same place.
    pub block: Option<&'static str>,
    /// Holds the status.
    pub status: Option<&'static str>,
    /// Holds the value.
    pub value: Option<&'static str>,
    /// Hold the words of a message that arrives.
    pub message: &'static [&'static str],
    /// Holds the page capability of a message that arrives.
    pub page: Option<&'static str>,
    /// What the instruction itself overwrites.
    pub destroyed: &'static [&'static str],
    /// What any call may overwrite beside the number, the arguments and the results.
    pub clobbered: &'static [&'static str],
    /// The vector registers that any call may overwrite, where the compiler may use them in any code.
    pub vectors: &'static [&'static str],
    /// Whether a fast path hands them on to the next process, so that whoever makes a call clears them.
    pub hands_on_vectors: bool,
    /// What a call keeps unless it may switch processes.
    pub kept: &'static [&'static str],
}

impl Convention {
    /// The convention of a target.
    pub fn of(target: &str) -> Option<&'static Convention> {
        ALL.iter().find(|convention| convention.target == target)
    }
}
