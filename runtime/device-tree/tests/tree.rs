//! Trees as loaders write them, and trees that are broken in every way.

use device_tree::{DeviceTree, Problem, Region};

/// Writes a tree the way a loader does.
#[derive(Default)]
struct Builder {
    structure: Vec<u8>,
    strings: Vec<u8>,
    reservations: Vec<u8>,
}

impl Builder {
    fn word(mut self, word: u32) -> Self {
        self.structure.extend(word.to_be_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.structure.extend(bytes);
        while !self.structure.len().is_multiple_of(4) {
            self.structure.push(0);
        }
        self
    }

    fn begin(self, name: &str) -> Self {
        self.word(1).bytes(format!("{name}\0").as_bytes())
    }

    fn end(self) -> Self {
        self.word(2)
    }

    fn property(mut self, name: &str, value: &[u8]) -> Self {
        let at = self.strings.len() as u32;
        self.strings.extend(name.as_bytes());
        self.strings.push(0);
        self.word(3).word(value.len() as u32).word(at).bytes(value)
    }

    fn words(self, name: &str, words: &[u32]) -> Self {
        let value: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        self.property(name, &value)
    }

    fn reserve(mut self, start: u64, length: u64) -> Self {
        self.reservations.extend(start.to_be_bytes());
        self.reservations.extend(length.to_be_bytes());
        self
    }

    fn build(self) -> Vec<u8> {
        self.word(9).build_open()
    }

    /// Without the token that ends the tree.
    fn build_open(mut self) -> Vec<u8> {
        self.reservations.extend([0; 16]);
        let reservations = 40;
        let structure = reservations + self.reservations.len();
        let strings = structure + self.structure.len();
        let size = strings + self.strings.len();
        let header = [
            0xd00d_feed,
            size,
            structure,
            strings,
            reservations,
            17,
            16,
            0,
            self.strings.len(),
            self.structure.len(),
        ]
        .map(|word| word as u32);
        let mut bytes: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend(self.reservations);
        bytes.extend(self.structure);
        bytes.extend(self.strings);
        bytes
    }
}

fn machine() -> Builder {
    Builder::default()
        .reserve(0x4000_0000, 0x1000)
        .begin("")
        .words("#size-cells", &[2])
        .words("#address-cells", &[2])
        .property("compatible", b"linux,dummy-virt\0")
        .begin("memory@40000000")
        .words("reg", &[0, 0x4000_0000, 0, 0x400_0000, 1, 0, 1, 0x8000_0000])
        .property("device_type", b"memory\0")
        .end()
        .begin("bus")
        .words("#address-cells", &[1])
        .words("#size-cells", &[1])
        .begin("serial@9000000")
        .property("compatible", b"arm,pl011\0arm,primecell\0")
        .words("reg", &[0x900_0000, 0x1000])
        .words("interrupts", &[0, 1, 4])
        .property("status", b"okay\0")
        .end()
        .begin("serial@9040000")
        .property("compatible", b"other,uart\0")
        .property("status", b"disabled\0")
        .end()
        .end()
        .word(4)
        .begin("intc@8000000")
        .property("compatible", b"arm,cortex-a15-gic\0")
        .words("reg", &[0, 0x800_0000, 0, 0x1_0000, 0, 0x801_0000, 0, 0x1_0000])
        .end()
        .end()
}

#[test]
fn memory_and_reservations() {
    let bytes = machine().build();
    let tree = DeviceTree::new(&bytes).unwrap();
    let memory: Vec<Region> = tree.memory().collect();
    assert_eq!(
        memory,
        [
            Region {
                start: 0x4000_0000,
                length: 0x400_0000
            },
            Region {
                start: 0x1_0000_0000,
                length: 0x1_8000_0000
            }
        ]
    );
    assert_eq!(
        tree.reserved().collect::<Vec<_>>(),
        [Region {
            start: 0x4000_0000,
            length: 0x1000
        }]
    );
    assert_eq!(tree.size(), bytes.len());
}

#[test]
fn devices_are_read_with_the_cells_of_their_parents() {
    let bytes = machine().build();
    let tree = DeviceTree::new(&bytes).unwrap();
    let names: Vec<_> = tree
        .nodes()
        .map(|node| String::from_utf8_lossy(node.name()).into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "",
            "memory@40000000",
            "bus",
            "serial@9000000",
            "serial@9040000",
            "intc@8000000"
        ]
    );
    let serial = tree.device("arm,primecell").unwrap();
    assert_eq!(serial.name(), b"serial@9000000");
    assert_eq!(
        serial.regions().collect::<Vec<_>>(),
        [Region {
            start: 0x900_0000,
            length: 0x1000
        }]
    );
    assert_eq!(
        [0, 1, 2, 3].map(|index| serial.interrupt_cell(index)),
        [Some(0), Some(1), Some(4), None]
    );
    let controller = tree.device("arm,cortex-a15-gic").unwrap();
    assert_eq!(controller.regions().count(), 2);
    assert!(tree.device("other,uart").is_none(), "a disabled device isn't there");
    assert!(tree.device("arm,pl01").is_none(), "a part of a name isn't the name");
}

