
/// What the first result register holds for a result: zero, or the negated number of the error.
#[inline]
pub const fn status(result: Result<(), Error>) -> u64 {
    match result {
        Ok(()) => 0,
        Err(error) => error.code().wrapping_neg(),
    }
}

/// What a status says. A negative number that is no error comes from a newer kernel, and counts as [`Error::BadState`].
#[inline]
pub const fn result(status: u64) -> Result<(), Error> {
    if (status as i64) >= 0 {
        return Ok(());
    }
    match Error::from_code(status.wrapping_neg()) {
        Some(error) => Err(error),
        None => Err(Error::BadState),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl core::error::Error for Error {}
