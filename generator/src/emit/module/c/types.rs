//! The types of a module in the emitted Rust: the same layout as in the header, and the ways in and out.

use std::fmt::Write;

use super::form::Form;
use super::interface::{self, Interface};
use super::names;
use crate::arena::Id;
use crate::emit::module::rust_types;
use crate::emit::{provenance, rust};
use crate::model::item;
use crate::model::module::{StateMachine, Type, TypeKind};

/// `src/<module>/types.rs`.
pub fn file(interface: &Interface<'_>) -> Result<String, std::fmt::Error> {
    let mut out = rust::module_doc_lines(&format!(
        "The types of `{}` as C has them, with the ways in and out.",
        interface.module.name
    ));
    let uses = |of: fn(&Form) -> bool| interface.parts.iter().any(of);
    let mut names: Vec<String> = vec!["FromC".to_owned(), "IntoC".to_owned()];
    let structs: Vec<Id<Type>> = interface
        .parts
        .iter()
        .filter_map(|part| match part {
            Form::Struct(id) => Some(*id),
            _ => None,
        })
        .collect();
    let fields: Vec<Form> = structs
        .iter()
        .flat_map(|id| interface.fields(*id).into_iter().map(|(_, form)| form))
        .collect();
    let nested = |of: fn(&Form) -> bool| {
        fields
            .iter()
            .flat_map(|form| form.parts(interface.package, interface.module))
            .any(|part| of(&part))
    };
    for (name, is_used) in [
        ("Plain", !structs.is_empty()),
        ("Buffer", nested(|part| matches!(part, Form::Text | Form::Bytes))),
        ("List", nested(|part| matches!(part, Form::List(_)))),
        ("Optional", nested(|part| matches!(part, Form::Optional(_)))),
    ] {
        if is_used {
            names.push(name.to_owned());
        }
    }
    if !uses(|part| matches!(part, Form::Enum(_) | Form::State(_) | Form::Opaque(_) | Form::Struct(_))) {
        return Ok(out);
    }
    out.push('\n');
    write!(
        out,
        "use {}::{} as surface;\n\nuse crate::failure::Failure;\n{}",
        rust_types::facts_crate(interface.package),
        interface.rust_module(),
        rust::use_names("crate::value", &names)
    )?;
    for part in &interface.parts {
        match part {
            Form::Enum(id) => enumeration(&mut out, interface, *id)?,
            Form::State(id) => states(&mut out, interface, *id)?,
            Form::Opaque(id) => opaque(&mut out, interface, *id)?,
            Form::Struct(id) => structure(&mut out, interface, *id)?,
            _ => {}
        }
    }
    Ok(out)
}

fn enumeration(out: &mut String, interface: &Interface<'_>, id: Id<Type>) -> std::fmt::Result {
    let of = &interface.module.types[id];
    let TypeKind::Enum { variants, .. } = &of.kind else {
        return Ok(());
    };
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    let c = names::named(interface.c, interface.module, id);
    numbered(out, &format!("surface::{}", of.name), &names, of.non_exhaustive, &c)
}

fn states(out: &mut String, interface: &Interface<'_>, id: Id<StateMachine>) -> std::fmt::Result {
    let machine = &interface.module.state_machines[id];
    let names: Vec<&str> = machine.states.iter().map(String::as_str).collect();
    let name = format!(
        "surface::{}::{}",
        rust::module(&machine.name),
        rust_types::state_type(machine)
    );
    numbered(out, &name, &names, false, &names::state(interface.c, interface.module, id))
}

/// The ways in and out of an enum: its variants by their positions.
fn numbered(out: &mut String, name: &str, variants: &[&str], may_grow: bool, c: &str) -> std::fmt::Result {
    write!(
        out,
        "\nimpl IntoC for {name} {{\n    type C = i32;\n\n    fn into_c(self) -> i32 {{\n        match self {{\n"
    )?;
    for (number, variant) in variants.iter().enumerate() {
        writeln!(out, "            {name}::{variant} => {number},")?;
    }
    if may_grow {
        out.push_str("            _ => -1,\n");
    }
    write!(
        out,
        "        }}\n    }}\n}}\n\nimpl FromC for {name} {{\n    type C = i32;\n\n    unsafe fn from_c(form: &i32) -> Result<Self, Failure> \
         {{\n        match *form {{\n"
    )?;
    for (number, variant) in variants.iter().enumerate() {
        writeln!(out, "            {number} => Ok({name}::{variant}),")?;
    }
    writeln!(
        out,
        "            other => Err(Failure::no_variant({c:?}, other)),\n        }}\n    }}\n}}"
    )
}