#[test]
fn a_tree_may_lie_in_more_bytes_than_it_has() {
    let mut bytes = machine().build();
    bytes.extend([0xff; 100]);
    assert_eq!(DeviceTree::new(&bytes).unwrap().memory().count(), 2);
}

#[test]
fn what_is_broken_is_named_with_its_place() {
    let problem = |builder: Builder| DeviceTree::new(&builder.build()).unwrap_err().problem;
    assert_eq!(problem(Builder::default()), Problem::Nesting);
    assert_eq!(problem(Builder::default().begin("")), Problem::Nesting);
    assert_eq!(problem(Builder::default().end()), Problem::Nesting);
    assert_eq!(problem(Builder::default().begin("").end().begin("").end()), Problem::Nesting);
    assert_eq!(problem(Builder::default().words("reg", &[1])), Problem::Nesting);
    assert_eq!(
        problem(Builder::default().begin("").begin("a").end().words("reg", &[1]).end()),
        Problem::Nesting
    );
    assert_eq!(problem(Builder::default().begin("").word(7)), Problem::Token);
    assert_eq!(
        problem(Builder::default().begin("").word(3).word(u32::MAX).word(0)),
        Problem::CutOff
    );
    assert_eq!(
        problem(Builder::default().begin("").word(3).word(0).word(1000)),
        Problem::Name
    );
    assert_eq!(
        problem((0..17).fold(Builder::default(), |builder, _| builder.begin("deep"))),
        Problem::Depth
    );
    let open = DeviceTree::new(&machine().build_open()).unwrap_err();
    assert_eq!(open.problem, Problem::CutOff);
    assert!(open.to_string().starts_with("device tree, byte 0x"), "{open}");
    assert_eq!(DeviceTree::new(&[]).unwrap_err().problem, Problem::Magic);
    let mut newer = machine().build();
    newer[27] = 18;
    assert_eq!(DeviceTree::new(&newer).unwrap_err().problem, Problem::Version);
}

#[test]
fn cells_of_no_width_or_too_wide_give_nothing() {
    for cells in [0, 3, u32::MAX] {
        let bytes = Builder::default()
            .begin("")
            .words("#address-cells", &[cells])
            .words("#size-cells", &[cells])
            .begin("memory")
            .property("device_type", b"memory\0")
            .words("reg", &[1, 2, 3, 4])
            .end()
            .end()
            .build();
        assert_eq!(DeviceTree::new(&bytes).unwrap().memory().count(), 0);
    }
}

/// Asks everything there is to ask; only that it comes to an end counts.
fn ask(bytes: &[u8]) -> bool {
    let Ok(tree) = DeviceTree::new(bytes) else { return false };
    let regions: usize = tree
        .nodes()
        .map(|node| node.regions().count() + node.interrupt_cell(usize::MAX).map_or(0, |_| 1))
        .sum();
    let _ = (
        regions,
        tree.memory().count(),
        tree.reserved().count(),
        tree.device("arm,pl011").is_some(),
    );
    true
}

#[test]
fn every_cut_is_an_error() {
    let bytes = machine().build();
    assert!(ask(&bytes));
    for length in 0..bytes.len() {
        assert!(!ask(&bytes[..length]), "cut off after {length} bytes");
    }
}

#[test]
fn every_flipped_bit_and_random_damage_come_to_an_end() {
    let sound = machine().build();
    for at in 0..sound.len() * 8 {
        let mut bytes = sound.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        ask(&bytes);
    }
    let mut random = fastrand::Rng::with_seed(7);
    let (mut whole, mut broken) = (0, 0);
    for _ in 0..100_000 {
        let mut bytes = sound.clone();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..bytes.len() - 4) & !3;
            let word = if random.bool() { random.u32(..12) } else { random.u32(..) };
            bytes[at..at + 4].copy_from_slice(&word.to_be_bytes());
        }
        if ask(&bytes) { whole += 1 } else { broken += 1 }
    }
    assert!(
        whole > 1000 && broken > 1000,
        "{whole} whole, {broken} broken: the damage doesn't reach all checks"
    );
}
