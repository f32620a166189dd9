//! Holds what a machine did against what the specs demand.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::assembly::{self, Lines};
use super::facts::Facts;
use super::image::Size;
use super::log::Log;
use super::machine::Target;
use super::run::{End, Ran};

/// Something that a boot did wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It was stopped at the time limit.
    TimeOut(Duration),
    /// It printed for ever.
    TooMuch,
    /// The emulator was killed, or could not start the machine.
    Emulator(String),
    /// The processor reset itself: the exit status is that of success to QEMU, but nothing was reached.
    TripleFault,
    /// The exit status is another.
    Status {
        expected: i32,
        found: i32,
        means: Option<String>,
    },
    /// The end marker is missing.
    NoEnd,
    /// Something was printed behind the end marker.
    AfterEnd,
    /// A stage that the spec has isn't there in its place.
    Stage { expected: String, found: Option<String> },
    /// A line can't be read.
    Line(usize, &'static str),
    /// A check failed.
    Check(String, String),
    /// A check that the spec asks for wasn't made.
    NotChecked(String),
    /// More instructions than the budget.
    OverBudget { name: String, measured: u64, budget: u64 },
    /// A budget that nothing was measured for.
    NotMeasured(String),
    /// A stripped image is larger than its budget.
    TooLarge { name: &'static str, bytes: u64, budget: u64 },
    /// Too large a part of the kernel is assembly.
    TooMuchAssembly(Lines),
    /// A second run printed something else.
    Differs,
}

impl Fault {
    /// How to fix it.
    pub fn fix(&self) -> &'static str {
        match self {
            Fault::TimeOut(_) => "look where the log stops; give it more with --timeout SECONDS if it is only slow",
            Fault::TooMuch => "look for what prints in a loop",
            Fault::Emulator(_) => "run the command line above by hand",
            Fault::TripleFault => {
                "an exception came before its handler was set up, or in it; add `-d int,cpu_reset` to the command line above to see it"
            }
            Fault::Status { means: Some(_), .. } => "the end of the log says what was lacking",
            Fault::Status { means: None, .. } | Fault::NoEnd => "look where the log stops",
            Fault::AfterEnd => "end the machine right behind the end marker",
            Fault::Stage { .. } => "print each stage once, in the order of the spec",
            Fault::Line(..) => "print what is to be counted in the form that `lathe boot --help` shows",
            Fault::Check(..) => "mend the kernel, or the law if that is wrong",
            Fault::NotChecked(_) => {
                "let the programs run all that `generated/` has for them; cargo lathe generate, if a call is new"
            }
            Fault::OverBudget { .. } => "make the path shorter; a budget in spec/ only goes up with a reason beside it",
            Fault::NotMeasured(_) => "measure it in the program that prints the measures, or take the budget out of spec/",
            Fault::TooLarge { .. } => {
                "look at the largest symbols of the image; a budget in spec/ only goes up with a reason beside it"
            }
            Fault::TooMuchAssembly(_) => "write in Rust what needs no assembly",
            Fault::Differs => {
                "find what reads a clock, an address or memory that nobody wrote; under -icount nothing else can differ"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::TimeOut(limit) => write!(f, "the machine was still running after {} s", limit.as_secs()),
            Fault::TooMuch => f.write_str("the machine printed 16 MiB and was stopped"),
            Fault::Emulator(why) => write!(f, "QEMU could not run the machine: {why}"),
            Fault::TripleFault => {
                f.write_str("the machine reset itself (a triple fault): QEMU ended with 0, but `exo: done` wasn't printed")
            }
            Fault::Status { expected, found, means } => {
                write!(f, "the machine ended with status {found}, not with {expected}")?;
                match means {
                    Some(means) => write!(f, ": that is the status of `{means}`"),
                    None => Ok(()),
                }
            }
            Fault::NoEnd => f.write_str("the end marker `exo: done` wasn't printed"),
            Fault::AfterEnd => f.write_str("something was printed behind the end marker `exo: done`"),
            Fault::Stage { expected, found: None } => write!(f, "the boot didn't reach the stage `{expected}`"),
            Fault::Stage {
                expected,
                found: Some(found),
            } => write!(f, "the stage `{expected}` should be here, and `{found}` is"),
            Fault::Line(number, form) => write!(f, "line {number} of the log can't be read: {form}"),
            Fault::Check(name, why) if why.is_empty() => write!(f, "the check `{name}` failed"),
            Fault::Check(name, why) => write!(f, "the check `{name}` failed: {why}"),
            Fault::NotChecked(name) => write!(f, "the check `{name}` wasn't made"),
            Fault::OverBudget { name, measured, budget } => {
                write!(f, "`{name}` took {measured} instructions; its budget is {budget}")
            }
            Fault::NotMeasured(name) => write!(f, "`{name}` has a budget, and nothing was measured for it"),
            Fault::TooLarge { name, bytes, budget } => {
                write!(f, "the stripped `{name}` has {bytes} bytes; its budget is {budget}")
            }
            Fault::TooMuchAssembly(lines) => write!(
                f,
                "{} of the kernel's {} lines are assembly: {:.1} %, and less than {} % is demanded",
                lines.assembly,
                lines.all,
                lines.per_cent(),
                assembly::MOST_PER_CENT
            ),
            Fault::Differs => f.write_str("a second run printed something else"),
        }
    }
}

/// What a run did wrong: everything that it shows, the cause before its consequences.
pub fn judge(target: Target, facts: &Facts, ran: &Ran, log: &Log, limit: Duration) -> Vec<Fault> {
    let mut faults = Vec::new();
    match ran.end {
        End::TimeOut => faults.push(Fault::TimeOut(limit)),
        End::TooMuch => faults.push(Fault::TooMuch),
        End::Signal => faults.push(Fault::Emulator("it was killed".to_owned())),
        // Before anything is printed, 1 is QEMU's own way to say that it doesn't like its command line.
        End::Status(1) if ran.log.is_empty() && !ran.complaints.is_empty() => {
            faults.push(Fault::Emulator(ran.complaints.trim().to_owned()));
        }
        End::Status(0) if target == Target::X8664 && !log.ended => faults.push(Fault::TripleFault),
        End::Status(found) => {
            if found != facts.success {
                faults.push(Fault::Status {
                    expected: facts.success,
                    found,
                    means: facts.statuses.get(&found).cloned(),
                });
            }
            if !log.ended {
                faults.push(Fault::NoEnd);
            }
        }
    }
    faults.extend(log.after_end.then_some(Fault::AfterEnd));
    faults.extend(log.broken.iter().map(|(number, form)| Fault::Line(*number, form)));
    faults.extend(log.failed.iter().map(|(name, why)| Fault::Check(name.clone(), why.clone())));
    faults.extend(out_of_order(facts, log));
    let made = |name: &String| log.passed.contains(name) || log.failed.iter().any(|(failed, _)| failed == name);
    let missing = facts.checks.iter().filter(|name| log.ended && !made(name));
    faults.extend(missing.map(|name| Fault::NotChecked(name.clone())));
    for row in rows(facts, log) {
        match (row.measured, row.budget) {
            (Some(measured), Some(budget)) if measured > budget => faults.push(Fault::OverBudget {
                name: row.name,
                measured,
                budget,
            }),
            // What came to an early end measured little, and has been reported.
            (None, Some(_)) if log.ended => faults.push(Fault::NotMeasured(row.name)),
            _ => {}
        }
    }
    faults
}

/// The images that are larger than they may be.
pub fn too_large(sizes: &[Size]) -> impl Iterator<Item = Fault> {
    let over = sizes.iter().filter(|size| size.is_over());
    over.filter_map(|size| {
        Some(Fault::TooLarge {
            name: size.name,
            bytes: size.bytes,
            budget: size.budget?,
        })
    })
}

/// The first stage that isn't in its place.
fn out_of_order(facts: &Facts, log: &Log) -> Option<Fault> {
    let mut found = log.stages.iter().map(|stage| stage.name.as_str());
    let expected = facts.stages.iter().map(|expected| (expected, found.next()));
    let (expected, found) = expected
        .into_iter()
        .find(|(expected, found)| Some(expected.as_str()) != *found)?;
    // A boot that ended early lacks its later stages: that has been reported.
    if found.is_none() && !log.ended {
        return None;
    }
    Some(Fault::Stage {
        expected: expected.clone(),
        found: found.map(str::to_owned),
    })
}

/// A row of the table of instruction counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// How many instructions it took; `None` if nobody measured it.
    pub measured: Option<u64>,
    /// How many it may take; `None` if the specs don't say.
    pub budget: Option<u64>,
}

