//! Lets a program decide what something costs.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_runtime::{Limits, Options, Output};

/// A function that programs can call.
#[raya_macros::native]
fn discount(customer: &str) -> f64 {
    if customer == "regular" { 0.9 } else { 1.0 }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let module = raya_facts::asm::assemble(include_str!("../rules.rasm"))?;
    let limits = Limits { fuel: Some(1_000_000), heap: 1 << 20, ..Limits::default() };
    let mut options = Options::new(limits, Output::Writer(Box::new(std::io::stdout())));
    options.natives.register(discount_native());
    let mut machine = raya_engine::load(Arc::new(module), options, Dispatch::best())?;
    let price: f64 = machine.call("price", ("regular", 4))?;
    println!("4 pieces cost {price}");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().expect("the rules are in order");
    }
}
