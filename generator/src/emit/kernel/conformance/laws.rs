//! Emits `src/laws/each`: a file for each law, with a function that tries one case of it.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::{entry, facts};
use crate::emit::rust;
use crate::model::kernel::Kernel;
use crate::model::kernel::law::meaning::{self, Argument, Bound, Choice, Each, Meant, Observed, What};
use crate::model::kernel::law::{Given, GivenType, Law};

/// Adds the files.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut list = rust::module_doc_lines("The laws of the spec.");
    list.push_str("\nuse crate::laws::Law;\n\n");
    for law in &kernel.laws {
        writeln!(list, "mod {};", rust::module(&law.name))?;
        builder.file(
            &format!("src/laws/each/{}.rs", rust::module(&law.name)),
            of_law(kernel, law)?,
            &[],
        );
    }
    list.push_str("\n/// In order of the spec.\npub const LAWS: &[Law] = &[\n");
    for law in &kernel.laws {
        writeln!(list, "    {}::LAW,", rust::module(&law.name))?;
    }
    list.push_str("];\n");
    builder.file("src/laws/each/mod.rs", list, &[]);
    if builder.has("src/hosted/mod.rs") {
        builder.file("src/hosted/observers.rs", observers(kernel)?, &[]);
    }
    Ok(())
}

/// The file of a law.
fn of_law(kernel: &Kernel, law: &Law) -> anyhow::Result<String> {
    let (steps, problems) = meaning::of(kernel, law);
    anyhow::ensure!(
        problems.is_empty() && steps.len() == law.steps.len(),
        "the law `{}` has steps without a meaning, which the checker should have said",
        law.name
    );
    let mut body = String::new();
    for given in &law.given {
        writeln!(body, "{}", chosen(kernel, given))?;
    }
    let uses = |name: &str| law.steps.iter().any(|text| mentions(&text.text, name));
    if steps.iter().any(|step| step.arguments.iter().any(names_other)) {
        body.push_str("let other = case.other()?;\n");
    }
    for word in ["place", "buffer"] {
        if uses(word) {
            writeln!(body, "let {word} = case.{word}();")?;
        }
    }
    for (step, text) in steps.iter().zip(&law.steps) {
        body.push_str(&of_step(kernel, step, &text.text)?);
    }
    for expectation in &law.expect {
        let text = expectation.text.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(body, "case.expect({text:?}, {})?;", expectation.text.trim())?;
    }
    let observer = law.observer.as_ref().map(|observer| observer.text.as_str());
    let docs = format!("{}\n\n{}", law.doc.trim(), entry(kernel, "law", &law.name));
    let code = format!(
        "/// How it is tried.\npub const LAW: Law = Law {{ name: {:?}, cases: {}, seed: {}, observer: {observer:?}, run }};\n\n\
         fn run(case: &mut Case<'_>) -> Result<(), Stop> {{\n{body}Ok(())\n}}\n",
        law.name, law.cases, law.seed
    );
    let facts = used(&code, &["Error", "Rights", "Syscall", "initial"]);
    let mut text = rust::module_doc_lines(&docs);
    text.push('\n');
    if !facts.is_empty() {
        writeln!(text, "use {}_facts::{{{}}};\n", kernel.name, facts.join(", "))?;
    }
    let own = used(&code, &["Case", "Handles", "Law", "Stop"]);
    writeln!(text, "use crate::laws::{{{}}};\n", own.join(", "))?;
    text.push_str(&code);
    rust::file(&text)
}

/// Those of some names that a text mentions.
fn used<'n>(text: &str, names: &[&'n str]) -> Vec<&'n str> {
    names.iter().copied().filter(|name| mentions(text, name)).collect()
}

fn mentions(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter)).any(|word| word == name)
}

/// The line that chooses what a law is given.
fn chosen(kernel: &Kernel, given: &Given) -> String {
    let (name, ident) = (&given.name, rust::ident(&given.name));
    match given.of {
        GivenType::Number { least, most } => format!("let {ident} = case.number({name:?}, {least}, {most});"),
        GivenType::Numbers {
            least,
            most,
            shortest,
            longest,
        } => format!("let {ident} = case.numbers({name:?}, ({least}, {most}), ({shortest}, {longest}));"),
        GivenType::Rights(object) => {
            let of = match object {
                Some(object) => {
                    let rights: Vec<_> = kernel.objects[object].rights.iter().map(|(right, _)| *right).collect();
                    facts::rights_of(kernel, &rights)
                }
                None => "Rights::ALL".to_owned(),
            };
            format!("let {ident} = case.rights({name:?}, {of});")
        }
        GivenType::Call => format!("let {ident} = case.wild({name:?});"),
        GivenType::Value => format!("let {ident} = case.value({name:?});"),
    }
}

