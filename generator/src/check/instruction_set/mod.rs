//! Rules of instruction sets.
