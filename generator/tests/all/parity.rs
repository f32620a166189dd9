//! The tests that are emitted for a façade tell a stub written by hand from it: 22 kinds of fault are planted into a stub, and each is
//! noticed. Two weaker checks show what these are worth: the set of names, and declarations with a name, a kind, the least number of
//! parameters and the functions of types.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lathe::model::module::{Module, Modules, TypeKind};
use lathe::pipeline::{self, Options};
use rayon::prelude::*;
use serde::Deserialize;
use syn::{FnArg, ImplItem, Item, Visibility};

/// The checks, the weakest first.
const CHECKS: [&str; 4] = ["names", "declarations", "parity", "states"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    fault: Vec<Fault>,
}

/// A fault, and which checks must notice it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    from: String,
    to: String,
    /// Further replacements, such as those without which the faulty stub would not compile.
    #[serde(default)]
    also: Vec<(String, String)>,
    caught: Vec<String>,
}

impl Fault {
    fn plant(&self, stub: &str) -> String {
        let first = [(self.from.clone(), self.to.clone())];
        first.iter().chain(&self.also).fold(stub.to_owned(), |stub, (from, to)| {
            assert_eq!(
                stub.matches(from.as_str()).count(),
                1,
                "`{}`: `{from}` must stand once in the stub",
                self.name
            );
            stub.replacen(from.as_str(), to, 1)
        })
    }
}

/// A folder with the facts and the tests that are emitted for `parity/spec`, the facts compiled.
struct Bench {
    folder: tempfile::TempDir,
    module: Module,
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity")
}

/// Runs rustc within a folder.
fn rustc(folder: &Path, arguments: &[&str]) -> Output {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Command::new(compiler)
        .current_dir(folder)
        .args(["--edition=2024", "-L", "."])
        .args(arguments)
        .output()
        .expect("rustc can be run")
}

#[track_caller]
fn succeeds(what: &str, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}");
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let spec = folder.path().join("spec");
        fs::create_dir(&spec).expect("a folder can be made");
        for file in ["package.toml", "cache.toml"] {
            fs::copy(here().join("spec").join(file), spec.join(file)).expect("the spec can be copied");
        }
        // The adapter is never compiled.
        let adapter = folder.path().join("runtime/abi/cache-exact");
        fs::create_dir_all(adapter.join("src")).expect("a folder can be made");
        fs::write(adapter.join("src/lib.rs"), "impl Backend for Exact {}\n").expect("a file can be written");
        fs::write(adapter.join("Cargo.toml"), "[package]\nname = \"abi-cache-exact\"\n").expect("a manifest can be written");
        let mut loaded = pipeline::load(folder.path(), &Options::default());
        pipeline::check(&mut loaded);
        let tree = pipeline::emit(&loaded).expect("the specs can be emitted");
        let module = loaded
            .model
            .part::<Modules>()
            .modules
            .iter()
            .next()
            .expect("there is a module")
            .clone();
        for (path, file) in tree.files() {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder can be made");
            fs::write(path, &file.text).expect("a file can be written");
        }
        assert_eq!(loaded.diagnostics.sorted(), []);
        let bench = Bench { folder, module };
        let facts = "generated/abi/facts/src/lib.rs";
        succeeds(
            "the facts",
            &bench.compile(&["--crate-name=abi_facts", "--crate-type=rlib", facts]),
        );
        // The hash is of no interest to the compiler.
        let hash = "pub struct Hash; impl Hash { pub fn to_hex(&self) -> String { String::new() } } pub fn hash(_: &[u8]) -> Hash { Hash }";
        fs::write(bench.folder.path().join("blake3.rs"), hash).expect("a file can be written");
        succeeds(
            "the hash",
            &bench.compile(&["--crate-name=blake3", "--crate-type=rlib", "blake3.rs"]),
        );
        bench
    }

    fn compile(&self, arguments: &[&str]) -> Output {
        rustc(self.folder.path(), arguments)
    }

    /// The checks that notice that a stub isn't the façade.
    fn judge(&self, name: &str, stub: &str) -> BTreeSet<&'static str> {
        let mut caught = BTreeSet::new();
        let expected = Declarations::of_spec(&self.module);
        let found = Declarations::of_stub(stub);
        if expected.names().any(|name| !found.has(&name)) {
            caught.insert("names");
        }
        if !found.satisfy(&expected) {
            caught.insert("declarations");
        }
        let folder = self.folder.path().join(name.replace(|c: char| !c.is_alphanumeric(), "_"));
        fs::create_dir(&folder).expect("a folder can be made");
        fs::write(folder.join("stub.rs"), stub).expect("the stub can be written");
        let up = ["-L", "..", "--extern=abi_facts", "--extern=blake3"];
        let of_stub = [up.as_slice(), &["--crate-name=abi", "--crate-type=rlib", "stub.rs"]].concat();
        succeeds(name, &rustc(&folder, &of_stub));
        let parity = "../generated/abi/facade/tests/parity_cache.rs";
        let of_parity = [
            up.as_slice(),
            &["--test", "--extern=abi=libabi.rlib", "--emit=metadata", parity],
        ]
        .concat();
        if !rustc(&folder, &of_parity).status.success() {
            caught.insert("parity");
            // What doesn't compile against the one needn't be run against the other.
            return caught;
        }
        let states = "../generated/abi/facade/tests/state_cache.rs";
        let of_states = [up.as_slice(), &["--test", "--extern=abi=libabi.rlib", "-o", "states", states]].concat();
        succeeds(name, &rustc(&folder, &of_states));
        let run = Command::new(folder.join("states")).output().expect("the tests can be run");
        if !run.status.success() {
            caught.insert("states");
        }
        caught
    }
}

