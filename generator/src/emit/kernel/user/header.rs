//! `include/`: constants, types and inline functions for programs in C.

use std::fmt::Write;

use super::{clearing, prefix};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::rust;
use crate::model::kernel::{Call, Kernel, Parameter, ParameterType, Returns};
use crate::model::syscall_convention::{Convention, Passing};
use crate::model::target::Target;

/// Adds the file.
pub(super) fn files(kernel: &Kernel, targets: &[&Target], builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let guard = format!("{}H", prefix(kernel));
    let mut text = format!(
        "/*\n{}*/\n#ifndef {guard}\n#define {guard}\n\n#include <stdint.h>\n",
        comment(&about(kernel))
    );
    constants(kernel, &mut text)?;
    types(kernel, &mut text)?;
    for target in targets {
        if let Some(convention) = &target.convention {
            entrances(kernel, target, convention, &mut text)?;
        }
    }
    let known: Vec<String> = targets.iter().filter_map(|target| condition(target)).collect();
    writeln!(text, "\n#if {}", known.join(" || "))?;
    for call in &kernel.calls {
        text.push('\n');
        text.push_str(&function(kernel, call)?);
    }
    writeln!(text, "\n#endif\n\n#endif")?;
    let sources: Vec<String> = targets.iter().map(|target| target.file.clone()).collect();
    builder.file(&format!("include/{}.h", kernel.name), text, &sources);
    Ok(())
}

fn about(kernel: &Kernel) -> String {
    format!(
        "The system calls of the kernel {}: constants, types, and an inline function for each call. A function returns the status: zero, or \
         the negated number of an error. What else a call gives is written to the place that its last parameter points to, if the status \
         is zero. GCC and Clang know the assembly.",
        kernel.name
    )
}

/// Lines of a comment, each behind ` * `.
fn comment(text: &str) -> String {
    rust::module_doc_lines(text)
        .lines()
        .map(|line| format!(" *{}\n", line.trim_start_matches("//!")))
        .collect()
}

