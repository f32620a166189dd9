//! What of a module can be called from C, and what can't and why.

use super::form::{self, Form};
use super::names;
use crate::arena::Id;
use crate::emit::module::rust_types;
use crate::model::module::{CInterface, Function, Module, Type, TypeKind, TypeReference};
use crate::model::package::Package;

/// The C interface of a module.
pub struct Interface<'a> {
    /// The package.
    pub package: &'a Package,
    /// The module.
    pub module: &'a Module,
    /// How it is named.
    pub c: &'a CInterface,
    /// The forms that need a definition, what others are made of first.
    pub parts: Vec<Form>,
    /// The functions that have a form.
    pub shims: Vec<Shim<'a>>,
    /// The functions that have none, and why.
    pub refused: Vec<(&'a Function, String)>,
    /// Why the module can't be opened from C.
    pub closed: Option<String>,
}

/// A function with a form in C.
pub struct Shim<'a> {
    /// The function.
    pub function: &'a Function,
    /// Its name: `abi_cache_get`.
    pub name: String,
    /// What it takes, without the handle.
    pub inputs: Vec<Input<'a>>,
    /// What it gives.
    pub output: Option<Form>,
}

/// A parameter with a form in C.
pub struct Input<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub kind: &'a TypeReference,
    /// Its form.
    pub form: Form,
}

/// The functions of every module beside its own.
pub const COMMON: &[&str] = &[
    "config_default",
    "open",
    "open_on",
    "close",
    "free",
    "is_open",
    "is_enabled",
    "backend",
    "backend_name",
];

impl<'a> Interface<'a> {
    /// The interface of a module; none if its spec has no `[c]`.
    pub fn of(package: &'a Package, module: &'a Module) -> Option<Self> {
        let mut interface = Interface {
            package,
            module,
            c: module.c.as_ref()?,
            parts: Vec::new(),
            shims: Vec::new(),
            refused: Vec::new(),
            closed: None,
        };
        let config = interface.form(&TypeReference::Named(module.config));
        match config.and_then(|form| interface.readable(&form).map(|()| form)) {
            Ok(form) => interface.define(&form),
            Err(reason) => interface.closed = Some(reason),
        }
        for function in &module.functions {
            match interface.shim(function) {
                Ok(shim) => {
                    for form in shim.inputs.iter().map(|input| &input.form).chain(&shim.output) {
                        interface.define(form);
                    }
                    interface.shims.push(shim);
                }
                Err(reason) => interface.refused.push((function, reason)),
            }
        }
        Some(interface)
    }

