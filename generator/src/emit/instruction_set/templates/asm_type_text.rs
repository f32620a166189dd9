//! Reads type expressions: `i32`, `array(i32)`, `func([i32], _, i32)`, or the number of an entry of the type table, `#64`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::types::TypeId;

use super::assembler::Assembler;
use super::cursor::Cursor;
use super::pools::{class_entry, definition_of};
use super::tables::CONSTRUCTORS;
use super::token::TokenKind;

/// A type or a constructor of types.
pub(super) struct Constructor {
    /// `array`.
    pub(super) name: &'static str,
    /// Its number, which for a plain type is its [`TypeId`].
    pub(super) code: u32,
    /// What it is made from.
    pub(super) parameters: &'static [Parameter],
}

/// What a parameter of a constructor ranges over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "a set need not have every kind of parameter")]
pub(super) enum Parameter {
    /// A type.
    Type,
    /// A type or `_`.
    OptionalType,
    /// A list of types in brackets.
    Types,
    /// A class.
    Class,
}

/// What a parameter is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Argument {
    Type(TypeId),
    OptionalType(Option<TypeId>),
    Types(Vec<TypeId>),
    Class(u32),
}

#[allow(dead_code, reason = "a set need not have every kind of parameter")]
impl Argument {
    pub(super) fn one(self) -> Option<TypeId> {
        if let Argument::Type(value) = self { Some(value) } else { None }
    }

    pub(super) fn optional(self) -> Option<Option<TypeId>> {
        if let Argument::OptionalType(value) = self {
            Some(value)
        } else {
            None
        }
    }

    pub(super) fn many(self) -> Option<Vec<TypeId>> {
        if let Argument::Types(value) = self {
            Some(value)
        } else {
            None
        }
    }

    pub(super) fn class(self) -> Option<u32> {
        if let Argument::Class(value) = self {
            Some(value)
        } else {
            None
        }
    }
}

/// A key by which equal types are found again.
pub(super) fn key_of(code: u32, arguments: &[Argument]) -> Vec<u8> {
    let mut key = Vec::new();
    let mut put = |value: u32| key.extend_from_slice(&value.to_le_bytes());
    put(code);
    for argument in arguments {
        match argument {
            Argument::Type(value) => put(value.0),
            Argument::OptionalType(None) => put(u32::MAX),
            Argument::OptionalType(Some(value)) => put(value.0),
            Argument::Types(values) => {
                put(values.len() as u32);
                values.iter().for_each(|value| put(value.0));
            }
            Argument::Class(value) => put(*value),
        }
    }
    key
}

impl Assembler<'_> {
    /// A type. What needs an entry in the type table gets one.
    pub(super) fn type_id(&mut self, cursor: &mut Cursor) -> Option<TypeId> {
        if self.is_index(*cursor) {
            return self.index(cursor, u32::MAX, "a type").map(TypeId);
        }
        let token = cursor.next;
        let (constructor, arguments) = self.type_parts(cursor)?;
        if constructor.parameters.is_empty() {
            return Some(TypeId(constructor.code));
        }
        let key = key_of(constructor.code, &arguments);
        let definition = definition_of(constructor.code, arguments)?;
        self.intern_type(key, definition, token)
    }

    /// A constructor with its arguments.
    pub(super) fn type_parts(&mut self, cursor: &mut Cursor) -> Option<(&'static Constructor, Vec<Argument>)> {
        let token = cursor.next;
        let Some(TokenKind::Word(word)) = self.peek(*cursor) else {
            return self.expected(*cursor, "a type");
        };
        let Some(constructor) = CONSTRUCTORS.iter().find(|constructor| constructor.name == word) else {
            let names = CONSTRUCTORS.iter().map(|constructor| constructor.name);
            return self.unknown(token, format!("there is no type `{word}`"), word, names);
        };
        cursor.next += 1;
        if constructor.parameters.is_empty() {
            return Some((constructor, Vec::new()));
        }
        let what = usage(constructor);
        let mut inside = self.group(cursor, '(', &format!("arguments, as in `{what}`"))?;
        let mut arguments = Vec::with_capacity(constructor.parameters.len());
        for (index, parameter) in constructor.parameters.iter().enumerate() {
            if index > 0 {
                self.expect_mark(&mut inside, ',', &format!("the next argument of `{what}`"))?;
            }
            arguments.push(match parameter {
                Parameter::Type => Argument::Type(self.type_id(&mut inside)?),
                Parameter::OptionalType if self.take_word(&mut inside, "_") => Argument::OptionalType(None),
                Parameter::OptionalType => Argument::OptionalType(Some(self.type_id(&mut inside)?)),
                Parameter::Types => Argument::Types(self.list(&mut inside, u32::MAX, Self::type_id)?),
                Parameter::Class => Argument::Class(class_entry(self, &mut inside)?),
            });
        }
        self.take_mark(&mut inside, ',');
        self.expect_done(inside, &format!("the arguments of `{what}`"))?;
        Some((constructor, arguments))
    }
}

/// How a constructor is written: `func([TYPE, …], TYPE or _, TYPE)`.
pub(super) fn usage(constructor: &Constructor) -> String {
    let mut usage = String::from(constructor.name);
    for (index, parameter) in constructor.parameters.iter().enumerate() {
        usage.push_str(if index > 0 { ", " } else { "(" });
        usage.push_str(match parameter {
            Parameter::Type => "TYPE",
            Parameter::OptionalType => "TYPE or _",
            Parameter::Types => "[TYPE, …]",
            Parameter::Class => "CLASS",
        });
    }
    if !constructor.parameters.is_empty() {
        usage.push(')');
    }
    usage
}
