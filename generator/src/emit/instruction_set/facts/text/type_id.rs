
    /// The number of the first entry of the type table.
    pub const FIRST_CONSTRUCTED: TypeId = TypeId(64);

    /// The type without parameters that this is, if it is one.
    pub fn plain(self) -> Option<Kind> {
        let code = u8::try_from(self.0).ok()?;
        Kind::from_code(code).filter(|kind| !kind.is_constructed())
    }

    /// The position in the type table, if this is a type with parameters.
    pub fn table_index(self) -> Option<usize> {
        self.0.checked_sub(TypeId::FIRST_CONSTRUCTED.0).map(|index| index as usize)
    }

    /// The type of an entry of the type table.
    pub fn constructed(index: u32) -> Option<TypeId> {
        index.checked_add(TypeId::FIRST_CONSTRUCTED.0).map(TypeId)
    }
}

impl From<Kind> for TypeId {
    /// The type of a kind without parameters. For one with parameters it is a number that stands for no type.
    fn from(kind: Kind) -> TypeId {
        TypeId(u32::from(kind.code()))
    }
}
