//! The JSON Schemas: each field says what it is, and the keys are those that are read. What a validator says by them stands in
//! `validator/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lathe::model::schema;
use lathe::pipeline::{self, Options};
use lathe::registry::KINDS;
use serde_json::{Value, json};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The schema of a kind, as it is emitted: with the marker in its first line.
fn emitted(kind: &str) -> Value {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bases/tiny-machine");
    let loaded = pipeline::load(&base, &Options::default());
    let tree = pipeline::emit(&loaded).expect("the base emits");
    let file = &tree.files()[&format!("generated/schemas/{kind}.json")];
    serde_json::from_str(&file.text).expect("the marker leaves it JSON")
}

/// The schema of the first form that specs of a kind can have. Most kinds have one form.
fn first_form(kind: &str) -> serde_json::Value {
    let schema = emitted(kind);
    schema.get("anyOf").map_or_else(|| schema.clone(), |forms| forms[0].clone())
}

#[test]
fn tombi_is_told_of_every_kind() {
    let text = fs::read_to_string(root().join("tombi.toml")).expect("it is there");
    let table: toml::Table = text.parse().expect("it is TOML");
    let schemas = table["schemas"].as_array().expect("they are a list");
    for kind in KINDS {
        let path = format!("generated/schemas/{}.json", kind.name);
        assert!(
            schemas.iter().any(|schema| schema["path"].as_str() == Some(&path)),
            "{path} is not bound"
        );
    }
}

/// Calls `visit` with every schema below one and its path.
fn walk(path: &str, schema: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    visit(path, schema);
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (key, inner) in properties {
            walk(&format!("{path}.{key}"), inner, visit);
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
            walk(&format!("{path}.*"), inner, visit);
        }
    }
    for inner in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        walk(path, inner, visit);
    }
}

#[test]
fn every_field_says_what_it_is() {
    for kind in KINDS {
        let mut fields = 0;
        walk(kind.name, &emitted(kind.name), &mut |path, schema| {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
                return;
            };
            assert_eq!(
                schema.get("additionalProperties"),
                Some(&json!(false)),
                "{path} allows any key"
            );
            assert!(schema.get("description").is_some(), "{path} has no description");
            for (key, field) in properties {
                fields += 1;
                let description = field.get("description").and_then(Value::as_str).unwrap_or_default();
                assert!(
                    description.len() > 8 && description.ends_with('.'),
                    "{path}.{key}: {description:?}"
                );
                assert!(!description.contains("]("), "{path}.{key} links to Rust: {description:?}");
                assert!(!description.contains("[`"), "{path}.{key} links to Rust: {description:?}");
            }
        });
        assert!(fields > 3, "{} has {fields} fields", kind.name);
    }
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    // A key that the schema doesn't know, and one that it knows and nothing reads, would both mislead.
    for kind in KINDS {
        let folder = tempfile::tempdir().expect("there is room");
        fs::create_dir(folder.path().join("spec")).expect("there is room");
        let spec = format!("kind = \"{}\"\nname = \"x\"\nno_key_at_all = 1\n", kind.name);
        fs::write(folder.path().join("spec/x.toml"), spec).expect("there is room");
        let loaded = pipeline::load(folder.path(), &Options::default());
        let unknown = loaded
            .diagnostics
            .iter()
            .find(|found| found.code == "L0104")
            .expect("the key is refused");
        let note = unknown
            .notes
            .iter()
            .find(|note| note.starts_with("the keys are"))
            .expect("the keys are listed");
        let mut read: Vec<&str> = note.split('`').skip(1).step_by(2).collect();
        let schema = first_form(kind.name);
        let mut known: Vec<&str> = schema["properties"]
            .as_object()
            .expect("it has keys")
            .keys()
            .map(String::as_str)
            .collect();
        read.sort_unstable();
        known.sort_unstable();
        assert_eq!(read, known, "{}", kind.name);
    }
}

/// What stands in a schema for the language server alone is what the server looks for, and names tables that there are.
#[test]
fn what_is_for_the_language_server_is_known_to_it() {
    let (mut keys, mut tables) = (BTreeSet::new(), BTreeSet::new());
    let mut known: BTreeSet<String> = BTreeSet::from([schema::FUNCTION.to_owned()]);
    for kind in KINDS {
        let of_kind = emitted(kind.name);
        for_server(&of_kind, &mut keys, &mut tables);
        known.insert(kind.name.to_owned());
        let forms = of_kind["anyOf"].as_array().cloned().unwrap_or_else(|| vec![of_kind]);
        for (name, table) in forms
            .iter()
            .flat_map(|form| form["properties"].as_object().into_iter().flatten())
        {
            known.insert(name.clone());
            let within = table["properties"].as_object().into_iter().flatten();
            known.extend(within.map(|(inner, _)| format!("{name}.{inner}")));
        }
    }
    assert_eq!(
        keys,
        BTreeSet::from([schema::NAMES, schema::WORDS, schema::AFTER].map(str::to_owned))
    );
    let unknown: Vec<&String> = tables.difference(&known).collect();
    assert!(unknown.is_empty() && tables.len() > 10, "{unknown:?} of {tables:?}");
}

/// Collects the keys that are for lathe's own language server, and the tables that they name.
fn for_server(value: &Value, keys: &mut BTreeSet<String>, tables: &mut BTreeSet<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        if key.starts_with("x-lathe") {
            keys.insert(key.clone());
        }
        if key == schema::NAMES {
            let names = value.as_array().expect("a list of tables");
            tables.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        for_server(value, keys, tables);
    }
    for value in value.as_array().into_iter().flatten() {
        for_server(value, keys, tables);
    }
}
