#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, by its path from the root of the repository.
    pub file: &'static str,
    /// The line of the entry, from 1.
    pub line: u32,
}

impl Place {
    const fn new(file: &'static str, line: u32) -> Place {
        Place { file, line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
