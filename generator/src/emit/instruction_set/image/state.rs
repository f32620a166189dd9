//! `src/state.rs`: registers and memory.

use std::fmt::Write;

use super::provenance_of;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::Register;

/// Adds the file.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines("The state of the machine: registers and memory.");
    text.push_str("\nuse alloc::format;\nuse alloc::string::String;\n\nuse crate::memory::{ImageError, Memory};\nuse crate::{Address, ORIGIN};\n\n");
    text.push_str("/// Everything that a program can change in the machine itself.\n#[derive(Debug, Clone, PartialEq, Eq)]\npub struct State {\n");
    for register in &set.registers {
        let docs = format!(
            "{}\n\n{}",
            register.doc.trim(),
            provenance_of(set, "register", &register.name)
        );
        text.push_str(&rust::doc_lines(4, &docs));
        writeln!(text, "    pub {}: {},", rust::name(&register.name), field_type(register))?;
    }
    text.push_str("    /// Memory.\n    pub memory: Memory,\n}\n\nimpl State {\n    /// A machine that was just started: every register is 0 but the counter, which is at the origin.\n");
    text.push_str("    pub fn new() -> State {\n        State {\n");
    for (id, register) in set.registers.iter_with_ids() {
        let value = match register.count {
            _ if id == set.image.counter => "ORIGIN as Address".to_owned(),
            Some(count) => format!("[0; {count}]"),
            None => "0".to_owned(),
        };
        writeln!(text, "            {}: {value},", rust::name(&register.name))?;
    }
    text.push_str(
        "            memory: Memory::new(),\n        }\n    }\n\n    /// The same with a program in memory.\n    ///\n    /// # Errors\n    ///\n    /// \
         When the program is longer than the memory behind the origin.\n    pub fn with_image(image: &[u8]) -> Result<State, ImageError> {\n        \
         let mut state = State::new();\n        state.memory.load(image)?;\n        Ok(state)\n    }\n}\n\nimpl Default for State {\n    \
         fn default() -> State {\n        State::new()\n    }\n}\n\n",
    );
    text.push_str(include_str!("text/register_methods.rs"));
    text.push_str("\n/// Every register and bank, in the order of the spec.\npub static REGISTERS: &[RegisterInfo] = &[\n");
    for register in &set.registers {
        let count = register.count.map_or("None".to_owned(), |count| format!("Some({count})"));
        writeln!(
            text,
            "    RegisterInfo {{ name: {:?}, count: {count}, hexadecimal: {} }},",
            register.name, register.hexadecimal
        )?;
    }
    text.push_str("];\n");
    builder.file("src/state.rs", text, &set.files);
    Ok(())
}

fn field_type(register: &Register) -> String {
    match register.count {
        Some(count) => format!("[{}; {count}]", register.scalar.name()),
        None => register.scalar.name().to_owned(),
    }
}
