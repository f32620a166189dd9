/// The signature of one semantics function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The mnemonic of the instruction: `iadd`.
    pub op: &'static str,
    /// The name of the function.
    pub function: &'static str,
    /// The types of its parameters in order, as Rust source.
    pub parameters: &'static [&'static str],
    /// Its result type as Rust source; `()` for none.
    pub result: &'static str,
    /// Where the entry of the instruction stands.
    pub place: Place,
}

impl Signature {
    /// The row of an instruction by its mnemonic.
    pub fn of(op: &str) -> Option<&'static Signature> {
        SIGNATURES.iter().find(|signature| signature.op == op)
    }
}
