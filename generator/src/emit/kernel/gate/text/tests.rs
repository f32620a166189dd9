//! Holds the table of calls against the facts.

use exo_facts::Syscall;

macro_rules! rows {
    ($($number:literal $name:ident $switches:literal;)*) => {
        [$(($number, stringify!($name), $switches)),*]
    };
}

#[test]
fn the_table_holds_every_call() {
    let rows: [(u64, &str, bool); Syscall::COUNT] = exo_gate::calls!(rows);
    for (call, (number, name, switches)) in Syscall::ALL.into_iter().zip(rows) {
        assert_eq!((call.number(), call.name(), call.switches()), (number, name, switches));
    }
}