fn opaque(out: &mut String, interface: &Interface<'_>, id: Id<Type>) -> std::fmt::Result {
    let name = &interface.module.types[id].name;
    writeln!(
        out,
        "\nimpl IntoC for surface::{name} {{\n    type C = u64;\n\n    fn into_c(self) -> u64 {{\n        self.into_raw()\n    }}\n}}\n\n\
         impl FromC for surface::{name} {{\n    type C = u64;\n\n    unsafe fn from_c(form: &u64) -> Result<Self, Failure> {{\n        \
         Ok(surface::{name}::from_raw(*form))\n    }}\n}}"
    )
}

fn structure(out: &mut String, interface: &Interface<'_>, id: Id<Type>) -> std::fmt::Result {
    let of = &interface.module.types[id];
    let TypeKind::Struct(documented) = &of.kind else {
        return Ok(());
    };
    let name = &of.name;
    let fields = interface.fields(id);
    let origin = provenance::line(&item::key("type", name), &interface.module.file);
    write!(
        out,
        "\n{}#[repr(C)]\n#[derive(Debug, Clone, Copy)]\npub struct {name} {{\n",
        rust::doc_lines(0, &format!("{}\n\n{origin}", of.doc.trim()))
    )?;
    for (field, (field_name, form)) in documented.iter().zip(&fields) {
        out.push_str(&rust::doc_lines(4, field.doc.trim()));
        writeln!(
            out,
            "    pub {}: {},",
            rust::name(field_name),
            names::rust_type(interface.module, form)
        )?;
    }
    if fields.is_empty() {
        out.push_str("    /// C has no struct without fields.\n    pub nothing: u8,\n");
    }
    out.push_str("}\n");
    let each =
        |line: &dyn Fn(&str) -> String| -> String { documented.iter().map(|field| line(&rust::name(&field.name))).collect() };
    let nothing = |text: &'static str| if fields.is_empty() { text } else { "" };
    write!(
        out,
        "\nimpl Plain for {name} {{\n    fn zero() -> Self {{\n        {name} {{\n{}{}        }}\n    }}\n\n    unsafe fn release(self) {{",
        each(&|field| format!("            {field}: Plain::zero(),\n")),
        nothing("            nothing: 0,\n"),
    )?;
    let owning: Vec<String> = fields
        .iter()
        .filter(|(_, form)| form.owns(interface.package, interface.module))
        .map(|(field, _)| rust::name(field))
        .collect();
    if !owning.is_empty() {
        out.push('\n');
    }
    for field in &owning {
        write!(
            out,
            "        // SAFETY: it went out with the struct, and is freed only with it.\n        unsafe {{ self.{field}.release() }};\n"
        )?;
    }
    let end = if owning.is_empty() { "}" } else { "    }" };
    write!(
        out,
        "{end}\n}}\n\nimpl IntoC for surface::{name} {{\n    type C = {name};\n\n    fn into_c(self) -> {name} {{\n        {name} {{\n{}{}        \
         }}\n    }}\n}}\n",
        each(&|field| format!("            {field}: self.{field}.into_c(),\n")),
        nothing("            nothing: 0,\n"),
    )?;
    let is_readable = !of.non_exhaustive || interface::has_default(interface.module, id);
    if !is_readable {
        return Ok(());
    }
    let form = if fields.is_empty() { "_form" } else { "form" };
    write!(
        out,
        "\nimpl FromC for surface::{name} {{\n    type C = {name};\n\n    unsafe fn from_c({form}: &{name}) -> Result<Self, Failure> {{\n"
    )?;
    if !fields.is_empty() {
        out.push_str("        // SAFETY: the contract of this function holds for each field.\n");
    }
    if of.non_exhaustive {
        // The struct may grow: whatever C doesn't know of keeps its default.
        let mutable = if fields.is_empty() { "" } else { "mut " };
        writeln!(out, "        let {mutable}value = surface::{name}::default();")?;
        if !fields.is_empty() {
            out.push_str("        unsafe {\n");
            out.push_str(&each(&|field| {
                format!("            value.{field} = FromC::from_c(&form.{field})?;\n")
            }));
            out.push_str("        }\n");
        }
        out.push_str("        Ok(value)\n    }\n}\n");
    } else if fields.is_empty() {
        write!(out, "        Ok(surface::{name} {{}})\n    }}\n}}\n")?;
    } else {
        write!(
            out,
            "        unsafe {{\n            Ok(surface::{name} {{\n{}            }})\n        }}\n    }}\n}}\n",
            each(&|field| format!("                {field}: FromC::from_c(&form.{field})?,\n"))
        )?;
    }
    Ok(())
}
