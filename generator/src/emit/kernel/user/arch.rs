//! `src/arch/`: the entry into the kernel on each target, as inline assembly.
//!
//! The operands of a block follow from the convention: each register is given what it holds before the call, and gives back what it
//! holds after it, or nothing that is of use.

use std::fmt::Write;

use super::{Way, clearing, ways};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{provenance, rust};
use crate::model::item;
use crate::model::kernel::Kernel;
use crate::model::syscall_convention::{Convention, Passing, Register};
use crate::model::target::Target;

/// Adds the files.
pub(super) fn files(kernel: &Kernel, targets: &[&Target], builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let ways = ways(kernel);
    let mut root = rust::module_doc_lines("How calls enter the kernel, by target.");
    root.push('\n');
    let mut known = Vec::new();
    for target in targets {
        let Some(convention) = &target.convention else { continue };
        let module = rust::module(&target.name);
        let condition = format!("target_arch = {}", rust::literal(&target.arch));
        writeln!(
            root,
            "#[cfg(all({condition}, any(target_os = \"none\", feature = \"native\")))]\nmod {module};"
        )?;
        known.push((module.clone(), condition));
        let text = entrance(target, convention, &ways)?;
        builder.file(&format!("src/arch/{module}.rs"), text, std::slice::from_ref(&target.file));
    }
    let conditions: Vec<&str> = known.iter().map(|(_, condition)| condition.as_str()).collect();
    let any = format!(
        "all(any({}), any(target_os = \"none\", feature = \"native\"))",
        conditions.join(", ")
    );
    writeln!(root, "#[cfg(not({any}))]\nmod elsewhere;\n")?;
    for (module, condition) in &known {
        writeln!(
            root,
            "#[cfg(all({condition}, any(target_os = \"none\", feature = \"native\")))]\npub(crate) use {module}::*;"
        )?;
    }
    writeln!(root, "#[cfg(not({any}))]\npub(crate) use elsewhere::*;")?;
    let sources: Vec<String> = targets.iter().map(|target| target.file.clone()).collect();
    builder.file("src/arch/mod.rs", root, &sources);
    builder.file("src/arch/elsewhere.rs", elsewhere(kernel, &ways)?, &[]);
    Ok(())
}

/// The head of the function for a way and a number of arguments.
fn head(way: Way, count: usize, words: u64) -> String {
    let arguments: String = (0..count).map(|at| format!(", a{at}: u64")).collect();
    let result = match way {
        Way::Message => format!("(u64, [u64; {words}], u64)"),
        _ => "(u64, u64)".to_owned(),
    };
    format!("pub(crate) fn {}_{count}(number: u64{arguments}) -> {result} {{", way.name())
}

fn about(way: Way) -> &'static str {
    match way {
        Way::Plain => "A call that keeps what the convention says. Returns the status and the value.",
        Way::Switching => {
            "A call that keeps the stack pointer alone, and shows nothing but the arguments. Returns the status and the value."
        }
        Way::Message => {
            "A call that keeps the stack pointer alone, and shows nothing but the arguments. Returns the status, the words of a \
             message and its page capability."
        }
    }
}

fn elsewhere(kernel: &Kernel, ways: &[(Way, usize)]) -> anyhow::Result<String> {
    let facts = format!("{}_facts", kernel.name);
    let words = words(kernel);
    let mut text = rust::module_doc_lines("Where there is no kernel to call: every call is unknown.");
    write!(
        text,
        "\nuse {facts}::Error;\n\n/// What every call returns.\nconst STATUS: u64 = Error::NoSuchCall.status();\n"
    )?;
    for (way, count) in ways {
        let underscored = head(*way, *count, words)
            .replace("(number", "(_number")
            .replace(", a", ", _a");
        let result = match way {
            Way::Message => format!("(STATUS, [0; {words}], 0)"),
            _ => "(STATUS, 0)".to_owned(),
        };
        write!(text, "\n/// {}\n#[inline]\n{underscored}\n    {result}\n}}\n", about(*way))?;
    }
    Ok(text)
}

