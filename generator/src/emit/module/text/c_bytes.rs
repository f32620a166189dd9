//! Bytes of the library that the surfaces name: they are copied on the way in and on the way out.

use FACTS::bytes::Bytes;

use crate::failure::Failure;
use crate::value::{self, Buffer, FromC, IntoC};

impl IntoC for Bytes {
    type C = Buffer;

    fn into_c(self) -> Buffer {
        value::owned(self.to_vec())
    }
}

impl FromC for Bytes {
    type C = Buffer;

    unsafe fn from_c(form: &Buffer) -> Result<Self, Failure> {
        // SAFETY: the contract of this function is that of `bytes`.
        let bytes = unsafe { value::bytes(form.data, form.len, "a buffer") }?;
        Ok(Bytes::copy_from_slice(bytes))
    }
}
