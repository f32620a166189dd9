
    /// The trap with this number.
    pub fn from_code(code: u16) -> Option<TrapKind> {
        TrapKind::ALL.iter().copied().find(|trap| trap.code() == code)
    }

    /// The trap with this name.
    pub fn from_name(name: &str) -> Option<TrapKind> {
        TrapKind::ALL.iter().copied().find(|trap| trap.name() == name)
    }
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
