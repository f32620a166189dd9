//! `tests/facts.rs` and `tests/decode.rs`.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::kernel::{Call, Kernel, Numbered, ParameterType, Returns, Scalar};

/// Adds the files.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let library = format!("{}_facts", kernel.name);
    let facts = include_str!("text/tests.rs").replace("exo_facts", &library);
    builder.file("tests/facts.rs", facts, &[]);
    builder.file("tests/decode.rs", decode(kernel, &library)?, &[]);
    Ok(())
}

/// What the decoder prints for each call, worked out here from the spec.
fn decode(kernel: &Kernel, library: &str) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("What a tracer prints: a line for each call, and one for each error.");
    writeln!(
        text,
        "\nuse {library}::decode;\n\n/// A number, its arguments, and what is printed.\nconst CALLS: [(u64, [u64; 6], &str); {}] = [",
        kernel.calls.len()
    )?;
    for call in &kernel.calls {
        let arguments: Vec<u64> = (0..6).map(|position| sample(call, position)).collect();
        let numbers: Vec<String> = arguments.iter().map(u64::to_string).collect();
        let shown: Vec<String> = call
            .parameters
            .iter()
            .zip(&arguments)
            .map(|(parameter, value)| format!("{}={}", parameter.name, shown(kernel, parameter.of, *value)))
            .collect();
        let line = rust::literal(&format!("{}({})", call.name, shown.join(", ")));
        writeln!(
            text,
            "    (\n        {},\n        [{}],\n        {line},\n    ),",
            call.code,
            numbers.join(", ")
        )?;
    }
    writeln!(
        text,
        "];\n\n/// A number, a status, a value, and what is printed.\nconst RESULTS: [(u64, u64, u64, &str); {}] = [",
        kernel.calls.len() + kernel.errors.len()
    )?;
    for call in &kernel.calls {
        let line = rust::literal(&result(call));
        writeln!(text, "    ({}, 0, {VALUE}, {line}),", call.code)?;
    }
    let first = kernel.calls.iter().next().map_or(0, |call| call.code);
    for error in &kernel.errors {
        let line = rust::literal(&format!("= -{} {}", error.number, error.name));
        writeln!(text, "    ({first}, 0u64.wrapping_sub({}), 0, {line}),", error.number)?;
    }
    let unknown = kernel.errors.iter().map(|error: &Numbered| error.number).max().unwrap_or(0) + 1;
    write!(
        text,
        "];\n\n#[test]\nfn calls_are_printed_with_their_arguments() {{\n    for (number, arguments, line) in CALLS {{\n        \
         assert_eq!(decode::call(number, &arguments).to_string(), line);\n    }}\n}}\n\n#[test]\nfn results_are_printed_as_what_they_are() \
         {{\n    for (number, status, value, line) in RESULTS {{\n        assert_eq!(decode::result(number, status, value).to_string(), \
         line);\n    }}\n}}\n\n#[test]\nfn what_is_unknown_is_printed_as_numbers() {{\n    let number = {library}::Syscall::HIGHEST + 1;\n    \
         let line = format!(\"call_{{number}}(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)\");\n    \
         assert_eq!(decode::call(number, &[1, 2, 3, 4, 5, 6]).to_string(), line);\n    \
         assert_eq!(decode::result(number, 0u64.wrapping_sub({unknown}), 0).to_string(), \"= -{unknown}\");\n}}\n"
    )?;
    Ok(text)
}

/// A value that every result shows in another way than an argument would.
const VALUE: u64 = 12_884_901_893;

/// An argument that shows which one it is.
fn sample(call: &Call, position: usize) -> u64 {
    let number = position as u64 + 1;
    match call.parameters.get(position).map(|parameter| parameter.of) {
        Some(ParameterType::Capability { optional: true, .. }) => 0,
        Some(ParameterType::Capability { .. }) => (number << 32) | (number + 4),
        Some(ParameterType::Scalar(Scalar::Rights)) => 1,
        Some(_) => number * 4096,
        None => 0,
    }
}

fn shown(kernel: &Kernel, of: ParameterType, value: u64) -> String {
    match of {
        ParameterType::Capability { .. } if value == 0 => "null".to_owned(),
        ParameterType::Capability { .. } => format!("{}.{}", value & 0xffff_ffff, value >> 32),
        ParameterType::Scalar(Scalar::Rights) => {
            let letter = |mask: u8, name: &str| match u64::from(mask) & value {
                0 => '-',
                _ if name == "execute" => 'x',
                _ => name.chars().next().unwrap_or('?'),
            };
            kernel.rights.iter().map(|right| letter(right.mask(), &right.name)).collect()
        }
        ParameterType::Scalar(Scalar::Word | Scalar::Address) => format!("{value:#x}"),
        ParameterType::Scalar(_) => value.to_string(),
    }
}

fn result(call: &Call) -> String {
    match call.returns {
        Returns::Unit => "= 0".to_owned(),
        Returns::Never => "= ?".to_owned(),
        Returns::Message => "= a message".to_owned(),
        Returns::Capability(_) => format!("= {}.{}", VALUE & 0xffff_ffff, VALUE >> 32),
        Returns::Scalar(Scalar::Word | Scalar::Address | Scalar::Rights | Scalar::Index) => format!("= {VALUE:#x}"),
        Returns::Scalar(_) => format!("= {VALUE}"),
    }
}
