//! Reads what a kernel printed on its serial line.
//!
//! Lines that mean something are `boot: NAME`, where a stage is done, and `stage NN NAME failed: why`, `measure NAME COUNT`,
//! `pass NAME`, `fail NAME: why`, the end marker, and `end: NAME` with which the kernel closes. All others are for people, and pass
//! through.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// The line with which a boot ends that reached its end.
pub const END: &str = "exo: done";

/// What a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// A stage of the boot is done, or has failed.
    Stage(Stage),
    /// How the run ended, in the words of the kernel.
    Outcome(&'a str),
    /// Instructions that something took.
    Measure(&'a str, u64),
    /// A check that passed.
    Pass(&'a str),
    /// A check that failed, and what it said.
    Fail(&'a str, &'a str),
    /// The end marker.
    End,
    /// A line that begins like one of the above and can't be read, and why.
    Broken(&'static str),
    /// Anything else.
    Text,
}

/// A marker of the boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Why the boot failed in it, if it did.
    pub failure: Option<String>,
}

/// Reads a line.
pub fn line(text: &str) -> Line<'_> {
    if text == END {
        return Line::End;
    }
    let Some((word, rest)) = text.split_once(' ') else {
        return Line::Text;
    };
    match word {
        "boot:" if is_name(rest) => Line::Stage(Stage {
            name: rest.to_owned(),
            failure: None,
        }),
        "end:" if is_name(rest) => Line::Outcome(rest),
        "stage" => failure(rest).map_or(
            Line::Broken("a stage that failed is `stage NN NAME failed: why`"),
            Line::Stage,
        ),
        "measure" => match rest.split_once(' ').map(|(name, count)| (name, count.parse())) {
            Some((name, Ok(count))) if !name.is_empty() => Line::Measure(name, count),
            _ => Line::Broken("a measure is `measure NAME COUNT`"),
        },
        "pass" if is_name(rest) => Line::Pass(rest),
        "pass" => Line::Broken("a check that passed is `pass NAME`"),
        "fail" => match rest.split_once(':').unwrap_or((rest, "")) {
            (name, why) if is_name(name) => Line::Fail(name, why.trim()),
            _ => Line::Broken("a check that failed is `fail NAME: why`"),
        },
        _ => Line::Text,
    }
}

fn failure(rest: &str) -> Option<Stage> {
    let (number, rest) = rest.split_once(' ')?;
    let (name, why) = rest.split_once(" failed:")?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && is_name(name)).then(|| Stage {
        name: name.to_owned(),
        failure: Some(why.trim().to_owned()),
    })
}

/// Whether a text is the name of a check: no word of a sentence.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

/// What a whole log says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// Instruction counts by name. What is measured several times has its worst count here.
    pub measures: BTreeMap<String, u64>,
    /// The checks that passed.
    pub passed: BTreeSet<String>,
    /// The checks that failed, and what they said.
    pub failed: Vec<(String, String)>,
    /// Lines that should mean something and can't be read: their number from 1, and why.
    pub broken: Vec<(usize, &'static str)>,
    /// Whether the end marker was printed.
    pub ended: bool,
    /// Whether something was printed behind it that isn't how the run ended.
    pub after_end: bool,
}

/// Reads a whole log.
pub fn read(text: &str) -> Log {
    let mut log = Log::default();
    for (index, text) in text.lines().enumerate() {
        let text = text.trim_end_matches('\r');
        let line = line(text);
        log.after_end |= log.ended && !text.is_empty() && !matches!(line, Line::Outcome(_));
        match line {
            Line::Stage(stage) => log.stages.push(stage),
            Line::Measure(name, count) => {
                let worst = log.measures.entry(name.to_owned()).or_insert(count);
                *worst = count.max(*worst);
            }
            Line::Pass(name) => drop(log.passed.insert(name.to_owned())),
            Line::Fail(name, why) => log.failed.push((name.to_owned(), why.to_owned())),
            Line::Broken(why) => log.broken.push((index + 1, why)),
            Line::End => log.ended = true,
            Line::Outcome(_) | Line::Text => {}
        }
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let stage = |name: &str, failure: Option<&str>| {
            Line::Stage(Stage {
                name: name.to_owned(),
                failure: failure.map(str::to_owned),
            })
        };
        let broken = Line::Broken("a stage that failed is `stage NN NAME failed: why`");
        for (text, means) in [
            ("boot: memory_map", stage("memory_map", None)),
            ("boot: 2 ranges of memory", Line::Text),
            ("stage 03 frames failed: none is free", stage("frames", Some("none is free"))),
            ("stage three frames failed: none", broken.clone()),
            ("stage 02", broken),
            ("end: deadlock", Line::Outcome("deadlock")),
            ("measure null 21", Line::Measure("null", 21)),
            ("measure null -1", Line::Broken("a measure is `measure NAME COUNT`")),
            ("measure null 21 22", Line::Broken("a measure is `measure NAME COUNT`")),
            ("pass derivation", Line::Pass("derivation")),
            ("pass the salt", Line::Broken("a check that passed is `pass NAME`")),
            (
                "fail derivation: rights were added",
                Line::Fail("derivation", "rights were added"),
            ),
            ("fail derivation", Line::Fail("derivation", "")),
            ("fail : why", Line::Broken("a check that failed is `fail NAME: why`")),
            ("exo: done", Line::End),
            ("exo: done ", Line::Text),
            ("passport", Line::Text),
            ("", Line::Text),
            ("hello from the root", Line::Text),
        ] {
            assert_eq!(line(text), means, "{text}");
        }
    }

    #[test]
    fn the_worst_of_several_measures_counts() {
        let log = read("measure null 20\r\nmeasure null 23\r\nmeasure null 21\r\nfail a: b\r\npass c\r\nexo: done\r\n");
        assert_eq!(log.measures["null"], 23);
        assert_eq!((log.passed.len(), log.failed.len()), (1, 1));
        assert!(log.ended && !log.after_end && log.broken.is_empty());
        assert!(read("exo: done\nmore\n").after_end);
        assert!(!read("exo: done\nend: success\n").after_end);
        assert_eq!(
            read("measure\nmeasure x\n").broken,
            [(2, "a measure is `measure NAME COUNT`")]
        );
    }
}
