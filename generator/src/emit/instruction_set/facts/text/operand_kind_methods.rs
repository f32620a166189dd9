
    /// The number of bytes in the code.
    #[inline]
    pub const fn bytes(self) -> u32 {
        self.scalar().bytes()
    }

    /// The list that the number is a position in, if it is one.
    pub const fn index_space(self) -> Option<IndexSpace> {
        match self.meaning() {
            OperandMeaning::Index(space) => Some(space),
            OperandMeaning::Number | OperandMeaning::Label { .. } => None,
        }
    }
}
