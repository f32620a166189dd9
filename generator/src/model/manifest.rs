//! The manifests of hand-written crates: what cargo knows them by, and what they depend on.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{SourceMap, layout};

/// The manifests under `runtime/`, by the root-relative folders of their crates.
#[derive(Debug, Default)]
pub struct Manifests {
    crates: BTreeMap<String, Manifest>,
}

/// A manifest.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    /// Why it can't be used, if it isn't TOML.
    pub fault: Option<String>,
    /// The name of the package; none if it states none.
    pub package: Option<String>,
    /// The versions of the dependencies by the names of their packages; none where it stands elsewhere.
    pub dependencies: BTreeMap<String, Option<String>>,
    /// The Cargo features, those that optional dependencies make included.
    pub features: BTreeSet<String>,
}

impl Manifests {
    /// Reads the manifests among the files of a run.
    pub fn read(sources: &SourceMap) -> Self {
        let manifests = sources.iter().filter(|(_, file)| layout::is_manifest(&file.path));
        let one = |path: &str, text: &str| Some((path.strip_suffix("/Cargo.toml")?.to_owned(), Manifest::parse(text)));
        Manifests {
            crates: manifests.filter_map(|(_, file)| one(&file.path, &file.text)).collect(),
        }
    }

    /// The manifest of the crate in a folder.
    pub fn of(&self, folder: &str) -> Option<&Manifest> {
        self.crates.get(folder)
    }

    /// The folders that have a manifest.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.crates.keys().map(String::as_str)
    }
}

impl Manifest {
    fn parse(text: &str) -> Self {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                return Manifest {
                    fault: Some(error.message().to_owned()),
                    ..Manifest::default()
                };
            }
        };
        let text = |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
        let mut manifest = Manifest {
            package: text(table.get("package").and_then(|package| package.get("name"))),
            ..Manifest::default()
        };
        let within = |key: &str| table.get(key).and_then(toml::Value::as_table).into_iter().flatten();
        manifest.features.extend(within("features").map(|(name, _)| name.clone()));
        for (name, value) in within("dependencies") {
            let package = text(value.get("package")).unwrap_or_else(|| name.clone());
            let version = text(Some(value)).or_else(|| text(value.get("version")));
            manifest.dependencies.insert(package, version);
            if value.get("optional").and_then(toml::Value::as_bool) == Some(true) {
                manifest.features.insert(name.clone());
            }
        }
        manifest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_in_either_form() {
        let manifest = Manifest::parse(
            "[package]\nname = \"abi-cache-moka\"\n[features]\nfast = []\n[dependencies]\nmoka = { version = \"0.12\", optional = true }\n\
             quick = { package = \"quick_cache\", version = \"0.6\" }\nbytes = \"1\"\nabi-facts = { path = \"../x\" }\n",
        );
        assert_eq!(manifest.package.as_deref(), Some("abi-cache-moka"));
        let version = |name: &str| manifest.dependencies.get(name).and_then(Option::as_deref);
        assert_eq!(
            (
                version("moka"),
                version("quick_cache"),
                version("bytes"),
                version("abi-facts")
            ),
            (Some("0.12"), Some("0.6"), Some("1"), None)
        );
        assert!(manifest.features.contains("fast") && manifest.features.contains("moka"));
        assert!(Manifest::parse("[").fault.is_some());
    }
}
