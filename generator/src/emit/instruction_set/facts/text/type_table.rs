//! The type table: all types of a module, each once.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::{Kind, TypeDefinition, TypeDisplay, TypeId};
use crate::module::Module;

/// The types of a module, found by number and by definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeTable {
    definitions: Vec<TypeDefinition>,
    numbers: BTreeMap<TypeDefinition, TypeId>,
}

/// What a number of a type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeRef<'a> {
    /// A type without parameters.
    Plain(Kind),
    /// An entry of the type table.
    Constructed(&'a TypeDefinition),
}

impl TypeRef<'_> {
    /// The constructor.
    pub fn kind(&self) -> Kind {
        match self {
            TypeRef::Plain(kind) => *kind,
            TypeRef::Constructed(definition) => definition.kind(),
        }
    }
}

impl TypeTable {
    /// The table of a module.
    ///
    /// # Errors
    ///
    /// When it isn't canonical: an entry stands in it twice, or an argument isn't a plain type or an earlier entry, or is abstract.
    /// Classes aren't looked at.
    pub fn new(definitions: &[TypeDefinition]) -> Result<TypeTable, TypeTableError> {
        let mut table = TypeTable::default();
        for (entry, definition) in definitions.iter().enumerate() {
            for argument in definition.arguments() {
                match table.get(argument) {
                    None => return Err(TypeTableError::BadArgument { entry, argument }),
                    Some(found) if found.kind().is_abstract() => {
                        return Err(TypeTableError::AbstractArgument { entry, argument });
                    }
                    Some(_) => {}
                }
            }
            if let Some(first) = table.numbers.get(definition) {
                let first = *first;
                return Err(TypeTableError::Duplicate { entry, first });
            }
            table.intern(definition.clone());
        }
        Ok(table)
    }

    /// The number of a type, which is added unless it is there already. Its arguments must be plain types or have been interned before.
    pub fn intern(&mut self, definition: TypeDefinition) -> TypeId {
        if let Some(known) = self.numbers.get(&definition) {
            return *known;
        }
        let next = u32::try_from(self.definitions.len()).ok().and_then(TypeId::constructed);
        let number = next.unwrap_or(TypeId(u32::MAX));
        self.definitions.push(definition.clone());
        self.numbers.insert(definition, number);
        number
    }

    /// The number of a type that is in the table.
    pub fn find(&self, definition: &TypeDefinition) -> Option<TypeId> {
        self.numbers.get(definition).copied()
    }

    /// What a number stands for.
    pub fn get(&self, number: TypeId) -> Option<TypeRef<'_>> {
        match number.table_index() {
            Some(index) => self.definitions.get(index).map(TypeRef::Constructed),
            None => number.plain().map(TypeRef::Plain),
        }
    }

    /// The constructor of a type.
    pub fn kind(&self, number: TypeId) -> Option<Kind> {
        self.get(number).map(|found| found.kind())
    }

    /// The entries in order.
    pub fn definitions(&self) -> &[TypeDefinition] {
        &self.definitions
    }

    /// A type in the words of the assembler, for messages. Classes are named as the module names them.
    pub fn display<'a>(&'a self, number: TypeId, module: &'a Module) -> TypeDisplay<'a> {
        TypeDisplay::new(self, number, module)
    }
}

/// Why a type table isn't canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeTableError {
    /// An argument is no plain type and no earlier entry.
    BadArgument {
        /// The entry, from 0.
        entry: usize,
        /// Its argument.
        argument: TypeId,
    },
    /// An argument is a type that stands only for its descendants.
    AbstractArgument {
        /// The entry, from 0.
        entry: usize,
        /// Its argument.
        argument: TypeId,
    },
    /// The same type stands in the table twice.
    Duplicate {
        /// The second entry, from 0.
        entry: usize,
        /// The number of the first.
        first: TypeId,
    },
}

impl fmt::Display for TypeTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeTableError::BadArgument { entry, argument } => write!(
                f,
                "`types[{entry}]` refers to {argument}, which is no plain type and no earlier entry; put arguments before what is made of them"
            ),
            TypeTableError::AbstractArgument { entry, argument } => write!(
                f,
                "`types[{entry}]` refers to {argument}, which is abstract and has no values of its own; use one of its descendants"
            ),
            TypeTableError::Duplicate { entry, first } => {
                write!(f, "`types[{entry}]` is the same as {first}; refer to that one instead")
            }
        }
    }
}

impl core::error::Error for TypeTableError {}
