
use core::fmt;

/// Declares an id: a `u32` that knows what it counts.
macro_rules! id {
    ($(#[$docs:meta])* $name:ident, $what:literal) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index into a slice.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($what, " {}"), self.0)
            }
        }
    };
}

id! {
    /// A place in the code of a function: the offset of the first byte of an instruction, from the beginning of the code.
    Label, "offset"
}

id! {
    /// A type: the code of a plain type, or [`TypeId::FIRST_CONSTRUCTED`] plus a position in the type table of the module.
    TypeId, "type"
}
