//! Tests over the table of rules itself: every code is documented, used, and triggered by a case.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lathe::catalogue::catalogue;

/// Codes that a case can't trigger, as they are about the disk and not about files that a repository can hold; their stages test
/// them. The stage that writes has its cases beside it.
fn is_about_the_disk(code: &str) -> bool {
    matches!(code, "L0002" | "L0003" | "L0005" | "L0007") || code.starts_with("L09")
}

/// The texts of all files below `folder` with an extension.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|found| found == extension))
        .map(|entry| {
            // Some cases are about files that aren't UTF-8.
            let bytes = fs::read(entry.path()).unwrap_or_default();
            (
                entry.path().display().to_string(),
                String::from_utf8_lossy(&bytes).into_owned(),
            )
        })
        .collect()
}

/// The codes in `text` that stand between `before` and `after`.
fn codes(text: &str, before: &str, after: char) -> BTreeSet<String> {
    text.match_indices(before)
        .filter_map(|(at, _)| text[at + before.len()..].get(..6))
        .filter(|piece| {
            piece.starts_with('L') && piece[1..5].chars().all(|digit| digit.is_ascii_digit()) && piece.ends_with(after)
        })
        .map(|piece| piece[..5].to_owned())
        .collect()
}

#[test]
fn codes_are_unique_and_well_formed() {
    let rules = catalogue();
    for pair in rules.windows(2) {
        assert_ne!(pair[0].code, pair[1].code, "two rules have one code");
    }
    for rule in rules {
        assert_eq!(codes(&format!("\"{}\"", rule.code), "\"", '"').len(), 1, "{}", rule.code);
    }
}

#[test]
fn tables_are_ascending() {
    for kind in lathe::registry::KINDS {
        let table: Vec<&str> = kind.rules.iter().map(|rule| rule.code).collect();
        assert!(
            table.is_sorted(),
            "the table of kind `{}` isn't in the order of its codes: {table:?}",
            kind.name
        );
    }
}

#[test]
fn rules_are_documented() {
    for rule in catalogue() {
        let (code, page) = (rule.code, rule.page.trim());
        assert!(page.len() > 200, "the page of {code} says too little");
        assert!(
            page.contains("```") || is_about_the_disk(code),
            "the page of {code} shows no example"
        );
        assert!(
            !rule.summary.is_empty() && !rule.summary.ends_with('.'),
            "the summary of {code} is one clause"
        );
    }
}

#[test]
fn codes_in_the_source_are_in_the_catalogue() {
    let known: BTreeSet<&str> = catalogue().iter().map(|rule| rule.code).collect();
    for (path, text) in texts("src", "rs") {
        // Below this line a file speaks of codes only to test them.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for used in codes(code, "\"", '"') {
            assert!(
                known.contains(used.as_str()),
                "{path} uses {used}, which has no rule in the catalogue"
            );
        }
    }
}

#[test]
fn every_code_is_triggered_by_a_case() {
    let mut triggered = BTreeSet::new();
    for (_, text) in texts("tests/cases", "txt") {
        triggered.extend(codes(&text, "[", ']'));
    }
    let missing: Vec<&str> = catalogue()
        .iter()
        .map(|rule| rule.code)
        .filter(|code| !is_about_the_disk(code) && !triggered.contains(*code))
        .collect();
    assert!(missing.is_empty(), "no case under tests/cases triggers {missing:?}");
}

#[test]
fn every_case_is_expected_to_say_something() {
    for (path, _) in texts("tests/cases", "toml") {
        let path = Path::new(&path);
        if path.file_name().is_some_and(|name| name == "case.toml") {
            let expected = path.with_file_name("expected.txt");
            let says = fs::read_to_string(&expected).is_ok_and(|text| !text.is_empty());
            let is_valid = path.parent().is_some_and(|folder| folder.ends_with("valid"));
            assert!(
                says != is_valid,
                "{} should say something unless it is called `valid`",
                expected.display()
            );
        }
    }
}
