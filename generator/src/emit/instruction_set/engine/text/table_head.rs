/// What lowering reads of this engine.
pub static TABLE: Table = Table {
    ops: &ROWS,
    internals: &ops::INTERNALS,
    sequences: SEQUENCES,
    families: FAMILIES,
    fold: fold::fold,
};

/// An input that is a list of values.
const LIST: Wanted = Wanted {
    kind: None,
    location: Location::List,
};

const fn variant(
    internal: u16,
    words: u8,
    inputs: &'static [Wanted],
    outputs: &'static [Option<SlotKind>],
    fields: &'static [Field],
) -> Variant {
    Variant {
        internal,
        words,
        inputs,
        outputs,
        fields,
    }
}

/// A comparison that jumps if it holds.
const fn when(
    internal: u16,
    words: u8,
    inputs: &'static [Wanted],
    outputs: &'static [Option<SlotKind>],
    fields: &'static [Field],
) -> Fused {
    Fused {
        when: true,
        variant: variant(internal, words, inputs, outputs, fields),
    }
}

/// A comparison that jumps if it doesn't hold.
const fn unless(
    internal: u16,
    words: u8,
    inputs: &'static [Wanted],
    outputs: &'static [Option<SlotKind>],
    fields: &'static [Field],
) -> Fused {
    Fused {
        when: false,
        variant: variant(internal, words, inputs, outputs, fields),
    }
}

/// An input in a slot of the frame.
const fn slot(kind: Option<SlotKind>) -> Wanted {
    Wanted {
        kind,
        location: Location::Slot,
    }
}

/// An input in the instruction.
const fn constant(kind: Option<SlotKind>) -> Wanted {
    Wanted {
        kind,
        location: Location::Const,
    }
}

const fn field(at: u8, what: What) -> Field {
    Field { at, what }
}
