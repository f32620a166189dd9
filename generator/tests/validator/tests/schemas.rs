//! What an editor's validator says by the emitted JSON Schemas: every spec of this repository names its own and fits it, and
//! broken ones don't.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The schemas that were emitted, by the kinds of specs.
fn emitted() -> BTreeMap<String, Value> {
    let files = fs::read_dir(root().join("generated/schemas")).expect("they are emitted");
    let schema = |file: std::io::Result<fs::DirEntry>| {
        let path = file.expect("it can be read").path();
        let kind = path.file_stem()?.to_str()?.to_owned();
        let text = fs::read_to_string(&path).expect("it can be read");
        Some((kind, serde_json::from_str(&text).expect("the marker leaves it JSON")))
    };
    files.filter_map(schema).collect()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).expect("it is a schema of draft 7")
}

/// What is wrong with a spec, by its schema.
fn errors(validator: &Validator, spec: &str) -> Vec<String> {
    let table: toml::Table = spec.parse().expect("it is TOML");
    let value = serde_json::to_value(table).expect("it has no dates");
    validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// All specs below a folder, with their kinds. The name of a folder above tells them from other files of TOML.
fn specs(folder: &Path) -> Vec<(PathBuf, String, String)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name();
    let paths = files.into_iter().map(|entry| entry.expect("it can be read").into_path());
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it can be read");
        let table: toml::Table = text.parse().expect("it is TOML");
        let kind = table["kind"].as_str().expect("it has a kind").to_owned();
        (path, kind, text)
    };
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.components().any(|part| part.as_os_str() == "spec"))
        .map(read)
        .collect()
}

#[test]
fn every_spec_fits_its_schema() {
    let folders = ["spec", "generator/tests/bases", "generator/examples"].map(|folder| root().join(folder));
    let schemas = emitted();
    let validators: BTreeMap<&str, Validator> = schemas
        .iter()
        .map(|(kind, schema)| (kind.as_str(), validator(schema)))
        .collect();
    assert!(validators.len() > 5, "there are {} kinds", validators.len());
    for (path, kind, text) in folders.iter().flat_map(|folder| specs(folder)) {
        let found = errors(&validators[kind.as_str()], &text);
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
    }
}