/// The lines of a step.
fn of_step(kernel: &Kernel, step: &Meant, text: &str) -> anyhow::Result<String> {
    let mut lines = String::new();
    let mut arguments = Vec::new();
    for (at, argument) in step.arguments.iter().enumerate() {
        if let Argument::Any(choices) = argument {
            writeln!(lines, "let chosen_{at} = case.any(&[{}]);", choices_of(choices))?;
            arguments.push(format!("chosen_{at}"));
        } else {
            arguments.push(argument_of(argument));
        }
    }
    let arguments = arguments.join(", ");
    let done = match &step.what {
        What::Call(call) => {
            let call = format!("Syscall::{}", rust::variant(&kernel.calls[*call].name));
            match (step.must, step.by_other) {
                (true, false) => format!("case.must({text:?}, {call}, &[{arguments}])?"),
                (true, true) => format!("case.must_other({text:?}, {call}, &[{arguments}])?"),
                (false, false) => format!("case.ask({call}, &[{arguments}])"),
                (false, true) => format!("case.ask_other({call}, &[{arguments}])?"),
            }
        }
        What::Given(name) => {
            let ident = rust::ident(name);
            let result = step
                .name
                .as_ref()
                .map_or("_".to_owned(), |(name, _)| rust::ident(name).to_string());
            return Ok(format!("let ({ident}, {result}) = case.ask_wild({ident})?;\n"));
        }
        What::Observed(observed) => match observed {
            Observed::FreeFrames => "case.free_frames()".to_owned(),
            Observed::Turns => format!("case.turns({arguments})?"),
            Observed::Pair => format!("case.pair({arguments})"),
            Observed::Bytes => format!("case.bytes({arguments})"),
        },
    };
    let each = match &step.each {
        Each::Once => None,
        Each::Times(number) => Some(format!("for _ in 0..{}", rust::ident(number))),
        Each::Of(list) => Some(format!("for it in {}.iter().copied()", rust::ident(list))),
    };
    Ok(match (&step.name, each) {
        (Some((name, _)), None) => format!("{lines}let {} = {done};\n", rust::ident(name)),
        (None, None) => format!("{lines}{}{done};\n", ignoring(step)),
        (None, Some(each)) => format!("{each} {{\n{lines}{}{done};\n}}\n", ignoring(step)),
        (Some((name, bound)), Some(each)) => {
            let list = list_of(bound);
            let name = rust::ident(name);
            format!("let mut {name} = {list}::new();\n{each} {{\n{lines}let made = {done};\n{name}.push(made);\n}}\n")
        }
    })
}

/// Before a step whose result is of no interest.
fn ignoring(step: &Meant) -> &'static str {
    if step.must { "" } else { "let _ = " }
}

fn list_of(bound: &Bound) -> &'static str {
    if bound.tried {
        "Handles::<Result<u64, Error>>"
    } else {
        "Handles"
    }
}

fn names_other(argument: &Argument) -> bool {
    match argument {
        Argument::Capability { name, .. } => name == "other" || name == "payer",
        Argument::Any(choices) => choices
            .iter()
            .any(|choice| matches!(choice, Choice::One(argument) if names_other(argument))),
        _ => false,
    }
}

fn argument_of(argument: &Argument) -> String {
    match argument {
        Argument::Null => "0".to_owned(),
        Argument::Capability { name, tried } => {
            let name = match name.as_str() {
                "other" => "other.process".to_owned(),
                "payer" => "other.account".to_owned(),
                name => rust::ident(name).to_string(),
            };
            if *tried { format!("{name}.unwrap_or(0)") } else { name }
        }
        Argument::Initial(name) => format!("case.initial(initial::{})", rust::constant(name)),
        Argument::Any(choices) => format!("case.any(&[{}])", choices_of(choices)),
        Argument::Rights(text) if text.contains('|') => format!("u64::from(({text}).bits())"),
        Argument::Rights(text) => format!("u64::from({text}.bits())"),
        Argument::Number(text) => text.clone(),
        Argument::List(name) => format!("&{}", rust::ident(name)),
    }
}

fn choices_of(choices: &[Choice]) -> String {
    let one = |choice: &Choice| match choice {
        Choice::One(argument) => format!("&[{}]", argument_of(argument)),
        Choice::List(name) => format!("&{}", rust::ident(name)),
    };
    choices.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `src/hosted/observers.rs`: the methods of the kernel that laws name, by their names.
fn observers(kernel: &Kernel) -> anyhow::Result<String> {
    let mut names: Vec<&str> = kernel
        .laws
        .iter()
        .filter_map(|law| Some(law.observer.as_ref()?.text.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut text = rust::module_doc_lines("The methods of the kernel that laws name as their observers.");
    write!(
        text,
        "\nuse super::Exo;\n\n/// Lets a method look at the tables of a kernel.\n///\n/// # Errors\n///\n/// What is wrong with them.\n\
         pub fn observe(kernel: &mut Exo, method: &str) -> Result<(), &'static str> {{\n    match method {{\n"
    )?;
    for name in names {
        writeln!(text, "        {name:?} => kernel.{}(),", rust::ident(name))?;
    }
    text.push_str("        _ => Err(\"there is no such observer\"),\n    }\n}\n");
    Ok(text)
}
