//! The workloads of the benchmarks.

/// Counts one name.
pub fn count_one<B: Backend>(subject: &B) -> impl FnMut() {
    let _ = subject;
    || {}
}

/// Counts one name, by the library alone.
pub fn count_one_library() -> impl FnMut() {
    || {}
}
