/// A register, or a bank of numbered ones, by its name in assembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterInfo {
    /// `v`.
    pub name: &'static str,
    /// The number of registers of a bank; `None` for a single register.
    pub count: Option<u32>,
    /// Whether the registers of the bank are numbered in hexadecimal digits.
    pub hexadecimal: bool,
}

impl RegisterInfo {
    /// The name of one of them: `v3`.
    pub fn name_of(&self, number: u32) -> String {
        match (self.count, self.hexadecimal) {
            (None, _) => String::from(self.name),
            (Some(_), true) => format!("{}{number:x}", self.name),
            (Some(_), false) => format!("{}{number}", self.name),
        }
    }

    /// The number of the register with a name, 0 for a single one.
    pub fn number_of(&self, name: &str) -> Option<u32> {
        let digits = name.strip_prefix(self.name)?;
        match self.count {
            None => digits.is_empty().then_some(0),
            Some(count) => (0..count).find(|number| self.name_of(*number) == name),
        }
    }
}
