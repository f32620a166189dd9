//! Rules of targets.
