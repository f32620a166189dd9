//! Writes specs of any size: instruction sets of a regular shape, without a mistake in them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// The entries of one set. A set has 512 codes at most, so that more entries make more sets.
pub const ENTRIES_OF_A_SET: usize = 250;

/// Entries of a set that are no ops: slots, types, operand kinds, traps, groups, records.
const OTHERS: usize = 14 + GROUPS;

/// The groups of a set, between which the ops are spread.
const GROUPS: usize = 10;

/// The first code that an op gets; what is below is taken by [`MACHINE`].
const FIRST_CODE: usize = 0x10;

/// The ops that every set has, for the examples.
const FIXED_OPS: usize = 2;

/// Writes specs with about `entries` entries into the folder `root`, and returns the exact number.
///
/// # Errors
///
/// When a file can't be written.
pub fn write(root: &Path, entries: usize) -> anyhow::Result<usize> {
    let sets = entries.div_ceil(ENTRIES_OF_A_SET);
    for number in 0..sets {
        let name = format!("set_{number}");
        let folder = root.join("spec").join(&name);
        fs::create_dir_all(&folder).with_context(|| format!("can't make `{}`", folder.display()))?;
        for (file, text) in files(&name) {
            let path = folder.join(file);
            fs::write(&path, text).with_context(|| format!("can't write `{}`", path.display()))?;
        }
    }
    Ok(sets * ENTRIES_OF_A_SET)
}

fn files(name: &str) -> Vec<(String, String)> {
    let head = format!("kind = \"instruction-set\"\nname = \"{name}\"\n");
    let mut files = vec![("machine.toml".to_owned(), format!("{head}{MACHINE}"))];
    let ops = ENTRIES_OF_A_SET - OTHERS - FIXED_OPS;
    for group in 0..GROUPS {
        let mut text = head.clone();
        let _ = write!(
            text,
            "\n[group.group_{group}]\ntitle = \"Group {group}\"\ndoc = \"Ops of group {group}: arithmetic with constants.\"\n"
        );
        for op in (group..ops).step_by(GROUPS) {
            text.push_str(&self::op(op, group));
        }
        files.push((format!("group_{group}.toml"), text));
    }
    files
}

/// An op that computes something, unlike its neighbours.
fn op(number: usize, group: usize) -> String {
    let code = FIRST_CODE + number;
    // 0xFF announces the second page; the first 256 codes end before it.
    let code = if code < 0xFF { code } else { code + 1 };
    let golden = if code < 0x100 {
        format!("{code:02X}")
    } else {
        format!("FF {:02X}", code - 0x100)
    };
    let sum = 5 + number;
    format!(
        r#"
[op.add_{number}]
code = {code:#x}
group = "group_{group}"
doc = "Adds two integers and {number} to their sum; the result wraps at 32 bits."
since = 1
in = ["a: i32", "b: i32"]
out = ["i32"]
expr = "a.wrapping_add(b).wrapping_add({number})"
pure = true
commutes = true
golden = "{golden}"
examples = ["2, 3 -> {sum}", "0, -{number} -> 0"]
laws = ["add_{number}(a, b) == add_{number}(b, a)"]
"#
    )
}

/// What every set has beside its ops.
const MACHINE: &str = include_str!("text/machine.toml");
