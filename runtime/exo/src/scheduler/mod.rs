//! Which process runs next.

/// How the next process is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// One after the other.
    RoundRobin,
    /// The most urgent level that has a ready process; within a level one after the other.
    Priority,
    /// Two ready processes by complementary Beatty sequences, any other number by weights.
    Beatty,
    /// In proportion to weights: after every k decisions each count is within one of its share.
    Weights,
}
