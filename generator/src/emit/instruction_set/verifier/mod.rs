//! Emits `src/verify/` of the facts crate, the typed verifier, and `src/blocks.rs`, which charges fuel where the verifier sees control go.
//!
//! The machinery (stacks, worklist, errors) is text under `../templates/`; what depends on the set is emitted here: the lattice, the
//! lists that operands and records refer to, where control goes, and one transfer function for each op.
//!
//! Conventions that the verifier reads out of a set:
//!
//! - The functions of a module are the list of `module` whose record has a field of shape `code`. Its fields `params`, `rest`, `result`,
//!   `locals` and `captures` are what the type functions read; each may be absent.
//! - An op with the effect `handlers` and label operands named `catch` and `finally` installs a handler; one with the effect and
//!   without labels removes the innermost.
//! - An op can raise an exception if it has a trap that is catchable, or one of the effects `call` and `throw`, or may be suspended.
//! - The exception that a handler finds on the stack has the type of what an op with `control = "throw"` takes.
//! - A `return` without inputs returns null, the bottom of the lattice.

mod declarations;
mod environment;
mod flow;
mod lattice;
mod lookup;
mod operands;
mod reading;
mod tests;
mod transfer;

use proc_macro2::TokenStream;
use serde::Serialize;

pub use self::reading::{Reading, TypeList};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};
use crate::model::instruction_set::InstructionSet;

const ROOT: &str = include_str!("../templates/verify_mod.rs.hbs");
const ERROR: &str = include_str!("../templates/verify_error.rs");
const CLASSES: &str = include_str!("../templates/verify_classes.rs.hbs");
const STACKS: &str = include_str!("../templates/verify_stacks.rs");
const STEP: &str = include_str!("../templates/verify_step.rs");
const FUNCTION: &str = include_str!("../templates/verify_function.rs");
const BLOCKS: &str = include_str!("../templates/blocks.rs");

/// Adds the files under `src/verify/`, `src/blocks.rs`, and their tests.
///
/// # Errors
///
/// On a fault of the generator itself, or when the set has what no verifier can be emitted for: the error says what.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let reading = Reading::of(set)?;
    anyhow::ensure!(
        reading.class.is_none() || builder.has("src/layout.rs"),
        "a type of `{}` has a class as its parameter, but the record of classes lacks a name, a parent, fields or methods",
        set.name
    );
    let root = Root::of(&reading);
    let all = &sources::of(set, sources::ALL);
    if reading.class.is_some() {
        builder.file(
            "src/verify/classes.rs",
            template::render("verify/classes.rs", CLASSES, &root)?,
            all,
        );
    }
    builder.file("src/verify/mod.rs", template::render("verify/mod.rs", ROOT, &root)?, all);
    builder.file("src/verify/error.rs", ERROR.to_owned(), &[]);
    builder.file("src/verify/stacks.rs", STACKS.to_owned(), &[]);
    builder.file("src/verify/step.rs", STEP.to_owned(), &[]);
    builder.file("src/verify/function.rs", FUNCTION.to_owned(), &[]);
    builder.file("src/blocks.rs", BLOCKS.to_owned(), &[]);
    builder.file("src/verify/lattice.rs", lattice::file(&reading)?, all);
    let mut emitted = |name: &str, tokens: TokenStream| -> anyhow::Result<()> {
        builder.file(&format!("src/verify/{name}.rs"), rust::format(tokens)?, all);
        Ok(())
    };
    emitted("environment", environment::file(&reading)?)?;
    emitted("lookup", lookup::file(&reading)?)?;
    emitted("declarations", declarations::file(&reading)?)?;
    emitted("operands", operands::file(&reading))?;
    emitted("flow", flow::file(&reading)?)?;
    for (name, tokens, sources) in transfer::files(&reading)? {
        builder.file(&format!("src/verify/transfer/{name}.rs"), rust::format(tokens)?, &sources);
    }
    tests::files(&reading, builder)
}

/// What the text templates need to know.
#[derive(Serialize)]
struct Root {
    set: String,
    crate_name: String,
    function_id: String,
    own_function_id: bool,
    renamed: bool,
    functions: String,
    code: String,
    types_field: String,
    has_name: bool,
    /// The field of `module` that lists classes; empty where there are none.
    classes: String,
    class_id: String,
    object: String,
    object_class: String,
}

impl Root {
    fn of(reading: &Reading<'_>) -> Root {
        let (object, object_class) = reading.object().unwrap_or_default();
        Root {
            set: reading.set.name.clone(),
            crate_name: reading.set.library("facts"),
            function_id: reading.function_id(),
            own_function_id: reading.function_kind.is_none(),
            renamed: reading.function_id() != "FunctionId",
            types_field: reading.types_field.clone(),
            functions: reading.functions.clone(),
            code: reading.code.clone(),
            has_name: reading.function_record.fields.iter().any(|field| field.name == "name"),
            classes: reading.class.as_ref().map_or_else(String::new, |class| class.field.clone()),
            class_id: reading.class.as_ref().map_or_else(String::new, |class| class.id.to_string()),
            object,
            object_class,
        }
    }
}
