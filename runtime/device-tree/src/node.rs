//! Nodes with those of their properties that a kernel asks for.

use crate::tokens::{DEPTH, Token, Tokens, word};

/// A node. Addresses and lengths of its registers are as wide as its parent says.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    name: &'t [u8],
    cells: Cells,
    compatible: Option<&'t [u8]>,
    device_type: Option<&'t [u8]>,
    status: Option<&'t [u8]>,
    registers: &'t [u8],
    interrupts: &'t [u8],
}

impl<'t> Node<'t> {
    fn new(name: &'t [u8], cells: Cells) -> Self {
        Self {
            name,
            cells,
            compatible: None,
            device_type: None,
            status: None,
            registers: &[],
            interrupts: &[],
        }
    }

    /// With the unit's address: `memory@40000000`.
    #[must_use]
    pub fn name(&self) -> &'t [u8] {
        self.name
    }

    #[must_use]
    pub fn is_compatible(&self, name: &str) -> bool {
        self.compatible
            .is_some_and(|list| list.split(|&byte| byte == 0).any(|entry| entry == name.as_bytes()))
    }

    /// Without a state of its own a node counts as enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        matches!(self.status, None | Some(b"okay" | b"ok"))
    }

    #[must_use]
    pub fn device_type(&self) -> Option<&'t [u8]> {
        self.device_type
    }

    /// The ranges of addresses that the node answers to.
    #[must_use]
    pub fn regions(&self) -> Regions<'t> {
        Regions {
            bytes: self.registers,
            cells: self.cells,
            ends_at_zero: false,
        }
    }

    /// The cell `index` of the node's interrupts; how many make up one is for the interrupt controller to say.
    #[must_use]
    pub fn interrupt_cell(&self, index: usize) -> Option<u32> {
        word(self.interrupts, index.checked_mul(4)?)
    }
}

/// How many words make up an address and a length.
#[derive(Clone, Copy, Debug)]
struct Cells {
    address: u32,
    length: u32,
}

/// What the standard says where a node doesn't.
const DEFAULT_CELLS: Cells = Cells { address: 2, length: 1 };

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub start: u64,
    pub length: u64,
}

/// Ranges of addresses out of a property or out of the firmware's reservations.
#[derive(Clone, Copy, Debug)]
pub struct Regions<'t> {
    bytes: &'t [u8],
    cells: Cells,
    ends_at_zero: bool,
}

impl<'t> Regions<'t> {
    pub(crate) fn reservations(bytes: &'t [u8]) -> Self {
        Self {
            bytes,
            cells: Cells { address: 2, length: 2 },
            ends_at_zero: true,
        }
    }

    /// A number of as many words as `cells` says; of none it is zero, and of more than two nothing can be done with it.
    fn number(&mut self, cells: u32) -> Option<u64> {
        if cells > 2 {
            return None;
        }
        let mut number = 0;
        for _ in 0..cells {
            number = number << 32 | u64::from(word(self.bytes, 0)?);
            self.bytes = &self.bytes[4..];
        }
        Some(number)
    }
}

impl Iterator for Regions<'_> {
    type Item = Region;

    fn next(&mut self) -> Option<Region> {
        // Without a single word for each the bytes would never come to an end.
        if self.cells.address == 0 && self.cells.length == 0 {
            return None;
        }
        let region = Region {
            start: self.number(self.cells.address)?,
            length: self.number(self.cells.length)?,
        };
        if self.ends_at_zero && region.start == 0 && region.length == 0 {
            return None;
        }
        Some(region)
    }
}

/// All nodes of a tree, parents before their children.
#[derive(Clone, Debug)]
pub struct Nodes<'t> {
    tokens: Tokens<'t>,
    /// For the children of each node that is open.
    cells: [Cells; DEPTH + 1],
    depth: usize,
    /// The node whose properties are being read.
    open: Option<Node<'t>>,
}

impl<'t> Nodes<'t> {
    pub(crate) fn new(tokens: Tokens<'t>) -> Self {
        Self {
            tokens,
            cells: [DEFAULT_CELLS; DEPTH + 1],
            depth: 0,
            open: None,
        }
    }

    fn property(&mut self, name: &[u8], value: &'t [u8]) {
        let Some(node) = &mut self.open else { return };
        let children = &mut self.cells[self.depth];
        match name {
            b"compatible" => node.compatible = Some(value),
            b"device_type" => node.device_type = Some(without_end(value)),
            b"status" => node.status = Some(without_end(value)),
            b"reg" => node.registers = value,
            b"interrupts" => node.interrupts = value,
            b"#address-cells" => children.address = word(value, 0).unwrap_or(DEFAULT_CELLS.address),
            b"#size-cells" => children.length = word(value, 0).unwrap_or(DEFAULT_CELLS.length),
            _ => {}
        }
    }
}

impl<'t> Iterator for Nodes<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        loop {
            // The tree was walked before: an error can't come up any more, and would only end the nodes.
            let finished = match self.tokens.next().ok()? {
                Some(Token::Begin(name)) => {
                    let finished = self.open.replace(Node::new(name, self.cells[self.depth]));
                    self.depth += 1;
                    self.cells[self.depth] = DEFAULT_CELLS;
                    finished
                }
                Some(Token::Property(name, value)) => {
                    self.property(name, value);
                    None
                }
                Some(Token::End) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.open.take()
                }
                None => return None,
            };
            if finished.is_some() {
                return finished;
            }
        }
    }
}

/// A text as the tree holds it ends with a zero.
fn without_end(value: &[u8]) -> &[u8] {
    value.strip_suffix(&[0]).unwrap_or(value)
}
