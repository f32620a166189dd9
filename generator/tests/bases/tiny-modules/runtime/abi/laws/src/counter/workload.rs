//! The workloads of the benchmarks.

/// Counts one name.
pub fn count_one<B: Backend>(subject: &B) -> impl FnMut() {
    let _ = subject;
    || {}
}

/// Counts one name, without the façade.
pub fn count_one_direct() -> impl FnMut() {
    || {}
}