    fn shim(&self, function: &'a Function) -> Result<Shim<'a>, String> {
        if COMMON.contains(&function.name.as_str()) {
            return Err("every module has a function of this name in C".to_owned());
        }
        if let Some(reason) = self.closed.as_ref().filter(|_| function.is_method) {
            return Err(format!("the module can't be opened from C: {reason}"));
        }
        let mut inputs = Vec::new();
        for parameter in &function.parameters {
            let form = self.form(&parameter.kind)?;
            self.readable(&form)?;
            inputs.push(Input {
                name: &parameter.name,
                kind: form::resolved(self.module, &parameter.kind),
                form,
            });
        }
        let output = function.returns.as_ref().map(|returns| self.form(returns)).transpose()?;
        Ok(Shim {
            function,
            name: format!("{}_{}", self.c.prefix, function.name),
            inputs,
            output,
        })
    }

    fn form(&self, reference: &TypeReference) -> Result<Form, String> {
        form::of(self.package, self.module, reference)
    }

    /// Whether the Rust value can be made from the form: a struct that may grow is made from its default.
    fn readable(&self, form: &Form) -> Result<(), String> {
        for part in form.parts(self.package, self.module) {
            if let Form::Struct(id) = part {
                let of = &self.module.types[id];
                if of.non_exhaustive && !has_default(self.module, id) {
                    return Err(format!("`{}` may grow and has no default, so that none can be made", of.name));
                }
            }
        }
        Ok(())
    }

    fn define(&mut self, form: &Form) {
        for part in form.parts(self.package, self.module) {
            let is_defined = matches!(
                part,
                Form::Enum(_) | Form::State(_) | Form::Opaque(_) | Form::Struct(_) | Form::Optional(_) | Form::List(_)
            );
            // An `Option` that a function takes or gives is a flag beside a value.
            let is_flag = matches!(part, Form::Optional(_)) && part == *form;
            if is_defined && !is_flag && !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
    }

    /// The forms that can be given out by themselves and own memory: each has a function that frees it.
    pub fn freed(&self) -> Vec<Form> {
        let outputs = self.shims.iter().filter_map(|shim| shim.output.as_ref());
        let mut freed: Vec<Form> = Vec::new();
        for output in outputs {
            let form = match output {
                Form::Optional(inner) => inner,
                other => other,
            };
            let is_shared = matches!(form, Form::Text | Form::Bytes);
            if !is_shared && form.owns(self.package, self.module) && !freed.contains(form) {
                freed.push(form.clone());
            }
        }
        freed
    }

    /// The C type of a form.
    pub fn type_of(&self, form: &Form) -> String {
        names::type_of(self.package, self.c, self.module, form)
    }

    /// The fields of a struct with their forms.
    pub fn fields(&self, id: Id<Type>) -> Vec<(&'a str, Form)> {
        form::fields(self.package, self.module, id)
    }

    /// The C type of the handle: `abi_cache_t`.
    pub fn handle(&self) -> String {
        format!("{}_t", self.c.prefix)
    }

    /// The file name of the header: `abi_cache.h`.
    pub fn header(&self) -> String {
        format!("{}.h", self.c.prefix)
    }

    /// The module in the emitted crate: `cache`.
    pub fn rust_module(&self) -> String {
        rust_types::module_name(self.module)
    }
}

/// Whether a struct has a default: it says so, or each of its fields has one.
pub fn has_default(module: &Module, id: Id<Type>) -> bool {
    let of = &module.types[id];
    let all = |fields: &[crate::model::module::Field]| !fields.is_empty() && fields.iter().all(|field| field.default.is_some());
    of.derives.iter().any(|name| name == "Default") || matches!(&of.kind, TypeKind::Struct(fields) if all(fields))
}

/// A parameter of a function in C and in the emitted Rust.
pub struct Declared {
    /// Its name in C and in Rust.
    pub name: String,
    /// Its type in C, as it stands before the name: `const uint8_t *`.
    pub c: String,
    /// Its type in Rust: `*const u8`.
    pub rust: String,
}

impl Declared {
    fn new(name: impl Into<String>, c: impl Into<String>, rust: impl Into<String>) -> Self {
        Declared {
            name: names::variable(&name.into()),
            c: c.into(),
            rust: rust.into(),
        }
    }

    /// As a parameter of a prototype: `const uint8_t *key`.
    pub fn c_text(&self) -> String {
        match self.c.ends_with('*') {
            true => format!("{}{}", self.c, self.name),
            false => format!("{} {}", self.c, self.name),
        }
    }
}

impl Interface<'_> {
    /// What is passed for an input.
    pub fn declared(&self, input: &Input<'_>) -> Vec<Declared> {
        self.declared_form(input.name, &input.form)
    }

    fn declared_form(&self, name: &str, form: &Form) -> Vec<Declared> {
        let c = self.type_of(form);
        let rust = names::rust_type(self.module, form);
        let len = |name: &str| Declared::new(format!("{name}_len"), "size_t", "usize");
        match form {
            Form::Text => vec![Declared::new(name, "const char *", "*const u8"), len(name)],
            Form::Bytes => vec![Declared::new(name, "const uint8_t *", "*const u8"), len(name)],
            Form::Struct(_) => vec![Declared::new(name, format!("const {c} *"), format!("*const {rust}"))],
            Form::List(inner) => {
                let (c, rust) = (self.type_of(inner), names::rust_type(self.module, inner));
                vec![
                    Declared::new(name, format!("const {c} *"), format!("*const {rust}")),
                    len(name),
                ]
            }
            Form::Optional(inner) => {
                let mut declared = Vec::new();
                // A struct is absent if its pointer is null.
                if !matches!(**inner, Form::Struct(_)) {
                    declared.push(Declared::new(format!("has_{name}"), "uint8_t", "u8"));
                }
                declared.extend(self.declared_form(name, inner));
                declared
            }
            _ => vec![Declared::new(name, c, rust)],
        }
    }

    /// The places that an output goes to.
    pub fn places(&self, output: &Form) -> Vec<Declared> {
        let place = |form: &Form| {
            let rust = format!("*mut {}", names::rust_type(self.module, form));
            Declared::new("out", format!("{} *", self.type_of(form)), rust)
        };
        match output {
            Form::Optional(inner) => vec![Declared::new("found", "uint8_t *", "*mut u8"), place(inner)],
            form => vec![place(form)],
        }
    }

    /// Everything that a shim is passed, the handle first.
    pub fn parameters(&self, shim: &Shim<'_>) -> Vec<Declared> {
        let handle = Declared::new("handle", format!("const {} *", self.handle()), "*const Handle");
        let mut all: Vec<Declared> = shim.function.is_method.then_some(handle).into_iter().collect();
        all.extend(shim.inputs.iter().flat_map(|input| self.declared(input)));
        all.extend(shim.output.iter().flat_map(|output| self.places(output)));
        all
    }
}
