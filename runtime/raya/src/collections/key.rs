//! Says when two keys are one.

use raya_heap::{ShortText, Text, Texts};

use crate::any::{Any, AnyKind};

/// A key in the form in which equal ones are identical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    Short(ShortText),
    Long(&'a str),
    Bits(u64),
}

impl Key<'_> {
    #[inline]
    pub fn of(texts: Texts<'_>, key: Any) -> Key<'_> {
        if let AnyKind::Ref(reference) = key.kind() {
            return match texts.get(reference) {
                Some(Text::Short(text)) => Key::Short(text),
                Some(Text::Long(text)) => Key::Long(text),
                None => Key::Bits(key.bits()),
            };
        }
        match whole(key) {
            Some(number) => Key::number(number),
            None => Key::Bits(key.bits()),
        }
    }

    #[inline]
    pub fn number(number: i32) -> Key<'static> {
        Key::Bits(Any::from_i32(number).bits())
    }
}

/// The integer that a key is, or is the same key as.
#[inline]
pub fn whole(key: Any) -> Option<i32> {
    match key.kind() {
        AnyKind::I32(number) => Some(number),
        AnyKind::F64(value) => {
            // Saturates where the float is no integer, and then differs from it.
            let number = value as i32;
            (f64::from(number) == value).then_some(number)
        }
        AnyKind::Null | AnyKind::Bool(_) | AnyKind::Ref(_) => None,
    }
}
