//! The surface of `MODULE` is the same in every build: the compiler holds it to what is listed, and the list is what is recorded.
//!
//! Each line names an assertion and gives it its input; the same input is printed. `surface/MODULE.txt` has the same lines, and
//! `surface.lock` their hash.

#![deny(unfulfilled_lint_expectations)]
#![allow(deprecated, reason = "what is deprecated belongs to the surface")]
#![allow(clippy::type_complexity, reason = "a type is written as its users see it")]
#![allow(unused_imports, reason = "surfaces needn't have them all")]
#![allow(unused_macros, unused_macro_rules, reason = "surfaces needn't have them all")]

#[macro_use]
mod assertions;

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::panic;
use std::time::Duration;

use IMPORTS;

/// The lines of a file but for the first, which says who wrote it.
fn recorded(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

#[test]
fn the_surface_is_what_is_recorded() {
    let mut lines: Vec<String> = Vec::new();
    surface! { lines
        ROWS
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let own = format!("surface MODULE VERSION {}", blake3::hash(text.as_bytes()).to_hex());
    print!("{text}");
    println!("{own}");
    assert_eq!(lines, recorded(include_str!("../../surface/MODULE.txt")), "surface/MODULE.txt has other lines");
    let lock = recorded(include_str!("../../surface.lock"));
    assert!(lock.contains(&own.as_str()), "surface.lock lacks `{own}`; it has {lock:#?}");
}
