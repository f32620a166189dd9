//! Figures beyond whole programs: loading, allocation, access by name, the cost of fuel.

use std::sync::Arc;
use std::time::Duration;

use raya_facts::Module;
use raya_facts::asm::assemble;
use raya_facts::verify::verify;
use raya_runtime::{Limits, Options, Output};
use serde_json::{Value, json};

use crate::engine::{self, Kind};
use crate::{clock, many};

/// How large the module is that is loaded.
const BYTES: usize = 1 << 20;

/// How many objects the loop in `allocate.rasm` makes.
const ALLOCATIONS: f64 = 2e6;

const ALLOCATE: &str = include_str!("../programs/allocate.rasm");

/// How many accesses by name a function of `properties.rasm` makes.
const ACCESSES: f64 = 4e5;

const PROPERTIES: &str = include_str!("../programs/properties.rasm");

/// Programs whose blocks are short, so that charging fuel weighs most.
const CHARGED: &[(&str, &str)] = &[
    ("fib", include_str!("../../../spec/raya/programs/bench/fib.rasm")),
    ("loops", include_str!("../../../spec/raya/programs/bench/loops.rasm")),
    ("quicksort", include_str!("../../../spec/raya/programs/bench/quicksort.rasm")),
];

/// All of them, as medians of this many runs.
///
/// # Errors
///
/// When a program fails.
pub fn all(runs: usize, show: &mut dyn FnMut(Value)) -> Result<(), String> {
    loading(runs, show)?;
    allocation(runs, show)?;
    properties(runs, show)?;
    fuel(runs, show)
}

fn loading(runs: usize, show: &mut dyn FnMut(Value)) -> Result<(), String> {
    let module = Arc::new(many::module(BYTES)?);
    let file = many::file(&module)?;
    let note = format!("{} bytes, {} functions, {runs} runs", file.len(), module.functions.len());
    let speed = |took: Duration| file.len() as f64 / 1e6 / took.as_secs_f64().max(1e-9);
    let reading = clock::median(runs, || Module::read(&file).map(drop).map_err(|error| error.to_string()))?;
    show(figure("reading a module", speed(reading), "MB/s", &note));
    let verifying = clock::median(runs, || verify(&module).map(drop).map_err(|error| error.to_string()))?;
    show(figure("verification", speed(verifying), "MB/s", &note));
    for kind in Kind::all() {
        let what = format!("verification and lowering ({})", kind.name());
        let loading = clock::median(runs, || engine::load(kind, module.clone(), options(None)).map(drop))?;
        show(figure(&what, speed(loading), "MB/s", &note));
    }
    Ok(())
}

fn allocation(runs: usize, show: &mut dyn FnMut(Value)) -> Result<(), String> {
    let module = Arc::new(assemble(ALLOCATE).map_err(|errors| errors.to_string())?);
    for kind in Kind::all() {
        let mut program = engine::load(kind, module.clone(), options(None))?;
        program.call("main")?;
        let empty = clock::median(runs, || program.call("empty").map(drop))?;
        let full = clock::median(runs, || program.call("allocate").map(drop))?;
        let each = full.saturating_sub(empty).as_secs_f64() * 1e9 / ALLOCATIONS;
        let what = format!("allocation of an object of two fields ({})", kind.name());
        let note = format!("with its share of collection, 100,000 objects alive, the loop itself taken off, {runs} runs");
        show(figure(&what, each, "ns", &note));
    }
    Ok(())
}

/// Fields by their names: in instructions that remember where a field is, and in those that look for it.
fn properties(runs: usize, show: &mut dyn FnMut(Value)) -> Result<(), String> {
    let module = Arc::new(assemble(PROPERTIES).map_err(|errors| errors.to_string())?);
    // The oracle remembers nothing.
    for kind in Kind::all().into_iter().filter(|kind| *kind != Kind::Oracle) {
        let mut program = engine::load(kind, module.clone(), options(None))?;
        program.call("main")?;
        let empty = clock::median(runs, || program.call("empty").map(drop))?;
        for (access, function) in [
            ("reading a field", "get"),
            ("changing a field", "set"),
            ("asking for a field", "has"),
        ] {
            for (how, suffix) in [("remembered", "remembered"), ("looked for", "looked_for")] {
                let full = clock::median(runs, || program.call(&format!("{function}_{suffix}")).map(drop))?;
                let each = full.saturating_sub(empty).as_secs_f64() * 1e9 / ACCESSES;
                let what = format!("{access} by its name, {how} ({})", kind.name());
                let note = format!("the sixth field of an object, the loop itself taken off, {runs} runs");
                show(figure(&what, each, "ns", &note));
            }
        }
    }
    Ok(())
}

/// Engines charge fuel whether there is a limit or not, so the same program runs without a limit and with one that it doesn't reach.
fn fuel(runs: usize, show: &mut dyn FnMut(Value)) -> Result<(), String> {
    let kind = Kind::fastest();
    for (name, text) in CHARGED {
        let module = Arc::new(assemble(text).map_err(|errors| errors.to_string())?);
        let (mut without, mut with) = (Vec::new(), Vec::new());
        // In turns, so that a change of the machine's load meets both.
        for _ in 0..runs {
            for (limit, times) in [(None, &mut without), (Some(u64::MAX / 2), &mut with)] {
                let mut program = engine::load(kind, module.clone(), options(limit))?;
                times.push(clock::median(1, || program.call("main").map(drop))?);
            }
        }
        without.sort_unstable();
        with.sort_unstable();
        let middle = (runs - 1) / 2;
        let percent = (with[middle].as_secs_f64() / without[middle].as_secs_f64().max(1e-9) - 1.0) * 100.0;
        let what = format!("cost of a limit on fuel: {name} ({})", kind.name());
        let note = format!("a limit that isn't reached against none; both count; {runs} runs in turns");
        show(figure(&what, percent, "%", &note));
    }
    Ok(())
}

fn options(fuel: Option<u64>) -> Options {
    let limits = Limits {
        fuel,
        ..Limits::default()
    };
    Options::new(limits, Output::Capture(Vec::new()))
}

fn figure(what: &str, value: f64, unit: &str, note: &str) -> Value {
    json!({ "what": what, "value": value, "unit": unit, "note": note })
}
