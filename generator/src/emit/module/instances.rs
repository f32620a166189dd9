//! The instances of laws: one for each backend, and for each variant of the enum that the law is about.

use std::collections::BTreeMap;

use crate::model::module::{Backend, CapabilityValue, Law, Level, Module, Need, Support, TypeKind};
use crate::model::package::Package;

/// A law on a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The enum and its variant, where the law is about one: `EvictionPolicy`, `Lru`.
    pub variant: Option<(String, String)>,
    /// What the backend lacks for the law to hold; none where the law is run: `needs ttl exactly; quick says none`.
    pub missing: Option<String>,
}

/// The instances of a law on a backend. A law that needs a capability with a value for each variant of an enum has one for each of these.
pub fn of(package: &Package, module: &Module, backend: &Backend, law: &Law) -> Vec<Instance> {
    let instance = |variant: Option<(&str, &str)>| Instance {
        variant: variant.map(|(of, variant)| (of.to_owned(), variant.to_owned())),
        missing: missing(package, backend, &law.needs, variant),
    };
    match per(package, law) {
        None => vec![instance(None)],
        Some(of) => variants(module, of).map(|variant| instance(Some((of, variant)))).collect(),
    }
}

/// The enum that a law is about.
pub fn per<'a>(package: &'a Package, law: &Law) -> Option<&'a str> {
    law.needs
        .iter()
        .find_map(|need| package.capabilities[need.capability].per.as_deref())
}

fn variants<'a>(module: &'a Module, of: &'a str) -> impl Iterator<Item = &'a str> {
    let found = module.types.iter().find(|entry| entry.name == of);
    let variants = match found.map(|entry| &entry.kind) {
        Some(TypeKind::Enum { variants, .. }) => variants.as_slice(),
        _ => &[],
    };
    variants.iter().map(|variant| variant.name.as_str())
}

/// What a backend lacks of what is needed.
fn missing(package: &Package, backend: &Backend, needs: &[Need], variant: Option<(&str, &str)>) -> Option<String> {
    let lacking = needs.iter().filter_map(|need| {
        let capability = &package.capabilities[need.capability];
        let of_variant = match (&capability.per, variant) {
            (Some(per), Some((of, variant))) if per == of => Some(variant.to_owned()),
            _ => None,
        };
        let name = match &of_variant {
            Some(variant) => format!("{}.{variant}", capability.name),
            None => capability.name.clone(),
        };
        let support = backend.support(&CapabilityValue {
            capability: need.capability,
            variant: of_variant,
        });
        let how = match need.level {
            Level::Exact => "exactly",
            Level::Approximate => "approximately",
            Level::Any => "at all",
        };
        (!meets(support, need.level)).then(|| format!("needs {name} {how}; {} says {}", backend.name, word(support)))
    });
    let lacking: Vec<String> = lacking.collect();
    (!lacking.is_empty()).then(|| lacking.join(", and "))
}

/// Whether a backend does something well enough.
pub fn meets(support: &Support, level: Level) -> bool {
    match level {
        Level::Exact => matches!(support, Support::Exact | Support::Number(_)),
        Level::Approximate => matches!(support, Support::Approximate(_)),
        Level::Any => !matches!(support, Support::None),
    }
}

/// How well a backend does something, as specs say it.
pub fn word(support: &Support) -> String {
    match support {
        Support::Exact => "exact".to_owned(),
        Support::Approximate(name) => format!("approx({name})"),
        Support::Number(number) => number.to_string(),
        Support::None => "none".to_owned(),
    }
}

/// The capability values of a module that any backend says something of, or that a field, function or law needs; by the names of their
/// capabilities, then in the order of the variants.
pub fn values(package: &Package, module: &Module) -> Vec<(String, CapabilityValue)> {
    let of_backends = module
        .backends
        .iter()
        .flat_map(|backend| backend.support.keys().map(|value| value.capability));
    let of_laws = module
        .laws
        .iter()
        .flat_map(|law| law.needs.iter().map(|need| need.capability));
    let of_functions = module
        .functions
        .iter()
        .flat_map(|function| function.needs.iter().map(|need| need.capability));
    let mut named: BTreeMap<&str, _> = BTreeMap::new();
    for capability in of_backends.chain(of_laws).chain(of_functions) {
        named.insert(&package.capabilities[capability].name, capability);
    }
    let mut values = Vec::new();
    for (name, capability) in named {
        match &package.capabilities[capability].per {
            None => values.push((
                name.to_owned(),
                CapabilityValue {
                    capability,
                    variant: None,
                },
            )),
            Some(of) => values.extend(variants(module, of).map(|variant| {
                let value = CapabilityValue {
                    capability,
                    variant: Some(variant.to_owned()),
                };
                (format!("{name}.{variant}"), value)
            })),
        }
    }
    values
}
