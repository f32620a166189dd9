use std::ffi::c_char;

use value::Buffer;

/// Frees what a buffer owns and makes it zero.
///
/// # Safety
///
/// `buffer` is null, or points to a buffer that this library gave out and that wasn't freed as a copy, or to zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_buffer_free(buffer: *mut Buffer) {
    // SAFETY: the contract of this function is that of `free`.
    unsafe { value::free(buffer) };
}

/// Copies the text of what failed last in this thread, with a NUL at its end, and gives its whole length.
///
/// # Safety
///
/// `text` is null, or points to `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_last_error(text: *mut c_char, capacity: usize) -> usize {
    let last = failure::last();
    if let Some(room) = capacity.checked_sub(1)
        && !text.is_null()
    {
        let mut len = last.len().min(room);
        while !last.is_char_boundary(len) {
            len -= 1;
        }
        // SAFETY: the caller says that `capacity` bytes are there, which is more than `len`.
        unsafe {
            text.cast::<u8>().copy_from_nonoverlapping(last.as_ptr(), len);
            text.add(len).write(0);
        }
    }
    last.len()
}