fn words(kernel: &Kernel) -> u64 {
    kernel
        .limits
        .iter()
        .find(|limit| limit.name == "message_words")
        .map_or(4, |limit| limit.value)
}

fn entrance(target: &Target, convention: &Convention, ways: &[(Way, usize)]) -> anyhow::Result<String> {
    let line = provenance::line(&item::file_key("target", &target.name), &target.file);
    let mut text = rust::module_doc_lines(&format!("Calls on {}.\n\n{}\n\n{line}", target.name, convention.doc.trim()));
    text.push_str("\nuse core::arch::asm;\n");
    for (way, count) in ways {
        write!(text, "\n/// {}\n#[inline]\n", about(*way))?;
        text.push_str(&match &convention.passing {
            Passing::Registers { .. } => in_registers(convention, *way, *count)?,
            Passing::Block(block) => in_memory(convention, block, *way, *count)?,
        });
    }
    Ok(text)
}

/// What a register holds before and after a call.
struct Operand<'a> {
    register: &'a str,
    before: Option<String>,
    after: Option<String>,
}

impl Operand<'_> {
    fn text(&self) -> String {
        let after = self.after.as_deref().unwrap_or("_");
        let register = self.register;
        match &self.before {
            Some(before) => format!("inlateout(\"{register}\") {before} => {after},"),
            None => format!("lateout(\"{register}\") {after},"),
        }
    }
}

fn in_registers(convention: &Convention, way: Way, count: usize) -> anyhow::Result<String> {
    let Passing::Registers {
        arguments,
        status,
        value,
        message,
        page,
    } = &convention.passing
    else {
        return Ok(String::new());
    };
    let results: Vec<(&Register, String)> = match way {
        Way::Message => {
            let words = message.iter().enumerate().map(|(at, register)| (register, format!("w{at}")));
            [(status, "status".to_owned())]
                .into_iter()
                .chain(words)
                .chain([(page, "page".to_owned())])
                .collect()
        }
        _ => vec![(status, "status".to_owned()), (value, "value".to_owned())],
    };
    let before = |name: &str| match arguments.iter().take(count).position(|argument| argument.name == name) {
        Some(at) => Some(format!("a{at}")),
        None if convention.number.name == name => Some("number".to_owned()),
        None => None,
    };
    let after = |name: &str| {
        results
            .iter()
            .find(|(register, _)| register.name == name)
            .map(|(_, value)| value.clone())
    };
    let (saved, lost) = lost(convention, way);
    let mut operands: Vec<Operand<'_>> = Vec::new();
    let named = [&convention.number]
        .into_iter()
        .chain(arguments)
        .chain(results.iter().map(|(register, _)| *register));
    for name in named.map(|register| register.name.as_str()).chain(lost) {
        if operands.iter().all(|operand| operand.register != name) {
            operands.push(Operand {
                register: name,
                before: before(name),
                after: after(name),
            });
        }
    }
    let names: Vec<String> = results.iter().map(|(_, name)| format!("{name}: u64")).collect();
    let mut text = head(way, count, message.len() as u64);
    text.push('\n');
    for name in &names {
        writeln!(text, "    let {name};")?;
    }
    assembly(&mut text, convention, way, &saved, &operands)?;
    text.push_str(&match way {
        Way::Message => {
            let words: Vec<String> = (0..message.len()).map(|at| format!("w{at}")).collect();
            format!("    (status, [{}], page)\n}}\n", words.join(", "))
        }
        _ => "    (status, value)\n}\n".to_owned(),
    });
    Ok(text)
}