/// What a declaration says in the weaker checks: functions with the number of their parameters, types with their functions.
#[derive(Debug, Default)]
struct Declarations {
    functions: BTreeMap<String, usize>,
    types: BTreeMap<String, BTreeSet<String>>,
    constants: BTreeSet<String>,
}

impl Declarations {
    /// What the specification declares; it knows nothing of what every handle has.
    fn of_spec(module: &Module) -> Declarations {
        let mut all = Declarations::default();
        for function in &module.functions {
            let receiver = usize::from(function.is_method);
            all.functions
                .insert(function.name.clone(), receiver + function.parameters.len());
        }
        let config = &module.types[module.config].name;
        for of in &module.types {
            let functions: &[&str] = match &of.kind {
                TypeKind::Enum { .. } => &["name"],
                _ if of.name == *config => &["validate", "needs"],
                _ => &[],
            };
            all.types
                .insert(of.name.clone(), functions.iter().map(|name| (*name).to_owned()).collect());
        }
        all.constants
            .extend(module.constants.iter().map(|constant| constant.name.clone()));
        all
    }

    /// What a stub declares.
    fn of_stub(stub: &str) -> Declarations {
        let file = syn::parse_file(stub).expect("the stub is Rust");
        let modules = file.items.into_iter().filter_map(|item| match item {
            Item::Mod(module) => module.content,
            _ => None,
        });
        let mut all = Declarations::default();
        for item in modules.flat_map(|(_, items)| items) {
            match item {
                Item::Struct(of) => drop(all.types.entry(of.ident.to_string()).or_default()),
                Item::Enum(of) => drop(all.types.entry(of.ident.to_string()).or_default()),
                Item::Const(constant) => drop(all.constants.insert(constant.ident.to_string())),
                Item::Impl(of) if of.trait_.is_none() => all.add(&of),
                _ => {}
            }
        }
        all
    }

    fn add(&mut self, of: &syn::ItemImpl) {
        let syn::Type::Path(path) = &*of.self_ty else { return };
        let name = path.path.segments.last().expect("a path has a segment").ident.to_string();
        for item in &of.items {
            match item {
                ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
                    let own = function.sig.ident.to_string();
                    if name == "Cache" {
                        let counted = |input: &&FnArg| matches!(input, FnArg::Receiver(_) | FnArg::Typed(_));
                        self.functions.insert(own, function.sig.inputs.iter().filter(counted).count());
                    } else {
                        self.types.entry(name.clone()).or_default().insert(own);
                    }
                }
                ImplItem::Const(constant) if name == "Cache" => {
                    self.constants.insert(constant.ident.to_string());
                }
                _ => {}
            }
        }
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.functions.keys().chain(self.types.keys()).chain(&self.constants).cloned()
    }

    fn has(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    /// Whether all that is expected is there, in its kind, with as many parameters at least.
    fn satisfy(&self, expected: &Declarations) -> bool {
        let functions = |(name, least): (&String, &usize)| self.functions.get(name).is_some_and(|count| count >= least);
        let types =
            |(name, functions): (&String, &BTreeSet<String>)| self.types.get(name).is_some_and(|own| functions.is_subset(own));
        expected.functions.iter().all(functions)
            && expected.types.iter().all(types)
            && expected.constants.is_subset(&self.constants)
    }
}

#[test]
fn every_fault_of_a_stub_is_noticed() {
    let read = |name: &str| fs::read_to_string(here().join(name)).expect("a file of the test can be read");
    let stub = read("stub.rs");
    let faults: Faults = toml::from_str(&read("faults.toml")).expect("the faults are TOML");
    let bench = Bench::new();
    assert_eq!(bench.judge("no fault", &stub), BTreeSet::new(), "the stub itself has a fault");
    let judged: Vec<BTreeSet<&str>> = faults
        .fault
        .par_iter()
        .map(|fault| bench.judge(&fault.name, &fault.plant(&stub)))
        .collect();
    println!("{:52}{}", "fault", CHECKS.map(|check| format!("{check:14}")).concat());
    for (fault, caught) in faults.fault.iter().zip(&judged) {
        let cells = CHECKS.map(|check| format!("{:14}", if caught.contains(check) { "caught" } else { "-" }));
        println!("{:52}{}", fault.name, cells.concat());
    }
    let score = |check: &str| judged.iter().filter(|caught| caught.contains(check)).count();
    println!(
        "{:52}{}",
        "of 22",
        CHECKS.map(|check| format!("{:<14}", score(check))).concat()
    );
    for (fault, caught) in faults.fault.iter().zip(&judged) {
        let expected: BTreeSet<&str> = fault.caught.iter().map(String::as_str).collect();
        assert_eq!(*caught, expected, "`{}`", fault.name);
    }
    assert_eq!(faults.fault.len(), 22);
    assert_eq!(score("parity"), 21, "the compiler alone notices all but behaviour");
    assert_eq!(
        judged
            .iter()
            .filter(|caught| caught.contains("parity") || caught.contains("states"))
            .count(),
        22
    );
}
