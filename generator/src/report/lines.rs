//! The unified difference of two texts, line by line, as `diff -u` and git write it.

use std::fmt::Write as _;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};

use super::console::plural;

/// The most lines of one difference.
const MOST_LINES: usize = 60;
/// The lines before and after a change that are shown with it.
const AROUND: u32 = 2;

/// A unified difference, coloured, and cut where it gets long.
pub fn unified(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    coloured(&plain(old, new, [old_name, new_name], AROUND), MOST_LINES)
}

/// A unified difference, coloured, however long.
pub fn whole(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    coloured(&plain(old, new, [old_name, new_name], AROUND), usize::MAX)
}

/// A unified difference as plain text, with so many lines around each change; empty where the texts are equal.
pub fn plain(old: &str, new: &str, [old_name, new_name]: [&str; 2], around: u32) -> String {
    let input = InternedInput::new(old, new);
    let mut difference = Diff::compute(Algorithm::Myers, &input);
    difference.postprocess_no_heuristic(&input);
    let changes: Vec<Hunk> = difference.hunks().collect();
    let mut text = String::new();
    if !changes.is_empty() {
        let _ = writeln!(text, "--- {old_name}\n+++ {new_name}");
    }
    // Changes whose surroundings touch stand under one heading.
    for group in changes.chunk_by(|one, next| next.before.start - one.before.end <= 2 * around) {
        let (first, last) = (&group[0], &group[group.len() - 1]);
        let above = around.min(first.before.start);
        let below = around.min(input.before.len() as u32 - last.before.end);
        let _ = writeln!(
            text,
            "@@ -{} +{} @@",
            numbers(first.before.start - above..last.before.end + below),
            numbers(first.after.start - above..last.after.end + below)
        );
        let mut shown = first.before.start - above;
        let mut show = |sign: char, tokens: &[Token]| {
            for token in tokens {
                let line = input.interner[*token];
                let _ = write!(text, "{sign}{line}");
                if !line.ends_with('\n') {
                    text.push_str("\n\\ No newline at end of file\n");
                }
            }
        };
        for change in group {
            show(' ', part(&input.before, shown..change.before.start));
            show('-', part(&input.before, change.before.clone()));
            show('+', part(&input.after, change.after.clone()));
            shown = change.before.end;
        }
        show(' ', part(&input.before, shown..shown + below));
    }
    text
}

fn coloured(difference: &str, most: usize) -> String {
    let lines: Vec<&str> = difference.lines().collect();
    let mut text = String::new();
    for line in lines.iter().take(most) {
        // Control characters of an edited file mustn't reach the terminal.
        let line: String = line
            .chars()
            .map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c })
            .collect();
        let colour = match line.as_bytes().first() {
            Some(b'+') => "\u{1b}[32m",
            Some(b'-') => "\u{1b}[31m",
            Some(b'@') => "\u{1b}[36m",
            _ => "",
        };
        let _ = writeln!(text, "    {colour}{line}\u{1b}[0m");
    }
    if lines.len() > most {
        let _ = writeln!(text, "    … {}", plural(lines.len() - most, "more line"));
    }
    text
}

fn part(tokens: &[Token], range: Range<u32>) -> &[Token] {
    &tokens[range.start as usize..range.end as usize]
}

/// Lines as a heading states them: the first, counted from 1, and how many if it isn't one. Where there are none, it is the line before.
fn numbers(lines: Range<u32>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expected: &str) {
        let difference = plain(old, new, ["old", "new"], 2);
        assert_eq!(difference, expected, "from {old:?} to {new:?}");
    }

    #[test]
    fn equal_texts_have_none() {
        check("", "", "");
        check("a\nb\n", "a\nb\n", "");
    }

    #[test]
    fn a_change_stands_between_two_lines_on_either_side() {
        check(
            "1\n2\n3\n4\n5\n6\n7\n",
            "1\n2\n3\nfour\n5\n6\n7\n",
            "--- old\n+++ new\n@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+four\n 5\n 6\n",
        );
    }

    #[test]
    fn changes_close_to_each_other_share_a_heading() {
        check(
            "1\n2\n3\n4\n5\n6\n",
            "one\n2\n3\n4\n5\nsix\n",
            "--- old\n+++ new\n@@ -1,6 +1,6 @@\n-1\n+one\n 2\n 3\n 4\n 5\n-6\n+six\n",
        );
        check(
            "1\n2\n3\n4\n5\n6\n7\n",
            "one\n2\n3\n4\n5\n6\nseven\n",
            "--- old\n+++ new\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n@@ -5,3 +5,3 @@\n 5\n 6\n-7\n+seven\n",
        );
    }

    #[test]
    fn headings_state_no_line_and_one_line() {
        check("", "a\n", "--- old\n+++ new\n@@ -0,0 +1 @@\n+a\n");
        check("a\nb\n", "", "--- old\n+++ new\n@@ -1,2 +0,0 @@\n-a\n-b\n");
    }

    #[test]
    fn a_missing_end_of_line_is_said() {
        check(
            "a\nb",
            "a\nb\n",
            "--- old\n+++ new\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n",
        );
    }

    #[test]
    fn long_differences_are_cut() {
        let new: String = (0..100).map(|line| format!("{line}\n")).collect();
        assert!(unified("", &new, "old", "new").ends_with("    … 43 more lines\n"));
        assert_eq!(whole("", &new, "old", "new").lines().count(), 103);
    }
}
