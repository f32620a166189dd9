//! Slots as values with their kinds, for functions that both engines share.

use raya_facts::types::SlotKind;
use raya_runtime::Value;

use super::State;
use crate::pc::Fp;

impl State {
    /// The kind of value that a field of 16 bits names.
    #[inline]
    pub fn kind(number: u16) -> SlotKind {
        match number {
            0 => SlotKind::I32,
            1 => SlotKind::F64,
            2 => SlotKind::Bool,
            3 => SlotKind::Any,
            _ => SlotKind::Ref,
        }
    }

    /// What is in a slot, with its kind.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame and holds a value of that representation.
    #[inline]
    pub unsafe fn value(&self, fp: Fp, slot: u16, kind: SlotKind) -> Value {
        // SAFETY: by the caller's word.
        Value::from_word(unsafe { fp.word(slot) }, kind)
    }

    /// The values of a list: `list` is the field that [`What::List`](crate::table::What::List) describes.
    ///
    /// # Safety
    ///
    /// The slots belong to the frame and hold values of those representations.
    #[inline(never)]
    pub unsafe fn values(&self, fp: Fp, list: u64) -> Vec<Value> {
        let (first, count, at) = (list as u16, (list >> 16) as u16, (list >> 32) as usize);
        let kinds = self.code.kinds.get(at..at + usize::from(count)).unwrap_or_default();
        let slots = (first..).zip(kinds);
        // SAFETY: by the caller's word.
        slots.map(|(slot, kind)| unsafe { self.value(fp, slot, *kind) }).collect()
    }

    /// Puts a value into a slot in the representation that lowering expects there.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame.
    #[inline]
    pub unsafe fn set_value(&self, fp: Fp, slot: u16, kind: SlotKind, value: Value) {
        // A value that fits nowhere is one that nothing reads: lowering has no kind for it.
        let value = value.fit(kind).unwrap_or_else(|_| Value::zero(kind));
        // SAFETY: by the caller's word.
        unsafe { fp.set_word(slot, value.word()) }
    }
}
