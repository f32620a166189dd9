//! Looks up fields, methods and constructors of classes, inherited ones included.

use raya_facts::{ClassId, FunctionId, MethodId, TypeId};

use crate::context::Context;

/// The types of all fields of a class, inherited ones first. A class that does not exist trips and has none.
pub fn field_types(context: &Context, class: ClassId) -> Vec<TypeId> {
    match context.layouts.get(class) {
        Some(layout) => layout.fields.iter().map(|field| field.of).collect(),
        None => {
            context.bad_index("class", class.0, context.module.classes.len());
            Vec::new()
        }
    }
}

/// The names of all fields of a class, inherited ones first.
pub fn field_names(context: &Context, class: ClassId) -> Vec<String> {
    context
        .layouts
        .get(class)
        .map(|layout| {
            layout
                .fields
                .iter()
                .map(|field| field.name(&context.module).to_owned())
                .collect()
        })
        .unwrap_or_default()
}

/// How many methods a class has, inherited ones included.
pub fn method_count(context: &Context, class: ClassId) -> usize {
    context.layouts.get(class).map_or(0, |layout| layout.methods.len())
}

/// The function in a slot of a class's vtable.
pub fn method(context: &Context, class: ClassId, slot: MethodId) -> Option<FunctionId> {
    context
        .layouts
        .get(class)?
        .methods
        .get(slot.index())
        .map(|method| method.function)
}

/// The constructor that a class declares or inherits from the nearest ancestor that declares one.
pub fn constructor(context: &Context, class: ClassId) -> Option<FunctionId> {
    let classes = &context.module.classes;
    let mut current = Some(class);
    // No chain of parents is longer than there are classes; layouts refuse cycles before this.
    for _ in 0..=classes.len() {
        let declared = classes.get(current?.index())?;
        if declared.constructor.is_some() {
            return declared.constructor;
        }
        current = declared.parent;
    }
    None
}