fn in_memory(convention: &Convention, block: &Register, way: Way, count: usize) -> anyhow::Result<String> {
    let (saved, lost) = lost(convention, way);
    let mut operands = vec![
        Operand {
            register: &convention.number.name,
            before: Some("number as u32".to_owned()),
            after: None,
        },
        Operand {
            register: &block.name,
            before: Some("block.as_mut_ptr()".to_owned()),
            after: None,
        },
    ];
    operands.extend(lost.into_iter().map(|register| Operand {
        register,
        before: None,
        after: None,
    }));
    let most = crate::model::kernel::call::MOST_ARGUMENTS;
    let arguments: Vec<String> = (0..most)
        .map(|at| if at < count { format!("a{at}") } else { "0".to_owned() })
        .collect();
    let words = most - 2;
    let mut text = head(way, count, words as u64);
    write!(text, "\n    let mut block: [u64; {most}] = [{}];\n", arguments.join(", "))?;
    assembly(&mut text, convention, way, &saved, &operands)?;
    text.push_str(&match way {
        Way::Message => {
            let places: Vec<String> = (1..=words).map(|at| format!("block[{at}]")).collect();
            format!("    (block[0], [{}], block[{}])\n}}\n", places.join(", "), most - 1)
        }
        _ => "    (block[0], block[1])\n}\n".to_owned(),
    });
    Ok(text)
}

/// The registers that the assembly has to save by itself, and the others that a call loses beside its arguments and results.
fn lost(convention: &Convention, way: Way) -> (Vec<&str>, Vec<&str>) {
    let names = |registers: &'_ [Register]| -> Vec<String> { registers.iter().map(|register| register.name.clone()).collect() };
    let clobbered = names(&convention.clobbered);
    let kept = if way == Way::Plain {
        Vec::new()
    } else {
        names(&convention.kept)
    };
    let entrance = convention.entrance;
    let is = |list: &[String], name: &str| list.iter().any(|other| other == name);
    let known = entrance.registers.iter().copied();
    let saved = known
        .clone()
        .filter(|name| is(&kept, name) && entrance.reserved.contains(name))
        .collect();
    let lost = known.filter(|name| {
        let gone = entrance.destroyed.contains(name) || is(&clobbered, name);
        gone || (is(&kept, name) && !entrance.reserved.contains(name))
    });
    (saved, lost.collect())
}

/// The block of assembly.
fn assembly(text: &mut String, convention: &Convention, way: Way, saved: &[&str], operands: &[Operand<'_>]) -> std::fmt::Result {
    let entrance = convention.entrance;
    let mut lines = vec![entrance.instruction.to_owned()];
    if way != Way::Plain {
        let given = operands.iter().filter(|operand| operand.before.is_some());
        let given: Vec<&str> = given.map(|operand| operand.register).collect();
        lines.splice(0..0, clearing::before(entrance, &given, false));
        lines.extend(clearing::behind(entrance));
    }
    match (entrance.arch, saved) {
        (_, []) => {}
        ("aarch64", [first, second]) => {
            lines.insert(0, format!("stp {first}, {second}, [sp, #-16]!"));
            lines.push(format!("ldp {first}, {second}, [sp], #16"));
        }
        ("aarch64", saved) => {
            for register in saved {
                lines.insert(0, format!("str {register}, [sp, #-16]!"));
                lines.push(format!("ldr {register}, [sp], #16"));
            }
        }
        (_, saved) => {
            for register in saved {
                lines.insert(0, format!("push {register}"));
                lines.push(format!("pop {register}"));
            }
        }
    }
    text.push_str("    // Safety: what the block takes from and leaves in each register is what the convention says, which the tests hold it\n");
    text.push_str("    // against; the kernel writes to no memory of the program but what the arguments name.\n");
    text.push_str("    unsafe {\n        asm!(\n");
    for line in lines {
        writeln!(text, "            {line:?},")?;
    }
    for operand in operands {
        writeln!(text, "            {}", operand.text())?;
    }
    let vectors = entrance.vectors.iter().map(|register| format!("lateout(\"{register}\") _"));
    text.push_str(&rust::wrapped(12, vectors));
    if saved.is_empty() {
        text.push_str("            options(nostack),\n");
    }
    text.push_str("        );\n    }\n");
    Ok(())
}