/// A spec that fits, and what makes it unfit: a text that is replaced by another one, and what the schema says of that.
struct Case {
    kind: &'static str,
    spec: &'static str,
    broken: &'static [(&'static str, &'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        kind: "target",
        spec: "kind = \"target\"\nname = \"x86_64\"\ndoc = \"PCs.\"\narch = \"x86_64\"\ntriples = [\"x86_64-unknown-none\"]\n\
               pointer_width = 64\nendian = \"little\"\npage_size = 4096\ncache_line = 64\natomic_width = 128\n\
               [[level]]\nname = \"v2\"\ndoc = \"More.\"\nfeatures = [\"sse3\"]\nvector_width = 128\n",
        broken: &[
            (
                "endian = \"little\"",
                "endian = \"litle\"",
                "/endian: \"litle\" is not one of \"little\" or \"big\"",
            ),
            (
                "page_size",
                "page_sise",
                ": Additional properties are not allowed ('page_sise' was unexpected)",
            ),
            (
                "cache_line = 64",
                "cache_line = \"64\"",
                "/cache_line: \"64\" is not of type \"integer\"",
            ),
            ("arch = \"x86_64\"", "", ": \"arch\" is a required property"),
            (
                "pointer_width = 64",
                "pointer_width = 640",
                "/pointer_width: 640 is greater than the maximum of 128",
            ),
            ("kind = \"target\"", "kind = \"traget\"", "/kind: \"target\" was expected"),
            (
                "features = [\"sse3\"]",
                "features = [3]",
                "/level/0/features/0: 3 is not of type \"string\"",
            ),
            ("name = \"v2\"", "", "/level/0: \"name\" is a required property"),
        ],
    },
    Case {
        kind: "feature",
        spec: "kind = \"feature\"\n[feature.json]\ndoc = \"JSON.\"\ndefault = true\nimplies = [\"text\"]\n",
        broken: &[
            (
                "default = true",
                "default = \"yes\"",
                "/feature/json/default: \"yes\" is not of type \"boolean\"",
            ),
            ("default = true", "", "/feature/json: \"default\" is a required property"),
            (
                "implies = [\"text\"]",
                "implies = \"text\"",
                "/feature/json/implies: \"text\" is not of type \"array\"",
            ),
            (
                "implies",
                "imply",
                "/feature/json: Additional properties are not allowed ('imply' was unexpected)",
            ),
            (
                "feature.json",
                "feature.Json",
                "/feature: \"Json\" does not match \"^[a-z][a-z0-9]*(_[a-z0-9]+)*$\"",
            ),
        ],
    },
    Case {
        kind: "blessed",
        spec: "kind = \"blessed\"\nname = \"tiny\"\n[single]\nmodule = { version = \"1\" }\n\
               [entry.record]\nline = { fields = { offset = \"u32\" } }\n",
        broken: &[
            (
                "version = \"1\"",
                "version = 1",
                "/single/module/version: 1 is not valid under any of",
            ),
            ("offset = \"u32\"", "offset = 4", "/entry/record/line/fields: "),
            (
                "[entry.record]",
                "[record]",
                ": Additional properties are not allowed ('record' was unexpected)",
            ),
        ],
    },
    Case {
        kind: "instruction-set",
        spec: "kind = \"instruction-set\"\nname = \"tiny\"\n[effect.\"heap.write\"]\ndoc = \"Writes.\"\ncontext = \"mutable\"\n\
               [operand.function]\ndoc = \"A function.\"\nencoding = \"u32\"\nindexes = \"module.functions\"\n\
               [op.jump]\ncode = 3\ngroup = \"jump\"\ndoc = \"Jumps.\"\nsince = 1\ncontrol = \"jump\"\nexpr = \"()\"\npure = true\n\
               golden = { operands = [\"1\"], bytes = \"03 01\" }\nexamples = [\"1 -> 2\", { body = \"x\", gives = \"1\" }]\n",
        broken: &[
            (
                "control = \"jump\"",
                "control = \"jmp\"",
                "/op/jump/control: \"jmp\" is not one of",
            ),
            (
                "context = \"mutable\"",
                "context = \"mut\"",
                "/effect/heap.write/context: \"mut\" is not one of",
            ),
            (
                "encoding = \"u32\"",
                "encoding = \"u33\"",
                "/operand/function/encoding: \"u33\" is not one of",
            ),
            (
                "\"module.functions\"",
                "\"functions\"",
                "/operand/function/indexes: \"functions\" is not valid under any of",
            ),
            (
                "code = 3",
                "code = 512",
                "/op/jump/code: 512 is greater than the maximum of 511",
            ),
            ("pure = true", "pure = 1", "/op/jump/pure: 1 is not of type \"boolean\""),
            ("since = 1", "", "/op/jump: \"since\" is a required property"),
            (
                "since = 1",
                "since = 1\nsinse = 1",
                "/op/jump: Additional properties are not allowed ('sinse' was unexpected)",
            ),
            ("bytes = \"03 01\"", "byts = \"03 01\"", "/op/jump/golden: "),
            ("gives = \"1\"", "givs = \"1\"", "/op/jump/examples/1: "),
            (
                "[op.jump]",
                "[ops.jump]",
                ": Additional properties are not allowed ('ops' was unexpected)",
            ),
        ],
    },
];

#[test]
fn broken_specs_are_refused() {
    let schemas = emitted();
    for case in CASES {
        let schema = &schemas[case.kind];
        // Most kinds have one form.
        let validator = validator(schema.get("anyOf").map_or(schema, |forms| &forms[0]));
        assert_eq!(errors(&validator, case.spec), Vec::<String>::new(), "the spec itself fits");
        for (text, by, expected) in case.broken {
            let broken = case.spec.replacen(text, by, 1);
            assert_ne!(broken, case.spec, "`{text}` stands in the spec");
            let found = errors(&validator, &broken);
            assert!(
                found.iter().any(|error| error.starts_with(expected)),
                "{text} -> {by}: {found:#?}"
            );
        }
    }
}

#[test]
fn every_spec_names_its_schema() {
    for (path, kind, text) in [root().join("spec"), root().join("generator/examples")]
        .iter()
        .flat_map(|folder| specs(folder))
    {
        let first = text.lines().next().unwrap_or_default();
        let named = first
            .strip_prefix("#:schema ")
            .unwrap_or_else(|| panic!("{} has no schema", path.display()));
        let folder = path.parent().expect("it stands in a folder");
        let named = folder.join(named).canonicalize().expect("the schema is there");
        let spec = folder
            .ancestors()
            .find(|above| above.ends_with("spec"))
            .expect("it is a spec");
        let expected = spec.with_file_name(format!("generated/schemas/{kind}.json"));
        assert_eq!(
            named,
            expected.canonicalize().expect("the schema is there"),
            "{}",
            path.display()
        );
    }
}