fn constants(kernel: &Kernel, text: &mut String) -> std::fmt::Result {
    let lead = prefix(kernel);
    let mut section = |title: &str, group: &str, rows: Vec<(&str, u64, &str, String)>| -> std::fmt::Result {
        writeln!(text, "\n/* {title} */")?;
        for (name, value, suffix, doc) in rows {
            let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(
                text,
                "#define {lead}{group}{} {value}{suffix} /* {doc} */",
                rust::constant(name)
            )?;
        }
        Ok(())
    };
    let sentence = |doc: &str| crate::model::item::sentence(doc);
    section(
        "Numbers of calls.",
        "CALL_",
        kernel
            .calls
            .iter()
            .map(|of| (of.name.as_str(), u64::from(of.code), "", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Errors. A status is zero or the negated number of one.",
        "ERROR_",
        kernel
            .errors
            .iter()
            .map(|of| (of.name.as_str(), u64::from(of.number), "", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Kinds of objects.",
        "KIND_",
        kernel
            .objects
            .iter()
            .map(|of| (of.name.as_str(), u64::from(of.code), "", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Rights.",
        "RIGHT_",
        kernel
            .rights
            .iter()
            .map(|of| (of.name.as_str(), u64::from(of.mask()), "", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Faults of programs.",
        "TRAP_",
        kernel
            .traps
            .iter()
            .map(|of| (of.name.as_str(), u64::from(of.number), "", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Amounts of gas.",
        "GAS_",
        kernel
            .gas
            .iter()
            .map(|of| (of.name.as_str(), of.value, "ull", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Sizes and limits.",
        "LIMIT_",
        kernel
            .limits
            .iter()
            .map(|of| (of.name.as_str(), of.value, "ull", sentence(&of.doc)))
            .collect(),
    )?;
    section(
        "Rows of the capabilities that the first process holds.",
        "INITIAL_",
        kernel
            .initial
            .iter()
            .map(|of| (of.name.as_str(), u64::from(of.index), "", sentence(&of.doc)))
            .collect(),
    )
}

fn types(kernel: &Kernel, text: &mut String) -> std::fmt::Result {
    let name = &kernel.name;
    let words = kernel
        .limits
        .iter()
        .find(|limit| limit.name == "message_words")
        .map_or(4, |limit| limit.value);
    write!(
        text,
        "\n/* Names a capability: the index of its row in the low half, the epoch of the row in the high half. 0 is null. */\n\
         typedef uint64_t {name}_handle;\n\n\
         /* A message that has arrived: its words, and the page capability that came with them, or null. */\n\
         struct {name}_message {{\n    uint64_t words[{words}];\n    {name}_handle page;\n}};\n\n\
         /* What a call leaves in the registers. */\n\
         struct {name}_results {{\n    int64_t status;\n    uint64_t value;\n    struct {name}_message message;\n}};\n\n\
         /* The handle of a row. */\n\
         static inline {name}_handle {name}_handle_of(uint32_t index, uint32_t epoch)\n{{\n    \
         return ((uint64_t)epoch << 32) | index;\n}}\n"
    )
}

/// What the preprocessor knows of a target; none for one that C has no name for here.
fn condition(target: &Target) -> Option<String> {
    let name = match target.arch.as_str() {
        "x86_64" => "__x86_64__",
        "aarch64" => "__aarch64__",
        "x86" => "__i386__",
        _ => return None,
    };
    Some(format!("defined({name})"))
}

/// The functions by which all calls enter the kernel: those that may switch by one that shows nothing but the arguments.
fn entrances(kernel: &Kernel, target: &Target, convention: &Convention, text: &mut String) -> std::fmt::Result {
    entrance(kernel, target, convention, false, text)?;
    entrance(kernel, target, convention, true, text)
}

fn entrance(kernel: &Kernel, target: &Target, convention: &Convention, switches: bool, text: &mut String) -> std::fmt::Result {
    let Some(condition) = condition(target) else { return Ok(()) };
    let name = &kernel.name;
    let most = crate::model::kernel::call::MOST_ARGUMENTS;
    let parameters: String = (0..most).map(|at| format!(", uint64_t a{at}")).collect();
    let (about, kind) = if switches {
        (
            "Makes a call that may switch processes, and shows the next one nothing but the arguments.",
            "switching_call",
        )
    } else {
        ("Makes a call. It keeps nothing but the stack pointer.", "call")
    };
    write!(
        text,
        "\n#if {condition}\n/* {about} */\n\
         static inline struct {name}_results {name}_{kind}(uint64_t number{parameters})\n{{\n    struct {name}_results results = {{0}};\n"
    )?;
    let entrance = convention.entrance;
    // Registers that the compiler may not let go are saved by hand.
    let saved: Vec<&str> = entrance
        .registers
        .iter()
        .copied()
        .filter(|register| entrance.reserved.contains(register))
        .collect();
    let kept = |register: &&&str| convention.kept.iter().any(|kept| kept.name == **register);
    let saved: Vec<&str> = saved.iter().filter(kept).copied().collect();
    let bound: Vec<String> = match &convention.passing {
        Passing::Registers { arguments, .. } => {
            let all = [(&convention.number, "number".to_owned())];
            let arguments = arguments
                .iter()
                .enumerate()
                .map(|(at, register)| (register, format!("a{at}")));
            let bound = all.into_iter().chain(arguments);
            for (register, value) in bound.clone() {
                writeln!(text, "    register uint64_t {0} __asm__(\"{0}\") = {value};", register.name)?;
            }
            bound.map(|(register, _)| register.name.clone()).collect()
        }
        Passing::Block(block) => {
            let values: Vec<String> = (0..most).map(|at| format!("a{at}")).collect();
            writeln!(text, "    uint64_t block[{most}] = {{{}}};", values.join(", "))?;
            writeln!(
                text,
                "    register uint32_t {0} __asm__(\"{0}\") = (uint32_t)number;",
                convention.number.name
            )?;
            writeln!(text, "    register uint64_t *{0} __asm__(\"{0}\") = block;", block.name)?;
            vec![convention.number.name.clone(), block.name.clone()]
        }
    };
    let mut lines = vec![entrance.instruction.replace('$', "$$")];
    if entrance.arch == "x86" {
        lines[0] = "int $0x80".to_owned();
    }
    if switches {
        let given: Vec<&str> = bound.iter().map(String::as_str).collect();
        lines.splice(0..0, clearing::before(entrance, &given, true));
        lines.extend(clearing::behind(entrance));
    }
    for register in &saved {
        let (push, pop) = match entrance.arch {
            "aarch64" => (format!("str {register}, [sp, #-16]!"), format!("ldr {register}, [sp], #16")),
            _ => (format!("push %%{register}"), format!("pop %%{register}")),
        };
        lines.insert(0, push);
        lines.push(pop);
    }
    // The compiler may keep values below the stack pointer, where the registers are saved.
    let red_zone = entrance.arch == "x86_64" && !saved.is_empty();
    if red_zone {
        lines.insert(0, "sub $128, %%rsp".to_owned());
        lines.push("add $128, %%rsp".to_owned());
    }
    let outputs: Vec<String> = bound.iter().map(|register| format!("\"+r\"({register})")).collect();
    let lost = entrance
        .registers
        .iter()
        .filter(|register| !bound.iter().any(|bound| bound == **register) && !saved.contains(register))
        .chain(entrance.vectors);
    let lost: Vec<String> = lost
        .map(|register| format!("\"{register}\""))
        .chain(["\"memory\"".to_owned(), "\"cc\"".to_owned()])
        .collect();
    writeln!(text, "    __asm__ volatile(")?;
    for line in &lines {
        writeln!(text, "        \"{line}\\n\\t\"")?;
    }
    writeln!(
        text,
        "        : {}\n        :\n        : {});",
        outputs.join(", "),
        lost.join(", ")
    )?;
    match &convention.passing {
        Passing::Registers {
            status,
            value,
            message,
            page,
            ..
        } => {
            writeln!(text, "    results.status = (int64_t){};", status.name)?;
            writeln!(text, "    results.value = {};", value.name)?;
            for (at, register) in message.iter().enumerate() {
                writeln!(text, "    results.message.words[{at}] = {};", register.name)?;
            }
            writeln!(text, "    results.message.page = {};", page.name)?;
        }
        Passing::Block(_) => {
            text.push_str("    results.status = (int64_t)block[0];\n    results.value = block[1];\n");
            for at in 0..most - 2 {
                writeln!(text, "    results.message.words[{at}] = block[{}];", at + 1)?;
            }
            writeln!(text, "    results.message.page = block[{}];", most - 1)?;
        }
    }
    text.push_str("    return results;\n}\n#endif\n");
    Ok(())
}

fn function(kernel: &Kernel, call: &Call) -> anyhow::Result<String> {
    let name = &kernel.name;
    let most = crate::model::kernel::call::MOST_ARGUMENTS;
    let mut parameters: Vec<String> = call.parameters.iter().map(|parameter| declared(name, parameter)).collect();
    let kind = if call.switches { "switching_call" } else { "call" };
    let (out, take) = match call.returns {
        Returns::Unit | Returns::Never => (None, ""),
        Returns::Message => (Some(format!("struct {name}_message *message")), "*message = results.message;"),
        Returns::Capability(_) => (Some(format!("{name}_handle *handle")), "*handle = results.value;"),
        Returns::Scalar(_) => (Some("uint64_t *value".to_owned()), "*value = results.value;"),
    };
    // A parameter of the call may have the name that the place would have.
    let taken = |text: &str| {
        call.parameters
            .iter()
            .any(|parameter| text.ends_with(&format!("*{}", parameter.name)))
    };
    let (out, take) = match out {
        Some(text) if taken(&text) => (
            Some(
                text.replace("*value", "*result")
                    .replace("*handle", "*result")
                    .replace("*message", "*result"),
            ),
            take.replace("*value", "*result")
                .replace("*handle", "*result")
                .replace("*message", "*result"),
        ),
        out => (out, take.to_owned()),
    };
    parameters.extend(out);
    if parameters.is_empty() {
        parameters.push("void".to_owned());
    }
    let arguments: String = (0..most)
        .map(|at| match call.parameters.get(at) {
            Some(parameter) => format!(", {}", c_name(&parameter.name)),
            None => ", 0".to_owned(),
        })
        .collect();
    let body = if take.is_empty() {
        format!(
            "    return {name}_{kind}({}CALL_{}{arguments}).status;\n",
            prefix(kernel),
            rust::constant(&call.name)
        )
    } else {
        format!(
            "    struct {name}_results results = {name}_{kind}({}CALL_{}{arguments});\n    if (results.status >= 0)\n        {take}\n    \
             return results.status;\n",
            prefix(kernel),
            rust::constant(&call.name)
        )
    };
    Ok(format!(
        "/*\n{} */\nstatic inline int64_t {name}_{}({})\n{{\n{body}}}\n",
        comment(&format!("{}\n\n{}", call.doc.trim(), entry(kernel, "syscall", &call.name))),
        call.name,
        parameters.join(", ")
    ))
}

fn declared(kernel: &str, parameter: &Parameter) -> String {
    let name = c_name(&parameter.name);
    match parameter.of {
        ParameterType::Capability { .. } => format!("{kernel}_handle {name}"),
        ParameterType::Scalar(_) => format!("uint64_t {name}"),
    }
}

/// A name of a parameter in C: a word that C keeps for itself gets an underscore behind it.
fn c_name(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
        "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static",
        "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
    ];
    if KEYWORDS.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}
