
/// What the spec says of a call.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) group: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) returns: Returns,
    pub(crate) errors: &'static [Error],
    pub(crate) gas: u64,
    pub(crate) gas_per: Option<(usize, u64)>,
    pub(crate) switches: bool,
    pub(crate) budgets: &'static [(&'static str, u64)],
    pub(crate) since: u32,
}

impl Syscall {
    /// How many calls there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The highest number of a call.
    pub const HIGHEST: u64 = Self::ALL[Self::COUNT - 1].number();

    /// Its number.
    #[inline]
    pub const fn number(self) -> u64 {
        self as u64
    }

    /// The call with a name.
    pub fn from_name(name: &str) -> Option<Syscall> {
        Self::ALL.into_iter().find(|call| call.name() == name)
    }

    /// Its name in the spec.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// What it does, in the words of the spec.
    pub const fn doc(self) -> &'static str {
        self.facts().doc
    }

    /// The group that it belongs to.
    pub const fn group(self) -> &'static str {
        self.facts().group
    }

    /// Its parameters.
    pub const fn parameters(self) -> &'static [Parameter] {
        self.facts().parameters
    }

    /// What it returns.
    pub const fn returns(self) -> Returns {
        self.facts().returns
    }

    /// The errors that it can return: those of the checks before its handler, then those of the handler.
    pub const fn errors(self) -> &'static [Error] {
        self.facts().errors
    }

    /// What it costs in units of gas, without what depends on an argument.
    pub const fn gas(self) -> u64 {
        self.facts().gas
    }

    /// What it costs beside: a unit for each so many of an argument that are begun. The position of the argument, and how many.
    pub const fn gas_per(self) -> Option<(usize, u64)> {
        self.facts().gas_per
    }

    /// What it costs with these arguments; a sum that is too large is the largest number.
    pub const fn price(self, arguments: &[u64; 6]) -> u64 {
        match self.gas_per() {
            Some((position, units)) => self.gas().saturating_add(arguments[position].div_ceil(units)),
            None => self.gas(),
        }
    }

    /// Whether another process may run before it returns. Such a call keeps only the stack pointer of the caller.
    pub const fn switches(self) -> bool {
        self.facts().switches
    }

    /// The most instructions that it may take in the smallest case, by the names of targets.
    pub const fn budgets(self) -> &'static [(&'static str, u64)] {
        self.facts().budgets
    }

    /// The most instructions that it may take on a target.
    pub fn budget(self, target: &str) -> Option<u64> {
        let mut budgets = self.budgets().iter();
        budgets.find(|(name, _)| *name == target).map(|(_, most)| *most)
    }

    /// The version of the interface that it came with.
    pub const fn since(self) -> u32 {
        self.facts().since
    }
}

impl fmt::Display for Syscall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
