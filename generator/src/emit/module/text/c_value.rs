//! Values as C has them: their layout, and the ways in and out.
//!
//! A value that goes out owns its memory until it is freed. One that comes in is only read: it belongs to the caller.

use std::time::Duration;

use crate::failure::{self, Failure};

/// Bytes, or UTF-8 text. It isn't terminated.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Buffer {
    /// The first byte; null if there is none.
    pub data: *mut u8,
    /// How many there are.
    pub len: usize,
}

/// Any number of values.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct List<T> {
    /// The first value; null if there is none.
    pub items: *mut T,
    /// How many there are.
    pub len: usize,
}

/// A value that may be absent.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Optional<T> {
    /// 0 if it is absent.
    pub has: u8,
    /// The value; all zero if it is absent.
    pub value: T,
}

/// What can stand in memory that C sees.
pub(crate) trait Plain {
    /// Numbers that are zero, and pointers that are null.
    fn zero() -> Self;

    /// Frees what it owns.
    ///
    /// # Safety
    ///
    /// It went out through [`IntoC`] and was not freed before, or is zero.
    unsafe fn release(self);
}

/// What can be given to C.
pub(crate) trait IntoC {
    /// Its form there.
    type C: Plain;

    /// That form. It owns what it points to.
    fn into_c(self) -> Self::C;
}

/// What can be taken from C.
pub(crate) trait FromC: Sized {
    /// Its form there.
    type C;

    /// Reads the form, and copies what it points to.
    ///
    /// # Safety
    ///
    /// Every pointer in it that isn't null points to as many values as its length says.
    unsafe fn from_c(form: &Self::C) -> Result<Self, Failure>;
}

/// What points to nothing.
pub(crate) trait Number: Copy {}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {}

        impl Plain for $number {
            fn zero() -> Self {
                0 as $number
            }

            unsafe fn release(self) {}
        }

        impl IntoC for $number {
            type C = $number;

            fn into_c(self) -> $number {
                self
            }
        }

        impl FromC for $number {
            type C = $number;

            unsafe fn from_c(form: &$number) -> Result<Self, Failure> {
                Ok(*form)
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

impl<T> Plain for *mut T {
    fn zero() -> Self {
        std::ptr::null_mut()
    }

    unsafe fn release(self) {}
}

impl IntoC for bool {
    type C = u8;

    fn into_c(self) -> u8 {
        u8::from(self)
    }
}

impl FromC for bool {
    type C = u8;

    unsafe fn from_c(form: &u8) -> Result<Self, Failure> {
        Ok(*form != 0)
    }
}

impl IntoC for Duration {
    type C = u64;

    fn into_c(self) -> u64 {
        u64::try_from(self.as_nanos()).unwrap_or(u64::MAX)
    }
}

impl FromC for Duration {
    type C = u64;

    unsafe fn from_c(form: &u64) -> Result<Self, Failure> {
        Ok(Duration::from_nanos(*form))
    }
}

impl Plain for Buffer {
    fn zero() -> Self {
        Buffer {
            data: std::ptr::null_mut(),
            len: 0,
        }
    }

    unsafe fn release(self) {
        if !self.data.is_null() {
            let bytes = std::ptr::slice_from_raw_parts_mut(self.data, self.len);
            // SAFETY: by the contract of this function it came from `owned`, which leaked a box of just this length.
            drop(unsafe { Box::from_raw(bytes) });
        }
    }
}

/// Bytes that belong to the caller from now on.
pub(crate) fn owned(bytes: Vec<u8>) -> Buffer {
    if bytes.is_empty() {
        return Buffer::zero();
    }
    let len = bytes.len();
    Buffer {
        data: Box::into_raw(bytes.into_boxed_slice()).cast(),
        len,
    }
}

impl IntoC for String {
    type C = Buffer;

    fn into_c(self) -> Buffer {
        owned(self.into_bytes())
    }
}

impl IntoC for &str {
    type C = Buffer;

    fn into_c(self) -> Buffer {
        owned(self.as_bytes().to_vec())
    }
}

impl IntoC for &[u8] {
    type C = Buffer;

    fn into_c(self) -> Buffer {
        owned(self.to_vec())
    }
}

impl FromC for String {
    type C = Buffer;

    unsafe fn from_c(form: &Buffer) -> Result<Self, Failure> {
        // SAFETY: the contract of this function is that of `text`.
        unsafe { text(form.data, form.len, "a text") }.map(str::to_owned)
    }
}

impl<T: Plain> Plain for List<T> {
    fn zero() -> Self {
        List {
            items: std::ptr::null_mut(),
            len: 0,
        }
    }

    unsafe fn release(self) {
        if self.items.is_null() {
            return;
        }
        let items = std::ptr::slice_from_raw_parts_mut(self.items, self.len);
        // SAFETY: by the contract of this function it came from `into_c`, which leaked a box of just this length.
        let items: Box<[T]> = unsafe { Box::from_raw(items) };
        for item in items.into_vec() {
            // SAFETY: the items went out with the list, and are freed only with it.
            unsafe { item.release() };
        }
    }
}

impl<T: IntoC> IntoC for Vec<T> {
    type C = List<T::C>;

    fn into_c(self) -> Self::C {
        if self.is_empty() {
            return List::zero();
        }
        let items: Box<[T::C]> = self.into_iter().map(T::into_c).collect();
        let len = items.len();
        List {
            items: Box::into_raw(items).cast(),
            len,
        }
    }
}

impl<T: FromC> FromC for Vec<T> {
    type C = List<T::C>;

    unsafe fn from_c(form: &Self::C) -> Result<Self, Failure> {
        // SAFETY: the contract of this function is that of `list`.
        unsafe { list(form.items, form.len, "a list") }
    }
}

impl<T: Plain> Plain for Optional<T> {
    fn zero() -> Self {
        Optional {
            has: 0,
            value: T::zero(),
        }
    }

    unsafe fn release(self) {
        // SAFETY: the value went out with it, and is zero if it is absent.
        unsafe { self.value.release() };
    }
}

impl<T: IntoC> IntoC for Option<T> {
    type C = Optional<T::C>;

    fn into_c(self) -> Self::C {
        match self {
            Some(value) => Optional {
                has: 1,
                value: value.into_c(),
            },
            None => Optional::zero(),
        }
    }
}

impl<T: FromC> FromC for Option<T> {
    type C = Optional<T::C>;

    unsafe fn from_c(form: &Self::C) -> Result<Self, Failure> {
        match form.has {
            0 => Ok(None),
            // SAFETY: the contract of this function holds for the value in it.
            _ => unsafe { T::from_c(&form.value) }.map(Some),
        }
    }
}

/// A number that was passed by value.
pub(crate) fn number<T: FromC<C: Number>>(form: T::C) -> Result<T, Failure> {
    // SAFETY: a number points to nothing.
    unsafe { T::from_c(&form) }
}

/// Values that a pointer and a length name.
///
/// # Safety
///
/// A pointer that isn't null points to `len` values that nobody changes before the end of the call.
unsafe fn slice<'a, T>(items: *const T, len: usize, name: &'static str) -> Result<&'a [T], Failure> {
    if len == 0 {
        return Ok(&[]);
    }
    let is_too_long = len
        .checked_mul(size_of::<T>())
        .is_none_or(|bytes| isize::try_from(bytes).is_err());
    if items.is_null() || !items.is_aligned() || is_too_long {
        return Err(Failure::null(name));
    }
    // SAFETY: it isn't null, is aligned and no longer than memory can be; that it points to `len` values is the caller's word.
    Ok(unsafe { std::slice::from_raw_parts(items, len) })
}

