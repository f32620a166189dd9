//! System calls, their parameters and results.

use super::{Group, Kernel, Numbered, Object, Right};
use crate::arena::Id;
use crate::source::Span;

/// The most arguments of a call: what processors have registers for.
pub const MOST_ARGUMENTS: usize = 6;

/// Errors that the gate returns by itself; every kernel states them.
pub const GATE_ERRORS: &[&str] = &["bad_handle", "wrong_kind", "denied", "no_gas", "no_such_call", "bad_argument"];

/// A call: `[syscall.page_map]`.
#[derive(Debug, Clone)]
pub struct Call {
    /// `page_map`.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// Why it is as it is, where that isn't plain.
    pub reason: Option<String>,
    /// Its number.
    pub code: u32,
    /// The group that it belongs to.
    pub group: Id<Group>,
    /// At most [`MOST_ARGUMENTS`], unless the checker says so.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub returns: Returns,
    /// The errors of its handler, in order of the spec.
    pub errors: Vec<Id<Numbered>>,
    /// What it costs, in units of gas.
    pub gas: u64,
    /// What it costs beside, by an argument.
    pub gas_per: Option<GasPer>,
    /// The most instructions that it may take in the smallest case, by target.
    pub budgets: Vec<Budget>,
    /// Whether another process may run before it returns.
    pub switches: bool,
    /// The method of the kernel that does it.
    pub sem: String,
    /// The version of the interface that it came with.
    pub since: u32,
    /// The entry.
    pub span: Span,
}

/// A parameter: `page: cap<page>`.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// `page`.
    pub name: String,
    /// What it is.
    pub of: ParameterType,
    /// What its capability must allow; empty for parameters that are none.
    pub needs: Needs,
    /// The text in the list.
    pub span: Span,
}

/// What the capability of a parameter must allow.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// These rights in any case.
    pub rights: Vec<Id<Right>>,
    /// And the rights that another argument, given by its position, names.
    pub argument: Option<usize>,
}

impl Needs {
    /// Whether it must allow nothing.
    pub fn is_empty(&self) -> bool {
        self.rights.is_empty() && self.argument.is_none()
    }
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// A handle: `cap<page>`, `cap`, `cap<page>?`.
    Capability {
        /// The kind that it must have; none for any.
        object: Option<Id<Object>>,
        /// Whether null is allowed.
        optional: bool,
    },
    /// A number.
    Scalar(Scalar),
}

/// What a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// 64 bits without a meaning for the kernel, or a value of halt.
    Word,
    /// How many.
    Count,
    /// Which one, from 0.
    Index,
    /// An address of the user.
    Address,
    /// Bytes.
    Length,
    /// A set of rights.
    Rights,
    /// Ticks of the clock.
    Ticks,
    /// An amount of gas.
    Gas,
}

/// The words for numbers.
pub const SCALARS: &[(&str, Scalar)] = &[
    ("word", Scalar::Word),
    ("count", Scalar::Count),
    ("index", Scalar::Index),
    ("address", Scalar::Address),
    ("length", Scalar::Length),
    ("rights", Scalar::Rights),
    ("ticks", Scalar::Ticks),
    ("gas", Scalar::Gas),
];

impl Scalar {
    /// Its word.
    pub fn name(self) -> &'static str {
        SCALARS
            .iter()
            .find(|(_, scalar)| *scalar == self)
            .map_or("word", |(name, _)| name)
    }
}

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// A status alone: `unit`.
    Unit,
    /// It doesn't return: `never`.
    Never,
    /// Words and a page capability in registers of their own: `message`.
    Message,
    /// A handle: `cap<page>`, `cap`.
    Capability(Option<Id<Object>>),
    /// A number.
    Scalar(Scalar),
}

/// What a call costs by an argument: one unit for every `units` of it that are begun.
#[derive(Debug, Clone, Copy)]
pub struct GasPer {
    /// The position of the parameter.
    pub parameter: usize,
    /// At least 1.
    pub units: u64,
}

/// The most of something on a target.
#[derive(Debug, Clone)]
pub struct Budget {
    /// The name of the target.
    pub target: String,
    /// The most.
    pub most: u64,
    /// Where the number stands.
    pub span: Span,
}

impl Kernel {
    /// A type of a parameter as specs write it: `cap<page>?`.
    pub fn type_name(&self, of: ParameterType) -> String {
        match of {
            ParameterType::Capability { object, optional } => {
                let mark = if optional { "?" } else { "" };
                self.capability_name(object) + mark
            }
            ParameterType::Scalar(scalar) => scalar.name().to_owned(),
        }
    }

    /// What a call gives, as specs write it: `cap<page>`, `unit`.
    pub fn returns_name(&self, returns: Returns) -> String {
        match returns {
            Returns::Unit => "unit".to_owned(),
            Returns::Never => "never".to_owned(),
            Returns::Message => "message".to_owned(),
            Returns::Capability(object) => self.capability_name(object),
            Returns::Scalar(scalar) => scalar.name().to_owned(),
        }
    }

    fn capability_name(&self, object: Option<Id<Object>>) -> String {
        object.map_or("cap".to_owned(), |object| format!("cap<{}>", self.objects[object].name))
    }

    /// What a parameter needs, as specs write it: `grant, permissions`.
    pub fn needs_names(&self, call: &Call, needs: &Needs) -> Vec<String> {
        let rights = needs.rights.iter().map(|right| self.rights[*right].name.clone());
        let argument = needs.argument.and_then(|at| call.parameters.get(at));
        rights.chain(argument.map(|parameter| parameter.name.clone())).collect()
    }

    /// The errors that a call can return: those of the checks before its handler, then those of the handler.
    pub fn all_errors(&self, call: &Call) -> Vec<Id<Numbered>> {
        let of = |parameter: &Parameter| match parameter.of {
            ParameterType::Capability { object, .. } => Some(object.is_some()),
            ParameterType::Scalar(_) => None,
        };
        let capabilities: Vec<bool> = call.parameters.iter().filter_map(of).collect();
        let takes_rights = |parameter: &Parameter| parameter.of == ParameterType::Scalar(Scalar::Rights);
        let gate = [
            ("bad_handle", !capabilities.is_empty()),
            ("wrong_kind", capabilities.contains(&true)),
            ("denied", call.parameters.iter().any(|parameter| !parameter.needs.is_empty())),
            ("bad_argument", call.parameters.iter().any(takes_rights)),
            ("no_gas", call.gas > 0 || call.gas_per.is_some()),
        ];
        let mut errors: Vec<Id<Numbered>> = Vec::new();
        let named = gate.iter().filter(|(_, can)| *can).filter_map(|(name, _)| self.error(name));
        for error in named.chain(call.errors.iter().copied()) {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
        errors
    }
}
