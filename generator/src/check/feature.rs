//! Rules of features.
