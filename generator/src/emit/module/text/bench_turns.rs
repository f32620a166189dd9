//! Measures in turns, so that what drifts meanwhile (the clock of the processor, the load of the machine) bears on both alike.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, SamplingMode};

/// How often the two are measured.
pub const ROUNDS: usize = 15;

/// One round: the work through the façade, and by direct calls. Which comes first changes from round to round. Both are set up anew for
/// each round, so that where memory happened to be got bears on one round alone.
pub fn take(group: &mut BenchmarkGroup<'_, WallTime>, round: usize, mut facade: impl FnMut(), mut direct: impl FnMut()) {
    if round.is_multiple_of(2) {
        measure(group, &format!("facade-{round}"), &mut facade);
        measure(group, &format!("direct-{round}"), &mut direct);
    } else {
        measure(group, &format!("direct-{round}"), &mut direct);
        measure(group, &format!("facade-{round}"), &mut facade);
    }
}

/// The same work by calls of the bare library.
#[allow(dead_code, reason = "not every module has a backend with a library")]
pub fn library(group: &mut BenchmarkGroup<'_, WallTime>, mut library: impl FnMut()) {
    measure(group, "library", &mut library);
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, work: &mut dyn FnMut()) {
    // Samples of about a millisecond: most of them are over before the system gives the processor to something else.
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(100).measurement_time(Duration::from_millis(100));
    group.warm_up_time(Duration::from_millis(50)).nresamples(1_000);
    group.bench_function(name, |bencher| bencher.iter(&mut *work));
}