/// What was measured and what has a budget, by name.
pub fn rows(facts: &Facts, log: &Log) -> Vec<Row> {
    let names: std::collections::BTreeSet<&String> = facts.budgets.keys().chain(log.measures.keys()).collect();
    let row = |name: &String| Row {
        name: name.clone(),
        measured: log.measures.get(name).copied(),
        budget: facts.budgets.get(name).copied(),
    };
    names.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::log;
    use super::*;

    fn facts() -> Facts {
        Facts {
            success: 33,
            stages: vec!["entry".to_owned(), "console".to_owned()],
            statuses: [(35, "entry".to_owned()), (37, "console".to_owned())].into(),
            budgets: [("null".to_owned(), 21)].into(),
            checks: vec!["refuses_null".to_owned()],
            images: BTreeMap::new(),
        }
    }

    fn faults(end: End, text: &str) -> Vec<String> {
        let ran = Ran {
            end,
            log: text.to_owned(),
            complaints: String::new(),
            first_line: None,
            whole: Duration::ZERO,
        };
        let faults = judge(Target::X8664, &facts(), &ran, &log::read(text), Duration::from_secs(9));
        faults.iter().map(Fault::to_string).collect()
    }

    const WHOLE: &str = "boot: entry\nboot: console\nmeasure null 21\npass refuses_null\nexo: done\nend: success\n";

    #[test]
    fn a_whole_boot_has_no_faults() {
        assert_eq!(faults(End::Status(33), WHOLE), Vec::<String>::new());
    }

    #[test]
    fn the_status_alone_is_no_success() {
        let cut = "boot: entry\n";
        assert_eq!(faults(End::Status(33), cut), ["the end marker `exo: done` wasn't printed"]);
        assert_eq!(
            faults(End::Status(0), cut),
            ["the machine reset itself (a triple fault): QEMU ended with 0, but `exo: done` wasn't printed"]
        );
        assert_eq!(
            faults(End::Status(37), cut),
            [
                "the machine ended with status 37, not with 33: that is the status of `console`",
                "the end marker `exo: done` wasn't printed"
            ]
        );
        assert_eq!(
            faults(End::Status(0), WHOLE),
            ["the machine ended with status 0, not with 33"]
        );
        assert_eq!(faults(End::TimeOut, cut), ["the machine was still running after 9 s"]);
    }

    #[test]
    fn images_have_budgets_of_their_own() {
        let size = |name, bytes, budget| Size { name, bytes, budget };
        let sizes = [
            size("image", 98_304, Some(98_304)),
            size("image_without_halt", 65_537, Some(65_536)),
        ];
        let faults: Vec<String> = too_large(&sizes).map(|fault| fault.to_string()).collect();
        assert_eq!(
            faults,
            ["the stripped `image_without_halt` has 65537 bytes; its budget is 65536"]
        );
        assert_eq!(too_large(&[size("image", u64::MAX, None)]).count(), 0);
    }

    #[test]
    fn budgets_and_stages_are_held() {
        let of = |from: &str, to: &str| faults(End::Status(33), &WHOLE.replace(from, to));
        assert_eq!(of("null 21", "null 22"), ["`null` took 22 instructions; its budget is 21"]);
        assert_eq!(
            of("null 21", "other 3"),
            ["`null` has a budget, and nothing was measured for it"]
        );
        assert_eq!(of("pass refuses", "pass admits"), ["the check `refuses_null` wasn't made"]);
        assert_eq!(of("measure", "pass x\nfail y: z\nmeasure"), ["the check `y` failed: z"]);
        assert_eq!(of("boot: console\n", ""), ["the boot didn't reach the stage `console`"]);
        assert_eq!(
            of("boot: console", "boot: frames"),
            ["the stage `console` should be here, and `frames` is"]
        );
        assert_eq!(
            of("exo: done\n", "exo: done\nmore\n"),
            ["something was printed behind the end marker `exo: done`"]
        );
        assert_eq!(
            of("null 21", "null many").len(),
            2,
            "a line that can't be read, and a budget that isn't measured"
        );
    }
}