/// Bytes that a pointer and a length name.
///
/// # Safety
///
/// A pointer that isn't null points to `len` bytes that nobody changes before the end of the call.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize, name: &'static str) -> Result<&'a [u8], Failure> {
    // SAFETY: the contract of this function is that of `slice`.
    unsafe { slice(data, len, name) }
}

/// Text that a pointer and a length name.
///
/// # Safety
///
/// A pointer that isn't null points to `len` bytes that nobody changes before the end of the call.
pub(crate) unsafe fn text<'a>(data: *const u8, len: usize, name: &'static str) -> Result<&'a str, Failure> {
    // SAFETY: the contract of this function is that of `slice`.
    let bytes = unsafe { slice(data, len, name) }?;
    std::str::from_utf8(bytes).map_err(|error| Failure {
        code: failure::NOT_UTF8,
        text: format!("`{name}` is not UTF-8: {error}"),
    })
}

/// The values of a list.
///
/// # Safety
///
/// A pointer that isn't null points to `len` values for which the contract of [`FromC::from_c`] holds.
pub(crate) unsafe fn list<T: FromC>(items: *const T::C, len: usize, name: &'static str) -> Result<Vec<T>, Failure> {
    // SAFETY: the contract of this function is that of `slice`.
    let items = unsafe { slice(items, len, name) }?;
    // SAFETY: the contract of this function holds for each.
    items.iter().map(|item| unsafe { T::from_c(item) }).collect()
}

/// The value that a pointer names.
///
/// # Safety
///
/// A pointer that isn't null points to a value for which the contract of [`FromC::from_c`] holds.
pub(crate) unsafe fn structure<T: FromC>(value: *const T::C, name: &'static str) -> Result<T, Failure> {
    // SAFETY: the contract of this function is that of `reference`, and that of `from_c`.
    unsafe { T::from_c(reference(value, name)?) }
}

/// What a pointer names.
///
/// # Safety
///
/// A pointer that isn't null points to a value that lives until the end of the call.
pub(crate) unsafe fn reference<'a, T>(value: *const T, name: &'static str) -> Result<&'a T, Failure> {
    if value.is_null() || !value.is_aligned() {
        return Err(Failure::null(name));
    }
    // SAFETY: it isn't null and is aligned; that it points to such a value is the caller's word.
    Ok(unsafe { &*value })
}

/// A place that a result goes to.
pub(crate) struct Place<T>(*mut T);

impl<T: Plain> Place<T> {
    /// The place that a pointer names. It is zero from now on, so that it may be freed also after a failure.
    ///
    /// # Safety
    ///
    /// A pointer that isn't null points to memory for a `T` that nobody else uses before the end of the call.
    pub(crate) unsafe fn new(place: *mut T, name: &'static str) -> Result<Self, Failure> {
        if place.is_null() || !place.is_aligned() {
            return Err(Failure::null(name));
        }
        // SAFETY: it isn't null and is aligned; that it points to memory for a `T` is the caller's word.
        unsafe { place.write(T::zero()) };
        Ok(Place(place))
    }

    /// Puts the result there.
    pub(crate) fn set(self, value: T) {
        // SAFETY: `new` was given memory for a `T`.
        unsafe { self.0.write(value) };
    }
}

/// Frees what stands at a place, and makes it zero: freeing it again does nothing.
///
/// # Safety
///
/// A pointer that isn't null points to a value that went out through [`IntoC`] and wasn't freed as a copy, or is zero.
pub(crate) unsafe fn free<T: Plain>(place: *mut T) {
    if !place.is_null() && place.is_aligned() {
        // SAFETY: it isn't null and is aligned; the rest is the caller's word.
        unsafe { place.replace(T::zero()).release() };
    }
}
